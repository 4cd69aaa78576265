"""Lines that wait for a sink which may make its caller wait: a thread of their own hands them over.

The agent never waits for it. When too many wait, further ones are lost, counted, and told of once there is room.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING
from weakref import WeakSet

from clew.record.trouble import report
from clew.sinks.loss import Loss

if TYPE_CHECKING:
    from clew.record.dispatch import Sink
    from clew.sinks.line import Line

ROOM = 10_000
"""Lines that may wait."""


class Backlog:
    """The queue before one sink."""

    def __init__(self, sink: Sink, room: int = ROOM) -> None:
        """``sink`` may take as long as it likes for each line, and raise what it likes."""
        self.sink = sink
        """The sink behind."""
        self.loss = Loss()
        """What there was no room for, and what the sink raised on."""
        self._room = room
        self._changed = threading.Condition()
        self._lines: deque[Line] = deque()
        self._running = False
        self._handing = False
        _all.add(self)

    def write(self, line: Line) -> None:
        """Put a line at the end of the queue."""
        with self._changed:
            if len(self._lines) >= self._room:
                self.loss.add("too many lines waited")
                return
            self._lines.append(line)
            if not self._running:
                self._running = True
                try:
                    threading.Thread(target=self._run, name="clew-log", daemon=True).start()
                except RuntimeError:  # no thread can start at interpreter shutdown
                    self._running = False
            self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Wait until all lines are handed over, but no longer than that: whether they are."""
        until = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._lines or self._handing) or not self._running, until - time.monotonic()
            )

    def _run(self) -> None:
        from clew.record.dispatch import silence  # noqa: PLC0415 - the dispatch makes backlogs

        silence()
        while True:
            with self._changed:
                self._handing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._lines)
                line = self._lines.popleft()
                self._handing = True
            self.loss.deliver(line, self._put)

    def _put(self, line: Line) -> str | None:
        try:
            self.sink.write(line)
        except Exception as problem:  # noqa: BLE001 - the sink may be the application's
            report(problem)
            return type(problem).__name__
        return None

    def after_fork(self) -> None:
        """In a forked child: the thread stayed behind, and what waits is the parent's."""
        self._changed = threading.Condition()
        self._lines = deque()
        self._running = self._handing = False


_all: WeakSet[Backlog] = WeakSet()


def _after_fork() -> None:
    for backlog in list(_all):
        backlog.after_fork()


os.register_at_fork(after_in_child=_after_fork)
