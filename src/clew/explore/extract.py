"""An extract of a session: the session itself with the one turn or step that a path leads into, and nothing else.

Whoever shows a part of a session gets from it what the whole session would have given, without reading the rest. Child
sessions in that part are whole; on the way of a path they are extracts, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.errors import SessionNotFound
from clew.model.session import Turn
from clew.store.folder import Folder
from clew.store.index.parts import SessionParts

if TYPE_CHECKING:
    from clew.explore.library import Library
    from clew.explore.view import SessionView
    from clew.model.session import Session, ToolCall


def extract(library: Library, session_id: str, path: str) -> Session | None:
    """The extract for a path; ``None`` if the whole session is as quickly read, or the path leads to all of it.

    Raises ``SessionNotFound`` or ``PathError``.
    """
    if not path or not SessionParts(library.index, session_id).is_mapped:
        return None
    return _extract(library, library.session(session_id), path)


def _extract(library: Library, view: SessionView, path: str) -> Session:
    here, _, rest = path.partition(".")
    frame = view.frame()
    if here in {"", "init"} or (here == "fin" and frame.fin is not None):
        return frame
    label, _, number = here.partition("-")
    holder = view.round(label)
    wanted = view.node(here) if rest and number else None
    tools = tuple(_whole(library, tool, rest if tool is wanted else "") for tool in holder.tools)
    holder = msgspec.structs.replace(holder, tools=tools)
    return msgspec.structs.replace(frame, **{"turns" if isinstance(holder, Turn) else "steps": (holder,)})


def _whole(library: Library, tool: ToolCall, path: str) -> ToolCall:
    """The call with all of the session that it started, or with what a path leads to."""
    if tool.child_session is None:
        return tool
    session_id = tool.child_session.session_id
    try:
        child = extract(library, session_id, path) or Folder(library.path).load(session_id)
    except SessionNotFound:
        return tool
    return msgspec.structs.replace(tool, child_session=child)
