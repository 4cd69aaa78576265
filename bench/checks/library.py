"""Asking a thousand sessions: queries and sums in process, `clew ls QUERY` whole, and one turn of a long session."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.corpus import copies, long_folder
from bench.process import CLEW, run, spend
from clew.explore.library import Library
from clew.explore.statistics import spending
from clew.store.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_QUERY = 1.0
MOST_SUM = 3.0
MOST_PROCESS = 150.0
MOST_TURN = 1_000.0
MOST_MEMORY = 300.0
QUERIES = ("tool:search:timeout", "slug:tool.timeout")
ASKED = "agent:support tool:*:timeout"
_TRIES = 101
_MEASURED = r"""
import re, sys, time
start = time.perf_counter()
from clew.cli.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
memory = int(re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1]) / 1024
print(code, (time.perf_counter() - start) * 1e3, memory, file=sys.stderr)
"""


def library(count: int, turns: int, *, rounds: int = 15) -> list[Finding]:
    """Ask ``count`` small sessions, and show one turn of a session of so many."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copies(folder / "small", count)
        return [
            *_in_process(folder / "small", count),
            _listed(folder / "small", count, rounds),
            _shown(long_folder(turns), turns),
        ]


def _in_process(folder: Path, count: int) -> list[Finding]:
    known = Library(Folder(folder))
    known.refresh()
    found = [_query(known, query, count) for query in QUERIES]
    took = _milliseconds(lambda: spending(known, by=("model",)))
    whole = spending(known)[0].usage.total_tokens
    assert whole == sum(one.usage.total_tokens for one in spending(known, by=("model",)))
    return [
        *found,
        Finding(
            name=f"tokens by model of {count:,} sessions",
            figure=f"{took:.2f} ms (median of {_TRIES}), {whole:,} tokens",
            target=f"at most {MOST_SUM:g} ms",
            met=took <= MOST_SUM,
        ),
    ]


def _query(known: Library, query: str, count: int) -> Finding:
    took = _milliseconds(lambda: known.ids(query))
    page = _milliseconds(lambda: known.sessions(query, limit=50))
    return Finding(
        name=f"`{query}` asked of {count:,} sessions",
        figure=f"{took:.2f} ms for {known.count(query):,} ids, {page:.2f} ms for a page of rows (medians of {_TRIES})",
        target=f"at most {MOST_QUERY:g} ms",
        met=took <= MOST_QUERY,
    )


def _listed(folder: Path, count: int, rounds: int) -> Finding:
    command = [*CLEW, "ls", ASKED, "--dir", str(folder)]
    spend(command)
    bare, listed = [], []
    for _ in range(rounds):
        bare.append(spend(["-c", "pass"]))
        listed.append(spend(command))
    wall = median(one.wall for one in listed) - median(one.wall for one in bare)
    cpu = median(one.cpu for one in listed) - median(one.cpu for one in bare)
    return Finding(
        name=f"`clew ls '{ASKED}'` of {count:,} sessions, as a whole process",
        figure=f"{wall:.0f} ms more than a bare interpreter, {cpu:.0f} ms of them CPU (medians of {rounds})",
        target=f"at most {MOST_PROCESS:.0f} ms",
        met=wall <= MOST_PROCESS,
    )


def _shown(folder: Path, turns: int) -> Finding:
    (session_id,) = Folder(folder).ids()
    shutil.rmtree(folder / "index", ignore_errors=True)
    command = ["-c", _MEASURED, "show", session_id, "--turn", str(turns // 2), "--dir", str(folder)]
    cold = run(command, patience=900.0).stderr.split()
    warm = [run(command).stderr.split() for _ in range(5)]
    assert {one[0] for one in [cold, *warm]} == {"0"}
    took, memory = (median(float(one[place]) for one in warm) for place in (1, 2))
    return Finding(
        name=f"`clew show --turn` of a session of {turns:,} turns",
        figure=f"{took:.0f} ms, {memory:.0f} MB (medians of 5); without an index {float(cold[1]) / 1e3:.1f} s",
        target=f"under {MOST_TURN / 1e3:g} s and {MOST_MEMORY:.0f} MB",
        met=took < MOST_TURN and memory < MOST_MEMORY,
    )


def _milliseconds(what: Callable[[], object]) -> float:
    took = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        what()
        took.append((time.perf_counter() - start) * 1e3)
    return median(took)
