"""One recorder on one workload, in this process: what it costs. Started as a child, with nothing else in the way.

``python -m bench.measure RECORDER FOLDER TURNS VARIANT PACE_MS`` prints a JSON object. The process keeps to one core,
so that work on other threads cannot hide. Recording is measured up to the last operation, the end of the session apart.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import msgspec

from bench.conversation import VARIANTS, operations
from bench.recorders.recorder import make_recorder

if TYPE_CHECKING:
    from bench.conversation import Operation, Variant
    from bench.recorders.recorder import Recorder


class Cost(msgspec.Struct, kw_only=True):
    """What one recording cost."""

    operations: int
    """Attempts and tool calls."""
    cpu: float
    """CPU time of all threads up to the last operation, microseconds per operation."""
    end_cpu: float
    """CPU time of the end of the session, in all, milliseconds."""
    end_wall: float
    """How long the end of the session took, milliseconds."""
    median: float
    """What the caller waits for an operation, microseconds."""
    p99: float
    """What one operation in a hundred makes it wait at least, microseconds."""
    size: int
    """Bytes on disk when it is over, without derived documents."""
    derived: int
    """Bytes of derived documents (the trace)."""


class Run:
    """A recorder being driven through a workload."""

    def __init__(self, recorder: Recorder, pace: float) -> None:
        """``pace`` is how long the agent is busy elsewhere before each operation, in seconds."""
        self.recorder = recorder
        """Who is driven."""
        self._pace = pace
        self._handles: dict[int, tuple[Any, int]] = {}
        self._extra = 0
        self.waits: list[int] = []
        """Nanoseconds the caller waited, per operation."""

    def step(self, operation: Operation) -> None:
        """Hand one operation over, and note how long that took."""
        kind, value = operation
        if kind == "own":
            value()
            return
        if self._pace and kind in {"request", "call"}:
            time.sleep(self._pace)
        recorder = self.recorder
        start = time.perf_counter_ns()
        if kind == "turn":
            recorder.turn(*value)
            self._extra += time.perf_counter_ns() - start
        elif kind in {"request", "call"}:
            handle = recorder.request(value) if kind == "request" else recorder.call(value)
            self._handles[id(value)] = handle, time.perf_counter_ns() - start
        else:
            handle, before = self._handles.pop(id(value))
            (recorder.answer if kind == "answer" else recorder.result)(handle, value)
            self.waits.append(time.perf_counter_ns() - start + before + self._extra)
            self._extra = 0


def measure(name: str, folder: Path, turns: int, variant: Variant, pace: float) -> Cost:
    """Record the workload once."""
    keep_to_one_core()
    todo = operations(turns, variant)
    recorder = make_recorder(name, folder)
    run = Run(recorder, pace)
    gc.collect()
    before = time.process_time_ns()
    for operation in todo:
        run.step(operation)
    cpu = time.process_time_ns() - before
    before, start = time.process_time_ns(), time.perf_counter_ns()
    recorder.finish()
    count = len(run.waits)
    return Cost(
        operations=count,
        cpu=cpu / count / 1e3,
        end_cpu=(time.process_time_ns() - before) / 1e6,
        end_wall=(time.perf_counter_ns() - start) / 1e6,
        median=median(run.waits) / 1e3,
        p99=quantiles(run.waits, n=100)[98] / 1e3,
        size=_size(folder, derived=False),
        derived=_size(folder, derived=True),
    )


def keep_to_one_core() -> None:
    """Let no other core take work over, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _size(folder: Path, *, derived: bool) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()]
    traces = {path for path in files if path.name.startswith("session_") and path.suffix == ".json"}
    return sum(path.stat().st_size for path in files if (path in traces) == derived)


def main() -> None:
    """Measure what the arguments say."""
    name, folder, turns, variant, pace = sys.argv[1:]
    assert variant in VARIANTS
    cost = measure(name, Path(folder), int(turns), variant, float(pace) / 1e3)
    sys.stdout.buffer.write(msgspec.json.encode(cost))


if __name__ == "__main__":
    main()
