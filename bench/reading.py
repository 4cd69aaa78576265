"""What opening a recorded session costs: ``python -m bench.reading once|clew FILE`` prints a JSON object.

Opening means that every node of the session has been touched; payloads stay where they are until they are asked for.
The floor has nothing lazy: opening is all it does.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import msgspec

import clew
from bench.conversation import operations
from bench.measure import Run, keep_to_one_core
from bench.process import ask
from bench.recorders import once
from bench.recorders.recorder import make_recorder
from clew.model.session import Attempt, ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.payload import Payload

REPEATS = 7


class Opening(msgspec.Struct, kw_only=True):
    """What reading a session takes, CPU milliseconds."""

    opened: float
    """Until every node is there."""
    loaded: float
    """Until every payload is loaded, too."""


def open_with_once(path: Path) -> int:
    """Read a file of the floor, every request with its whole message list."""
    return sum(len(operation.get("messages", ())) for operation in once.read(path))


def open_with_clew(path: Path) -> int:
    """Load a session and touch every node."""
    return len([node.started_at for _, node in clew.walk(clew.load(path))])


def load_with_clew(path: Path) -> int:
    """Load a session and every payload in it."""
    payloads: list[Payload | None] = []
    for _, node in clew.walk(clew.load(path)):
        if isinstance(node, Attempt):
            payloads += [node.request, node.response.payload if node.response else None]
        elif isinstance(node, ToolCall):
            payloads += [node.request, node.response]
    return sum(payload.value is not None for payload in payloads if payload is not None)


def openings(turns: int, rounds: int) -> dict[str, Opening]:
    """Record the same session with both and read it in fresh processes, in turn; medians."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: _record(name, Path(folder) / name, turns) for name in ("once", "clew")}
        rows: dict[str, list[Opening]] = {name: [] for name in paths}
        for _ in range(rounds):
            for name, path in paths.items():
                rows[name].append(ask(["-m", "bench.reading", name, str(path)], Opening))
    return {
        name: Opening(opened=median(row.opened for row in found), loaded=median(row.loaded for row in found))
        for name, found in rows.items()
    }


def _record(name: str, folder: Path, turns: int) -> Path:
    folder.mkdir()
    run = Run(make_recorder(name, folder), 0.0)
    for operation in operations(turns):
        run.step(operation)
    run.recorder.finish()
    return next(folder.rglob("*.jsonl"))


def _timed(action: Callable[[Path], int], path: Path) -> float:
    """Median of several, garbage of the one before collected first."""
    took = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.process_time_ns()
        assert action(path)
        took.append((time.process_time_ns() - start) / 1e6)
    return median(took)


def main() -> None:
    """Read what the arguments say."""
    keep_to_one_core()
    name, path = sys.argv[1], Path(sys.argv[2])
    if name == "once":
        opened = loaded = _timed(open_with_once, path)
    else:
        opened, loaded = _timed(open_with_clew, path), _timed(load_with_clew, path)
    sys.stdout.buffer.write(msgspec.json.encode(Opening(opened=opened, loaded=loaded)))


if __name__ == "__main__":
    main()
