"""Background syncing: one thread per process that brings what was written to the disk, at most a second later.

It starts with the first journal that asks for it, is a daemon, and holds nothing that an exit would have to wait for:
what it has not synced is in the kernel.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from clew.store.journal import Journal

INTERVAL = 1.0
"""Seconds between two looks at what is dirty."""


class Syncer:
    """The journals of this process that are to be synced in the background."""

    def __init__(self) -> None:
        """Sync nothing yet."""
        self._lock = threading.RLock()
        self._journals: WeakSet[Journal] = WeakSet()
        self._thread: threading.Thread | None = None
        self._never = threading.Event()
        os.register_at_fork(after_in_child=self._forget)

    def watch(self, journal: Journal) -> None:
        """Sync a journal from now on, until it is closed."""
        with self._lock:
            self._journals.add(journal)
            if self._thread is None:
                thread = self._thread = threading.Thread(target=self._run, name="clew-sync", daemon=True)
                with suppress(RuntimeError):  # at interpreter shutdown no thread can start, and none is needed
                    thread.start()

    def _forget(self) -> None:
        """In a forked child: the thread stayed behind, and so did the lock it may have held."""
        self._lock = threading.RLock()
        self._journals, self._thread, self._never = WeakSet(), None, threading.Event()

    def _run(self) -> None:
        never = self._never
        while not never.wait(INTERVAL):
            with self._lock:
                journals = list(self._journals)
            for journal in journals:
                journal.sync()
            del journals[:]


syncer = Syncer()
"""The one of this process."""
