"""A newcomer's first minutes: a fresh copy of the project, an empty home folder, and the README's commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.checks.finding import Finding
from bench.process import ROOT, environment

ALLOWED = {"demo": None, "test": 300.0}
"""The commands, and how many seconds each may take once everything is set up."""

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "*_cache", ".import_linter_cache", "__pycache__", ".hypothesis", "dist", "sessions"
)


def fresh(targets: tuple[str, ...] = tuple(ALLOWED)) -> list[Finding]:
    """Copy the project and make each target there."""
    if shutil.which("make") is None:
        return [Finding(name="a fresh copy", figure="make is not installed here", target="works", met=None)]
    with tempfile.TemporaryDirectory() as folder:
        copy, home = Path(folder) / "clew", Path(folder) / "home"
        home.mkdir()
        copy_project(copy)
        subprocess.run(["make", ".venv"], cwd=copy, env=_newcomer(home), capture_output=True, check=False)
        return [_made(target, copy, home) for target in targets]


def copy_project(copy: Path) -> None:
    """The files of the project without what was set up, recorded or cached."""
    shutil.copytree(ROOT, copy, ignore=_LEFT_OUT, symlinks=True)


def _made(target: str, copy: Path, home: Path) -> Finding:
    start = time.monotonic()
    done = subprocess.run(
        ["make", target], cwd=copy, env=_newcomer(home), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    took = time.monotonic() - start
    allowed = ALLOWED[target]
    lines = done.stdout.decode(errors="replace").replace(str(copy), ".").strip().splitlines()
    last = " ".join(lines[-1].strip("= ").split()) if lines else ""
    return Finding(
        name=f"make {target} in a fresh copy with an empty home folder",
        figure=f"exit code {done.returncode} after {took:.0f} s" + (f"; it ends: {last}" if last else ""),
        target="exit code 0" + (f" in {allowed:.0f} s" if allowed else ""),
        met=done.returncode == 0 and (allowed is None or took <= allowed),
    )


def _newcomer(home: Path) -> dict[str, str]:
    """The environment of somebody who has nothing but Python and make."""
    kept = environment({"HOME": str(home)})
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "HYPOTHESIS_PROFILE"):
        kept.pop(name, None)
    ours = str(ROOT / ".venv")
    kept["PATH"] = os.pathsep.join(part for part in kept["PATH"].split(os.pathsep) if not part.startswith(ours))
    return kept
