"""Where a call of a tool belongs: the turn or step in force, else the turn that was found from the conversation.

A tool that runs inside another one is a further call of the same turn. Where only a session is in force and no turn
is open, a step of kind ``system`` holds the call. Outside any session nothing is recorded, unless
:func:`clew.instrument` asked for a session of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.instrument.asks import claim, is_asked
from clew.instrument.automatic import note_call, open_session_in_use, session_in_use
from clew.instrument.conversations import conversations_of, is_found
from clew.record.attempt import AttemptRecorder
from clew.record.current import current
from clew.record.tool import ToolRecorder
from clew.record.turn import HolderRecorder

if TYPE_CHECKING:
    from clew.model.session import ToolKind
    from clew.record.session import SessionRecorder


class CallPlace(NamedTuple):
    """The holder of a call."""

    holder: HolderRecorder
    own: bool
    """Whether it is a step for this call alone, which ends with it."""

    def tool(
        self, name: str, request: object, *, kind: ToolKind, command: str | None
    ) -> tuple[ToolRecorder, str | None]:
        """The call, with the id that the model gave it, if it asked for it."""
        call_id = claim(self.holder, name, request)
        return self.holder.tool(name, request, kind=kind, command=command, call_id=call_id), call_id


def call_place(name: str, arguments: object) -> CallPlace | None:
    """The place for a tool that is called now, if there is one."""
    note_call()
    node = current()
    if node is None or node.session.ended:
        node = session_in_use()
    if node is None:
        return None
    if isinstance(node, AttemptRecorder | ToolRecorder):
        return CallPlace(node.holder, own=False)
    if isinstance(node, HolderRecorder):
        return CallPlace(node, own=False)
    return _in_session(node.session, name, arguments)


def asked_place(name: str, arguments: object) -> CallPlace | None:
    """The place for a call outside any session whose turn can only be told by what a model asked for, if one did."""
    session = open_session_in_use()
    turn = conversations_of(session).turn_of(name, arguments) if session is not None else None
    return CallPlace(turn, own=False) if turn is not None and is_asked(turn, name, arguments) else None


def _in_session(session: SessionRecorder, name: str, arguments: object) -> CallPlace:
    holder: HolderRecorder | None = conversations_of(session).turn_of(name, arguments)
    if holder is None and session.open_holder is not None and not is_found(session.open_holder):
        holder = session.open_holder
    if holder is not None:
        return CallPlace(holder, own=False)
    return CallPlace(session.step(kind="system", name="tool call"), own=True)


def is_same_call(name: str) -> bool:
    """Whether the tool call in force is the one that is about to be recorded, opened by somebody who knew of it."""
    node = current()
    return isinstance(node, ToolRecorder) and not node.ended and (node.name == name or _is_of_server(node.name, name))


def _is_of_server(full: str, name: str) -> bool:
    """Whether a name is that of a tool with the name of its server before it."""
    return full.endswith((f"_{name}", f".{name}", f"-{name}", f"/{name}"))
