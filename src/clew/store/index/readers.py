"""Many sessions read as wholes: by several processes at once where there are many, and cores for it.

Processes are forked, so only a process without threads does it: whoever reads in the background reads alone.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from clew.store.index.whole import read_whole

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from clew.store.index.facts import Price
    from clew.store.index.survey import Found
    from clew.store.index.whole import SessionFacts

MANY = 400
"""Sessions from which on it is worth to start processes."""

_AT_A_TIME = 32
"""Sessions that a process is given at a time."""


def read_all(folder: Path, found: Sequence[Found], known: frozenset[str], price: Price) -> Iterator[SessionFacts]:
    """Read sessions, in this order."""
    read = partial(_read, folder, known, price)
    processes = min(os.cpu_count() or 1, 8)
    if len(found) < MANY or processes == 1 or threading.active_count() > 1:
        yield from map(read, found)
        return
    global _reading  # noqa: PLW0603 - what the forked processes find: a function and its prices cannot be sent
    _reading = read
    try:
        with closing(_in_processes(found, processes)) as facts:
            yield from facts
    finally:
        _reading = None


_reading: partial[SessionFacts] | None = None
"""How a process that was forked off reads a session."""


def _in_processes(found: Iterable[Found], processes: int) -> Generator[SessionFacts, None, None]:
    import multiprocessing  # noqa: PLC0415 - it costs 9 ms, which a list of sessions that are known need not pay

    with multiprocessing.get_context("fork").Pool(processes, _begin) as pool:
        yield from pool.imap(_read_here, found, _AT_A_TIME)


def _begin() -> None:
    """Leave Ctrl-C to the process that asked; collect garbage seldom, since what is read lives but for a moment."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read_here(found: Found) -> SessionFacts:
    if _reading is None:
        message = "no reading was prepared"
        raise RuntimeError(message)
    return _reading(found)


def _read(folder: Path, known: frozenset[str], price: Price, found: Found) -> SessionFacts:
    return read_whole(folder, found.session_id, [segment.number for segment in found.segments], known, price)
