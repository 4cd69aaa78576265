"""A family: a session and all sessions below it.

What is packed, removed or pruned goes as a family, so that no tree loses a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.store.folder import Folder


def family(folder: Folder, session_id: str) -> list[str]:
    """A session's id and those of all sessions below it that are in the folder, each once, the first one first."""
    children = _children_by_header(folder)
    members = [session_id]
    for member in members:  # grows while it runs
        linked = _linked(folder, member)
        members += [child for child in dict.fromkeys((*linked, *children.get(member, ()))) if child not in members]
    return members


def families(folder: Folder) -> Iterator[list[str]]:
    """All families of a folder, newest first, told apart by the headers alone: no journal is read whole."""
    known = set(folder.ids())
    children = _children_by_header(folder)
    placed = {child for parent, below in children.items() if parent in known for child in below}
    roots = [session_id for session_id in folder.ids() if session_id not in placed]
    for root in roots:
        yield _below(root, children)


def files(folder: Folder, session_id: str) -> list[Path]:
    """The files of one session that nothing else needs: segments and trace."""
    trace = folder.trace_path(session_id)
    return [*folder.segments(session_id), *([trace] if trace.exists() else [])]


def _linked(folder: Folder, session_id: str) -> list[str]:
    """The children a journal names; none if it cannot be read: it must still be possible to remove it."""
    try:
        return folder.child_ids(session_id)
    except RecordError:
        return []


def _children_by_header(folder: Folder) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for session_id in folder.ids():
        parent = folder.parent(session_id)
        if parent is not None:
            children.setdefault(parent.session_id, []).append(session_id)
    return children


def _below(root: str, children: dict[str, list[str]]) -> list[str]:
    members = [root]
    for member in members:  # grows while it runs
        members += [child for child in children.get(member, ()) if child not in members]
    return members
