"""The sinks of this process, and how lines get to them.

Which there are is said by :func:`clew.configure` or by ``CLEW_LOG``, a list of ``console``, ``jsonl:PATH`` and
``journald`` with commas between. A sink that never waits is called by the thread that acts, so that its line is out
when the act is over; every other one has a :class:`~clew.record.backlog.Backlog`. Nothing that a sink does reaches the
application, and nothing that is logged while a sink works comes back to a sink.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from clew.errors import ClewError
from clew.record.trouble import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clew.sinks.line import Line

PATIENCE = 1.0
"""Seconds that the end of the process waits for sinks."""


class Sink(Protocol):
    """Takes lines. With a true ``instant`` it promises never to wait; with a ``close`` it is told of the end."""

    def write(self, line: Line) -> None:
        """Take one line."""


class Dispatch:
    """The sinks of this process."""

    def __init__(self) -> None:
        """None yet; the environment is asked at the first session."""
        self.lock = threading.RLock()
        """Held while lines are made and handed over, so that they are in order."""
        self._sinks: tuple[Any, ...] = ()
        self._asked = False
        os.register_at_fork(after_in_child=self._after_fork)

    def active(self) -> bool:
        """Whether there is any sink."""
        if not self._asked:
            self._ask()
        return bool(self._sinks)

    def set(self, sinks: Iterable[Sink | str]) -> None:
        """Have these sinks from now on, and close those there were. Raises ``ClewError`` for an unknown name."""
        behind = tuple(_within_reach(_sink(sink) if isinstance(sink, str) else sink) for sink in sinks)
        self._asked = True
        before, self._sinks = self._sinks, behind
        _close(before)

    def emit(self, line: Line) -> None:
        """Hand a line to every sink."""
        if is_silent():
            return
        _here.silent = True
        try:
            with self.lock:
                for sink in self._sinks:
                    _hand(sink, line)
        finally:
            _here.silent = False

    def flush(self, seconds: float = PATIENCE) -> None:
        """Wait until lines are out, but no longer than that."""
        _drain(self._sinks, seconds)

    def before_end(self, callback: Callable[[], None]) -> None:
        """Call something when the process ends, as long as there are sinks; the environment is asked now for them."""
        self.active()
        _register_end()
        atexit.register(callback)

    def end(self) -> None:
        """The process ends."""
        sinks, self._sinks = self._sinks, ()
        _close(sinks)

    def _ask(self) -> None:
        self._asked = True
        words = os.environ.get("CLEW_LOG", "")
        try:
            self.set(word.strip() for word in words.split(",") if word.strip())
        except ClewError as problem:
            report(str(problem))

    def _after_fork(self) -> None:
        self.lock = threading.RLock()


def silence() -> None:
    """Keep everything that this thread logs from now on away from the sinks: the thread is a sink's own."""
    _here.silent = True


def _sink(word: str) -> Sink:
    """The sink of a name."""
    kind, _, place = word.partition(":")
    limit = _limit()
    if kind == "console" and not place:
        from clew.sinks.console import Console  # noqa: PLC0415 - who has no such sink need not load it

        return Console()
    if kind == "jsonl" and place:
        from clew.sinks.jsonl import JsonLines  # noqa: PLC0415 - as above

        return JsonLines(place, limit=limit)
    if kind == "journald":
        from clew.sinks.journald import SOCKET, Journald  # noqa: PLC0415 - as above

        return Journald(place or SOCKET, limit=limit)
    message = f"There is no log sink '{word}': say console, jsonl:PATH, journald or journald:SOCKET."
    raise ClewError(message)


def _limit() -> int | None:
    """Bytes at which sinks made by name cut payloads."""
    words = os.environ.get("CLEW_LOG_LIMIT", "")
    return int(words) if words.isdecimal() else None


def _within_reach(sink: Sink) -> Any:  # noqa: ANN401 - the sink, or the queue before it
    from clew.record.backlog import Backlog  # noqa: PLC0415 - who has no sink need not load it

    _register_end()
    return sink if getattr(sink, "instant", False) else Backlog(sink)


def _hand(sink: Any, line: Line) -> None:  # noqa: ANN401 - the application's
    try:
        sink.write(line)
    except Exception as problem:  # noqa: BLE001 - the sink may be the application's
        report(problem)


def _drain(sinks: Iterable[Any], seconds: float) -> None:
    until = time.monotonic() + seconds
    for sink in sinks:
        if hasattr(sink, "drain"):
            sink.drain(max(0.0, until - time.monotonic()))


def _close(sinks: tuple[Any, ...]) -> None:
    _drain(sinks, PATIENCE)
    for outer in sinks:
        sink = getattr(outer, "sink", outer)
        try:
            if hasattr(sink, "close"):
                sink.close()
        except Exception as problem:  # noqa: BLE001 - the sink may be the application's
            report(problem)


def _register_end() -> None:
    if not getattr(_register_end, "done", False):
        atexit.register(dispatch.end)
        _register_end.done = True  # type: ignore[attr-defined]  # once per process


def is_silent() -> bool:
    """Whether what this thread logs is kept away from the sinks: one of them is at work in it."""
    return bool(getattr(_here, "silent", False))


_here = threading.local()

dispatch = Dispatch()
"""The one of this process."""
