"""The catalog: made from nothing beside a plain pass over the same bytes, and looked at again when nothing changed."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.corpus import copies, long_folder
from bench.process import run
from clew.store.index.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_AGAIN = 100.0
MOST_PASSES = 3.0
_COLD = r"""
import re, sys, time
from pathlib import Path
from clew.store.index.index import Index
start = time.perf_counter()
Index(Path(sys.argv[1])).refresh()
took = time.perf_counter() - start
print(took, int(re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def indexing(small: int, again: int, turns: int) -> list[Finding]:
    """Index ``small`` small sessions, look again at ``again`` of them, and index one of so many turns."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        return [
            _looked_at_again(folder / "again", again),
            _made(folder / "small", small),
            _long(long_folder(turns), turns),
        ]


def _looked_at_again(folder: Path, count: int) -> Finding:
    copies(folder, count)
    index = Index(folder)
    index.refresh()
    took = median(_milliseconds(index.refresh) for _ in range(9))
    return Finding(
        name=f"an unchanged folder of {count:,} sessions checked again",
        figure=f"{took:.0f} ms (median of 9)",
        target=f"at most {MOST_AGAIN:.0f} ms",
        met=took <= MOST_AGAIN,
    )


def _made(folder: Path, count: int) -> Finding:
    copies(folder, count)
    journals = sorted(folder.glob("*.jsonl"))
    size = sum(path.stat().st_size for path in journals) / 1e6
    passes, makes = [], []
    for _ in range(3):
        passes.append(_milliseconds(lambda: _pass(journals)))
        shutil.rmtree(folder / "index", ignore_errors=True)
        makes.append(_milliseconds(lambda: Index(folder).refresh()))
    ratio = median(makes) / median(passes)
    return Finding(
        name=f"the catalog of {count:,} small sessions ({size:.0f} MB) made from nothing",
        figure=f"{median(makes) / 1e3:.1f} s, `json.loads` of every line {median(passes) / 1e3:.1f} s: {ratio:.2f} ×",
        target=f"at most {MOST_PASSES:g} × that pass",
        met=ratio <= MOST_PASSES,
    )


def _long(folder: Path, turns: int) -> Finding:
    shutil.rmtree(folder / "index", ignore_errors=True)
    size = sum(path.stat().st_size for path in folder.glob("*.jsonl")) / 1e6
    ended = run(["-c", _COLD, str(folder)], patience=900.0)
    seconds, memory = map(float, ended.stdout.split())
    return Finding(
        name=f"a session of {turns:,} turns ({size:.0f} MB) indexed for the first time",
        figure=f"{seconds:.1f} s, {memory:.0f} MB of memory",
        target="the cold figure, for the warm ones below",
        met=True,
    )


def _pass(journals: list[Path]) -> None:
    for path in journals:
        with path.open("rb") as file:
            for line in file:
                json.loads(line)


def _milliseconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1e3
