"""The browser tests at full size: a proof of what ``make test`` shows with fewer cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.process import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Mapping

BROWSER_TESTS = "tests/web/browser"


def ran(name: str, target: str, tests: tuple[str, ...], variables: Mapping[str, str]) -> Finding:
    """Run some of the browser tests with variables that make them large; say what came of it."""
    ended = run(("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests), variables, folder=ROOT, patience=1_800.0)
    last = re.findall(r"\d+ (?:passed|failed|skipped|error)[^\n]*", ended.stdout)
    met = ended.code == 0 and "skipped" not in ended.stdout
    return Finding(name=name, figure=last[-1] if last else "no test ran", target=target, met=met)
