"""What parts of an exported file have in common: lines or messages that each stand in the file once.

A request repeats most of the one before it, and what an agent drops of a long conversation it drops at the beginning,
so what two requests share is a *run*: so many in a row, from one on. New ones are put behind those that are there,
each kind on a shelf of its own; therefore a conversation of any length is a few runs, wherever it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.errors import ClewError
from clew.web.encoding import embeddable, encode_any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

Run = tuple[str, int, int]
"""The shelf, the first, and how many from there."""


class Full(ClewError):
    """There is no more room in the file."""


class Room:
    """How much more may be put into a file."""

    def __init__(self, most: int) -> None:
        """So many bytes."""
        self.left = most

    def check(self, size: int) -> None:
        """Raise ``Full`` if there are not so many bytes left."""
        if size > self.left:
            raise Full

    def take(self, size: int) -> None:
        """Use so many bytes. Raises ``Full``."""
        self.check(size)
        self.left -= size


class _Shelf:
    """Pieces of one kind."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.count = 0


class Stock:
    """Pieces, each once, as they will stand in the file."""

    def __init__(self, room: Room, around: int = 0) -> None:
        """Nothing is in it; what comes takes of the room, a shelf ``around`` bytes more than its name."""
        self._room = room
        self._around = around
        self._shelves: dict[str, _Shelf] = {}
        self._runs: dict[Hashable, Run] = {}
        self._news: list[Hashable] = []

    def run(self, shelf: str, name: Hashable, make: Callable[[], Sequence[Any]]) -> Run:
        """Where the pieces of a name are; they are made if they are not there yet. Raises ``Full``."""
        known = self._runs.get((shelf, name))
        if known is not None:
            return known
        pieces = make()
        body = embeddable(encode_any(pieces))[1:-1]
        place = self._shelves.get(shelf)
        self._room.take(len(body) + 1 + (0 if place is not None else len(shelf) + self._around))
        if place is None:
            place = self._shelves[shelf] = _Shelf()
        place.bodies.append(body)
        found = self._runs[shelf, name] = (shelf, place.count, len(pieces))
        place.count += len(pieces)
        self._news.append((shelf, name))
        return found

    def keep(self) -> None:
        """What came so far stays."""
        self._news.clear()

    def undo(self) -> None:
        """Take out again what came since something was kept."""
        while self._news:
            shelf, _, count = self._runs.pop(self._news.pop())
            self._shelves[shelf].bodies.pop()
            self._shelves[shelf].count -= count
            if not self._shelves[shelf].bodies:
                del self._shelves[shelf]

    def encoded(self) -> Iterator[tuple[str, bytes]]:
        """Every shelf with its pieces, as a JSON list that can stand in a document."""
        for name, shelf in self._shelves.items():
            yield name, b"[" + b",".join(filter(None, shelf.bodies)) + b"]"
