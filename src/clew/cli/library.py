"""The library that a command asks: the index of its folder is brought up to date first.

On a terminal, reading that takes longer than half a second says how far it is. Whoever interrupts it keeps what was
read, because every half second of it is committed; the next command goes on from there.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self, TextIO

from clew.cli import options
from clew.explore.library import Library
from clew.text import numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.store.index.index import Progress

PATIENCE = 0.5
"""Seconds of silence before a command says how far it is."""


def library_at(folder: Path | None, *, wait: float = 2.0) -> Library:
    """The library of a folder, up to date. Raises ``UnreadableFolder`` or ``PriceFileError``."""
    library = Library(options.folder_at(folder))
    refresh(library, wait=wait)
    return library


def refresh(library: Library, *, wait: float = 2.0) -> None:
    """Bring a library up to date, and say how far it is. Raises ``UnreadableFolder``."""
    with Meter("reading") as meter:

        def told(progress: Progress) -> None:
            meter.sessions(progress.done, progress.of)

        library.refresh(wait=wait, told=told)


class Meter:
    """One line on a terminal's stderr that says how far something is, written over and over, and taken away."""

    def __init__(
        self, doing: str, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``doing`` is what takes so long; ``clock`` gives seconds."""
        self._doing = doing
        self._stream = stream or sys.stderr
        self._clock = clock
        self._began = clock()
        self._wrote = False

    def __enter__(self) -> Self:
        """Begin to count the time."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave an empty line behind."""
        if self._wrote:
            self._write("")

    def show(self, words: str) -> None:
        """Say how far it is, if somebody watches who has waited for a while."""
        if self._clock() - self._began >= PATIENCE and self._stream.isatty():
            self._wrote = True
            self._write(f"{self._doing} {words}")

    def sessions(self, done: int, of: int) -> None:
        """Say how many sessions are done."""
        self.show(f"{done:,} of {of:,} sessions")

    def share(self, done: int, of: int) -> None:
        """Say how many bytes are done."""
        self.show(f"{numbers.size(done)} of {numbers.size(of)}")

    def _write(self, words: str) -> None:
        self._stream.write(f"\r{words}\x1b[K")
        self._stream.flush()
