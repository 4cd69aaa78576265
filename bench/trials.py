"""Tests of the suite run as checks: what came of them, and the figures that they print."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from bench.process import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PYTEST = (
    "import signal, sys, pytest; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.exit(pytest.main(sys.argv[1:]))"
)
"""Runs tests that send Ctrl-C, also where this program runs in the background and was told to ignore it."""
_VERDICT = re.compile(r"(PASSED|FAILED|ERROR|SKIPPED)\b(?: \[(\d+)\])? (.*)")
_HEADING = re.compile(r"[-=_]{3,}( .* [-=_]{3,})?")
_BROKEN = {2, 3, 4, 5}
"""Exit codes of pytest that say that nothing was tried: broken off, an error inside, bad usage, no tests."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of some tests."""

    outcomes: dict[str, int]
    """How many passed, failed, broke off and were skipped."""
    failed: tuple[str, ...]
    """The names of those that failed."""
    printed: tuple[str, ...]
    """The lines that those printed that passed."""
    skipped: tuple[str, ...]
    """Why some were skipped."""
    broken: bool
    """Whether they could not be run at all."""

    @property
    def met(self) -> bool | None:
        """Whether all passed; ``None`` if some had to be skipped and the others passed."""
        if self.broken or self.failed:
            return False
        return None if self.skipped else self.outcomes.get("PASSED", 0) > 0

    @property
    def figure(self) -> str:
        """The outcomes and the printed figures in one line."""
        counts = ", ".join(f"{count} {name.lower()}" for name, count in self.outcomes.items())
        told = (counts or "nothing could be run", *dict.fromkeys((*self.skipped, *self.failed, *self.printed)))
        return "; ".join(told)


def try_tests(
    tests: Sequence[str],
    *options: str,
    extra: Mapping[str, str] | None = None,
    patience: float = 600.0,
    folder: Path = ROOT,
) -> Trial:
    """Run tests, named as pytest names them, and read what it says of them."""
    arguments = ["-c", _PYTEST, "-q", "-rA", "--no-header", "-p", "no:cacheprovider", *options, *tests]
    ended = run(arguments, extra, folder=folder, patience=patience)
    return read_trial(ended.stdout, ended.code)


def read_trial(said: str, code: int) -> Trial:
    """What pytest's report with ``-rA`` says."""
    outcomes: Counter[str] = Counter()
    failed: list[str] = []
    skipped: list[str] = []
    printed: list[str] = []
    report, _, summary = said.rpartition("short test summary info")
    listening = False
    for line in report.partition("= PASSES =")[2].splitlines():
        if _HEADING.fullmatch(line.strip()):
            listening = "Captured stdout call" in line
        elif listening and line.strip():
            printed.append(line.strip())
    for line in summary.splitlines():
        told = _VERDICT.match(line)
        if told is None:
            continue
        verdict, count, rest = told.groups()
        outcomes[verdict] += int(count or 1)
        if verdict in {"FAILED", "ERROR"}:
            failed.append(rest.partition(" - ")[0])
        elif verdict == "SKIPPED":
            skipped.append(rest.partition(": ")[2])
    return Trial(
        outcomes=dict(outcomes),
        failed=tuple(failed),
        printed=tuple(printed),
        skipped=tuple(skipped),
        broken=code in _BROKEN,
    )
