"""Snapshots that no test asks for any more: what is left when a test is renamed, or compares less than it did.

That is only known of a test file whose every test was run and passed, so a run of a part of the tests, a test that
fails or is skipped, and a run on several processes say nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest

_NOT_PASSED = ("failed", "error", "skipped", "xfailed", "xpassed")
"""What pytest calls tests that may not have come to their snapshots."""


class Snapshots:
    """The snapshots that the tests of a run asked for."""

    def __init__(self) -> None:
        self._asked: set[Path] = set()

    def add(self, path: Path) -> None:
        """A test compares this file."""
        self._asked.add(path)

    def unused(self, stats: Mapping[str, Sequence[Any]], config: pytest.Config) -> Iterator[Path]:
        """The files beside those asked for that nobody asked for; ``stats`` are the reports of the run by outcome."""
        if stats.get("deselected") or any("::" in argument for argument in config.args):
            return
        reports = [report for outcome in _NOT_PASSED for report in stats.get(outcome, ())]
        doubtful = {config.rootpath / report.nodeid.partition("::")[0] for report in reports}
        for folder in sorted({path.parent for path in self._asked}):
            test_file = folder.parent.parent / f"{folder.name}.py"
            if test_file not in doubtful:
                yield from sorted(path for path in folder.glob("*.txt") if path not in self._asked)
