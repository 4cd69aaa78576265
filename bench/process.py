"""Other processes: started, measured, and asked for JSON."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
"""The project's folder."""

CLEW = ("-c", "from clew.cli.main import main; main()")
"""Arguments that let Python be the project's command line."""

_LEADS_OUTSIDE = ("CLEW_", "ANTHROPIC_", "OPENAI_", "CLAUDE_", "PYTEST_", "COV_")


class Spent(msgspec.Struct, frozen=True):
    """What a whole process took."""

    cpu: float
    """CPU time, milliseconds."""
    wall: float
    """From start to end, milliseconds."""


class Ended(msgspec.Struct, frozen=True):
    """How a process ended, and what it said."""

    code: int
    """Its exit code."""
    stdout: str
    """What it wrote to stdout."""
    stderr: str
    """What it wrote to stderr."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would lead a child to somebody's sessions, keys or proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEADS_OUTSIDE)}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    return {**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **(extra or {})}


def spend(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> Spent:
    """Run a Python process to its end, its output thrown away, and say what it took. It must succeed."""
    start = time.perf_counter_ns()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter_ns() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"{arguments} ended with {child.returncode}"
    return Spent((used.ru_utime + used.ru_stime) * 1e3, wall / 1e6)


def run(
    arguments: Sequence[str],
    extra: Mapping[str, str] | None = None,
    *,
    stdin: str = "",
    folder: Path | None = None,
    patience: float = 120.0,
) -> Ended:
    """Run a Python process to its end and keep what it said. Raises ``TimeoutExpired`` after so many seconds."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(extra),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=patience,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def clew(*arguments: str, extra: Mapping[str, str] | None = None, stdin: str = "", folder: Path | None = None) -> Ended:
    """Run the project's own command line."""
    return run([*CLEW, *arguments], extra, stdin=stdin, folder=folder)


def ask(arguments: Sequence[str], kind: type[T]) -> T:
    """Run a Python process that prints one JSON object, and read it."""
    ended = run(arguments)
    assert ended.code == 0, ended.stderr
    return msgspec.json.decode(ended.stdout, type=kind)
