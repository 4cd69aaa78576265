"""Finds: what a search hit, with the node it belongs to, in words of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.errors import ClewError
from clew.explore.listing import SessionRow
from clew.explore.rounds import Operation
from clew.store.index.parts import SessionParts
from clew.store.index.text.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.explore.library import Library
    from clew.explore.view import SessionView


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """A hit in its place."""

    hit: Hit
    session: SessionRow | None
    """``None`` if the catalog does not have it yet."""
    path: str
    """The node it belongs to; empty for the session itself, and where it cannot be told."""
    operation: Operation | None
    """The node, if it is an attempt or a call of a tool."""


def finds(library: Library, hits: Iterable[Hit]) -> Iterator[Find]:
    """Place hits; those of one session come one after the other, so that it is looked up once."""
    place: _Place | None = None
    for hit in hits:
        if place is None or place.session_id != hit.session_id:
            place = _Place(library, hit.session_id)
        yield place.find(hit)


class _Place:
    """One session in which something was found."""

    def __init__(self, library: Library, session_id: str) -> None:
        self.session_id = session_id
        self._library = library
        self._view: SessionView | None = None
        self._operations: dict[str, dict[str, Operation]] = {}
        try:
            self._view = library.session(session_id)
            self._parts = SessionParts(library.index, session_id)
        except ClewError:
            self._view = None

    def find(self, hit: Hit) -> Find:
        """A hit with its node."""
        path = self._path(hit)
        row = self._view.row if self._view is not None else None
        return Find(hit=hit, session=row, path=path, operation=self._operation(path))

    def _path(self, hit: Hit) -> str:
        if self._view is None:
            return ""
        try:
            return self._parts.path_of(hit.node_segment, hit.n) if hit.n else self._library.place(hit)
        except (ClewError, OSError):  # it went away meanwhile, or cannot be read
            return ""

    def _operation(self, path: str) -> Operation | None:
        label, dash, _ = path.partition("-")
        if self._view is None or not dash:
            return None
        known = self._operations.get(label)
        if known is None:
            known = self._operations[label] = {one.path: one for one in self._view.operations(label)}
        return known.get(path)
