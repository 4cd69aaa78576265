"""What the pytest plugin costs a test that records nothing, and a run that loads it.

The same empty tests are run with the plugin and without it, in turns, and a single one likewise: what the plugin adds
to the single one is its start-up, and what it adds beyond that is shared by the tests. Only this plugin is loaded, so
that no other one's noise is in the figure.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.process import Spent, spend

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 1.0
"""Milliseconds that an empty test may take longer."""
_NO_OTHERS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
_WITHOUT = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
_WITH = (*_WITHOUT, "-p", "clew.testing.plugin")


def plugin(tests: int, rounds: int) -> list[Finding]:
    """Run so many empty tests, and one, with the plugin and without it."""
    with tempfile.TemporaryDirectory(prefix="clew-bench-") as name:
        files = [_written(Path(name), count) for count in (1, tests)]
        runs = {(way, file): list[Spent]() for file in files for way in (_WITHOUT, _WITH)}
        for way, file in runs:
            _run(way, file)  # compiled modules are kept from here on
        for _ in range(rounds):
            for (way, file), spent in runs.items():
                spent.append(_run(way, file))
    start, whole = (_difference(runs[_WITH, file], runs[_WITHOUT, file]) for file in files)
    cpu, wall = (whole.cpu - start.cpu) / tests, (whole.wall - start.wall) / tests
    bare = median(spent.cpu for spent in runs[_WITHOUT, files[1]]) / tests
    return [
        Finding(
            name="the pytest plugin, on a test that records nothing",
            figure=f"{cpu:.3f} ms of CPU, {wall:.3f} ms of time more for each of {tests:,} empty tests, which take "
            f"{bare:.2f} ms without it; {start.cpu:.0f} ms of CPU more at the start of a run",
            target=f"{MOST:.0f} ms at most",
            met=cpu <= MOST,
        )
    ]


def _written(folder: Path, tests: int) -> Path:
    """A file of so many tests that do nothing."""
    path = folder / f"test_{tests}.py"
    path.write_text("\n".join(f"def test_{number}():\n    pass\n" for number in range(tests)), "utf-8")
    return path


def _run(way: Sequence[str], file: Path) -> Spent:
    return spend([*way, "--rootdir", str(file.parent), str(file)], _NO_OTHERS)


def _difference(own: Sequence[Spent], other: Sequence[Spent]) -> Spent:
    """How much more some runs took than others, medians."""
    return Spent(
        median(spent.cpu for spent in own) - median(spent.cpu for spent in other),
        median(spent.wall for spent in own) - median(spent.wall for spent in other),
    )
