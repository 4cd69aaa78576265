"""The browser tests at full size: a proof of what ``make test`` shows with fewer cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.process import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = "tests/web/browser"


def vectors(count: int) -> list[Finding]:
    """Look at every view with so many hostile texts in every field that a recorder takes."""
    name = f"{count} vectors in every field, every view in light and dark: dialogs, network and document watched"
    return [_ran(name, "none fires", (f"{_FOLDER}/test_vectors.py", "-n", "2"), {"XSS_VECTORS": str(count)})]


def views(turns: int) -> list[Finding]:
    """Look at a session of so many turns in every view."""
    name = f"Session, Search, Cost, Compare and Why of a session of {turns:,} turns, axe-core included"
    return [_ran(name, "all pass", (_FOLDER, "-k", "large"), {"LARGE_TURNS": str(turns)})]


def _ran(name: str, target: str, tests: tuple[str, ...], variables: Mapping[str, str]) -> Finding:
    ended = run(("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests), variables, folder=ROOT, patience=1_800.0)
    last = re.findall(r"\d+ (?:passed|failed|skipped|error)[^\n]*", ended.stdout)
    met = ended.code == 0 and "skipped" not in ended.stdout
    return Finding(name=name, figure=last[-1] if last else "no test ran", target=target, met=met)
