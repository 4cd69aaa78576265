"""A session as far as a command needs it: of a large one only the part that a path leads into."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.model.session import Session
    from clew.store.folder import Folder


def load_part(place: Folder, session_id: str, path: str, *, verbose_in_tree: bool = False) -> Session:
    """The session, or what is needed of it to show the node at a path; an empty path is all of it.

    The index knows where the parts of a large session are; if it does not yet, it is brought up to date first. It does
    not know of entries that only ``verbose_in_tree`` asks for. Raises ``RecordError`` or ``PathError``.
    """
    if path and not verbose_in_tree and _is_large(place, session_id):
        from clew.cli.library import library_at
        from clew.explore.extract import extract

        found = extract(library_at(place.path), session_id, path)
        if found is not None:
            return found
    return place.load(session_id, verbose_in_tree=verbose_in_tree)


def _is_large(place: Folder, session_id: str) -> bool:
    from clew.store.index.growth import LARGE

    return any(path.stat().st_size >= LARGE for path in place.segments(session_id))
