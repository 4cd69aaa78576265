"""Reading sessions from Python: one by its id, or all of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clew.store.folder import Folder, open_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Session


def load(reference: str | Path, *, dir: Path | str | None = None, verbose_in_tree: bool = False) -> Session:
    """A session as a tree: by its id, a unique beginning or end of it, ``last``, or the path of its journal.

    ``verbose_in_tree`` keeps ``VRB`` entries. Raises ``SessionNotFound``, ``AmbiguousSession``, ``NotASession``,
    ``NewerFormat`` or ``UnreadableFolder``.
    """
    folder, session_id = open_reference(reference, Folder(dir) if dir is not None else None)
    return folder.load(session_id, verbose_in_tree=verbose_in_tree)


def sessions(*, dir: Path | str | None = None) -> Iterator[Session]:
    """Every session of a folder that no other session started, newest first, each loaded when it is asked for."""
    folder = Folder(dir) if dir is not None else Folder.default()
    for session_id in folder.ids():
        if folder.parent(session_id) is None:
            yield folder.load(session_id)
