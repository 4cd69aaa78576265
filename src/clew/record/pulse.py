"""The pulse: brings pieces of streams to the journal when their stream falls silent.

A piece that has to wait for the next one is written by a thread of its own, at most 250 ms later. The thread lives only
while something waits.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.record.attempt import AttemptRecorder

BEAT = 0.25
"""Seconds that a piece waits at most."""


class Pulse:
    """The attempts of this process with pieces that wait."""

    def __init__(self) -> None:
        """Nothing waits yet."""
        self._lock = threading.RLock()
        self._waiting: set[AttemptRecorder] = set()
        self._beating: bool = False
        os.register_at_fork(after_in_child=self._forget)

    def watch(self, attempt: AttemptRecorder) -> None:
        """See that what waits in an attempt does not wait longer than a beat."""
        with self._lock:
            self._waiting.add(attempt)
            if self._beating:
                return
            self._beating = True
        with suppress(RuntimeError):  # at interpreter shutdown no thread can start; the end of the attempt writes all
            threading.Thread(target=self._run, name="clew-pulse", daemon=True).start()

    def _forget(self) -> None:
        """In a forked child: what waits there belongs to the parent, whose thread stayed behind."""
        self._lock, self._waiting, self._beating = threading.RLock(), set(), False

    def _run(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._lock:
                waiting = [*self._waiting]
                self._waiting.clear()
                if not waiting:
                    self._beating = False
                    return
            for attempt in waiting:
                attempt.flush()


pulse = Pulse()
"""The one of this process."""
