"""``SessionTreeBuilder``: a session told as turns and operations of four kinds, which get ids.

===========  ===========================================================================================
``llm``      an attempt; a second one in the same turn is a retry
``tool``     a tool call
``session``  a tool call of kind ``agent``, for :meth:`SessionTreeBuilder.attach_child_session`
``system``   in turn 0 with the label ``init`` or ``fin``: INIT or FIN themselves; elsewhere a step
===========  ===========================================================================================

Turn 0 is no turn: what happens in it is part of INIT or FIN, or a step. An operation begins in the record when there is
something to say of it, at the latest when it ends; its request is part of its beginning. Everything else is in the
journal when a call returns. A mapping's keys may be in snake_case or camelCase.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from clew.compat.flat import Flat, flat
from clew.compat.model_operation import ModelOperation
from clew.compat.named_values import NamedValues
from clew.compat.operation import Operation, PhaseOperation, SystemOperation
from clew.compat.tool_operation import SessionOperation, ToolOperation
from clew.errors import ClewError
from clew.model.event import ChildStart, NodeEnd
from clew.model.log import Source
from clew.model.session import Init, Session
from clew.record.api import session
from clew.record.tidy import maybe_text, text_of, texts_of, whole
from clew.text.outline import outline
from clew.text.row import plain
from clew.text.signs import ascii_only

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from clew.compat.operation import OperationKind, OperationStatus
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

_KINDS: dict[str, type[Operation]] = {
    "llm": ModelOperation,
    "tool": ToolOperation,
    "session": SessionOperation,
    "system": SystemOperation,
}

_FALLBACK = {"WRN": "import.warning", "ERR": "import.error"}
"""The slugs of entries that come without one."""


class SessionTreeBuilder:
    """Records one session. Every method may be called at any time; an id that is not known is ignored."""

    def __init__(
        self,
        meta: Mapping[str, Any] | None = None,
        *,
        dir: Path | str | None = None,
        recorder: SessionRecorder | None = None,
    ) -> None:
        """Begin a session, or take over the one of a ``recorder``.

        ``meta`` may name ``agent_id``, ``session_title``, ``model``, ``system_prompt`` and ``tags``; what else it holds
        becomes the session's attributes. ``dir`` is the folder of sessions, by default the recorder's own.
        """
        self.session = recorder or session(dir=dir, **_options(meta))
        """The recorder behind this front."""
        self._turns: dict[int, TurnRecorder] = {}
        self._operations: dict[str, Operation] = {}
        self._ids = count(1)

    # -- the session

    def get_session(self) -> Session:
        """The tree so far."""
        try:
            return self.session.tree()
        except ClewError:
            return Session(session_id=self.session.session_id, init=Init(started_at=self.session.now()))

    def set_session_title(self, title: str) -> None:
        """What the session is called."""
        self.session.set(title=title)

    def set_latest_status(self, status: str) -> None:
        """What the agent says of itself."""
        self.session.set(latest_status=status)

    def end_session(self, success: bool = True, error: str | None = None) -> None:  # noqa: FBT001, FBT002 - its API
        """End the session, and every turn that is open."""
        for index in list(self._turns):
            self.end_turn(index)
        self.session.end(success=success, error=error)

    # -- turns

    def begin_turn(self, index: int, attributes: Mapping[str, Any] | None = None) -> None:
        """Begin a turn; 0 stands for INIT and FIN."""
        if index > 0 and index not in self._turns:
            self._turns[index] = self.session.turn(index=index, attributes=_given(attributes)).start()

    def end_turn(self, index: int, attributes: Mapping[str, Any] | None = None) -> None:
        """End a turn; its attributes are laid over the earlier ones."""
        turn = self._turns.pop(index, None)
        if turn is not None:
            self.session.write(NodeEnd(n=turn.ref, attributes=_given(attributes)))
        elif index == 0:
            self.session.ready()

    # -- operations

    def begin_op(self, turn_index: int, kind: OperationKind, attributes: Mapping[str, Any] | None = None) -> str:
        """Begin an operation of a turn; returns its id."""
        self.begin_turn(turn_index)
        op_id = f"op_{next(self._ids)}"
        made = PhaseOperation if kind == "system" and _is_phase(turn_index, attributes) else _KINDS[kind]
        self._operations[op_id] = made(self.session, self._turns.get(turn_index), NamedValues(attributes))
        return op_id

    def end_op(self, op_id: str, status: OperationStatus = "ok", attributes: Mapping[str, Any] | None = None) -> None:
        """End an operation as ``ok`` or ``failed``; the attribute ``error`` says why it failed."""
        if op_id in self._operations:
            self._operations[op_id].end(status, NamedValues(attributes))

    def get_op_path(self, op_id: str) -> str:
        """The path of an operation, as people type it; empty for an id that is not known."""
        return self._operations[op_id].begun().node_path if op_id in self._operations else ""

    def set_request(self, op_id: str, request: object) -> None:
        """What is sent: ``{"kind", "payload", "size"}``, or the payload itself."""
        if op_id in self._operations:
            self._operations[op_id].request(_payload(request))

    def set_response(self, op_id: str, response: object) -> None:
        """What came back: ``{"payload", "size"}``, or the payload itself."""
        if op_id in self._operations:
            self._operations[op_id].respond(_payload(response))

    def append_log(self, op_id: str, log: Mapping[str, Any]) -> None:
        """A log entry: ``severity``, ``slug``, ``message``, ``source`` and any further values."""
        node = self._operations[op_id].begun() if op_id in self._operations else self.session
        values = NamedValues(log)
        severity = text_of(values.take("severity") or "VRB")
        slug = values.take("slug") or _FALLBACK.get(severity, "import.entry")
        source = NamedValues(values.take("source"))
        file = source.take("file")
        line, function = whole(source.take("line")) or 0, maybe_text(source.take("function"))
        place = Source(file=text_of(file), line=line, function=function) if file else None
        message = values.take("message") or ""
        self.session.logbook.write(node, slug, message, severity, values.rest() or {}, place)

    def append_accounting(self, op_id: str, accounting: Mapping[str, Any]) -> None:
        """What an operation used: ``tokens``, ``cost_usd``, ``stop_reason`` of a model, anything of a tool."""
        if op_id in self._operations:
            self._operations[op_id].account(accounting)

    def append_reasoning_chunk(self, op_id: str, text: str) -> None:
        """A piece of the model's reasoning, as it arrives."""
        if op_id in self._operations:
            self._operations[op_id].reason(text)

    def set_reasoning_final(self, op_id: str, text: str) -> None:
        """The model's reasoning as a whole."""
        if op_id in self._operations:
            self._operations[op_id].reason(text, final=True)

    def attach_child_session(
        self, op_id: str, child: SessionTreeBuilder | Session | Mapping[str, Any] | None = None
    ) -> SessionTreeBuilder | Session | None:
        """Hang a session on an operation of kind ``session`` or ``tool``; returns it.

        A session that has begun already is linked. From a mapping (``meta``) or nothing a new one is begun, whose own
        record also says whose child it is.
        """
        tool = self._operations[op_id].child_holder() if op_id in self._operations else None
        if tool is None:
            return None
        if isinstance(child, SessionTreeBuilder | Session):
            session_id = child.session_id if isinstance(child, Session) else child.session.session_id
            self.session.write(ChildStart(of=tool.ref, session_id=session_id))
            return child
        return SessionTreeBuilder(recorder=tool.child(**_options(child)).start())

    # -- what comes out

    def flatten(self) -> Flat:
        """All log entries and all accounting of the session and those below it."""
        return flat(self.get_session())

    def render_ascii(self) -> str:
        """The tree as lines of plain ASCII."""
        return "\n".join(ascii_only(plain(row)).rstrip() for row in outline(self.get_session()))


def _options(meta: Mapping[str, Any] | None) -> dict[str, Any]:
    """What ``meta`` says, as options of a session."""
    values = NamedValues(meta)
    known = {name: values.take(name) for name in ("agent_id", "model", "system_prompt")}
    title, tags = values.take("session_title", "title"), texts_of(values.take("tags") or ())
    return {**known, "title": title, "tags": tags, "attributes": values.rest()}


def _payload(given: object) -> object:
    """The payload of an envelope; anything that is none is a payload itself."""
    if isinstance(given, dict) and "payload" in given and given.keys() <= {"kind", "payload", "size", "truncated"}:
        return given["payload"]
    return given


def _is_phase(turn_index: int, attributes: Mapping[str, Any] | None) -> bool:
    """Whether an operation is INIT or FIN itself."""
    return turn_index == 0 and (attributes or {}).get("label") in {"init", "fin"}


def _given(attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(attributes) if attributes else None
