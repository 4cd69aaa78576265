"""To which session a request belongs, and what the user did by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.model.session_id import is_session_id
from clew.record.action import Action

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

Scope = "MutableMapping[str, Any]"
"""What an ASGI server says of a request."""


class Binding(NamedTuple):
    """What a request is part of."""

    session_id: str | None = None
    """An earlier session, to be continued; ``None`` begins a new one."""
    agent_id: str | None = None
    """Who answers."""
    action: Action | None = None
    """What the user did: the action of the turn."""


def bind_by_headers(
    agent_id: str | None = None,
    *,
    session_header: str | None = "x-session-id",
    agent_header: str | None = None,
    action_header: str | None = None,
) -> Callable[[MutableMapping[str, Any]], Binding]:
    """What binds a request by its headers; a name that is ``None`` is not looked at.

    The action is a command named by the method and the path (never the query, which may hold anything), or the menu
    entry that the client names. Who may continue a session is for the application to say: whoever knows its id can add
    a segment to it, so an application with users of its own binds by a function of its own, after they are known.
    """

    def bind(scope: MutableMapping[str, Any]) -> Binding:
        wanted = header(scope, session_header)
        menu = header(scope, action_header)
        place = f"{scope.get('method', 'WEBSOCKET')} {scope.get('path', '')}"
        return Binding(
            session_id=wanted if wanted is not None and is_session_id(wanted) else None,
            agent_id=header(scope, agent_header) or agent_id,
            action=Action("menu", menu) if menu else Action("command", place),
        )

    return bind


def header(scope: MutableMapping[str, Any], name: str | None) -> str | None:
    """The first header of a name, or ``None``."""
    if name is None:
        return None
    wanted = name.lower().encode("latin-1")
    values = (value for key, value in scope.get("headers", ()) if key.lower() == wanted)
    found: bytes | None = next(values, None)
    return found.decode("latin-1") if found is not None else None
