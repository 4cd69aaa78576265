"""The operations of :class:`~clew.compat.session_tree_builder.SessionTreeBuilder`: what all share, and ``system``.

An operation begins in the record with its first content, because its request is part of its beginning. What an act that
ends a node says replaces what an earlier one said, so each carries everything known by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from clew.model.event import NodeEnd
from clew.record.failure import holder_slug, session_outcome

if TYPE_CHECKING:
    from clew.compat.named_values import NamedValues
    from clew.record.node import NodeRecorder
    from clew.record.session import SessionRecorder
    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder, StepRecorder

OperationKind = Literal["llm", "tool", "session", "system"]
OperationStatus = Literal["ok", "failed", "timeout", "cancelled"]

UNEXPLAINED = "The operation failed."
"""What is said of a failure that nobody explained."""


class Operation:
    """What all kinds have in common."""

    def __init__(self, session: SessionRecorder, holder: HolderRecorder | None, values: NamedValues) -> None:
        """``holder`` is the turn it belongs to, ``None`` for turn 0; ``values`` are its attributes."""
        self.session = session
        """The recorder behind the builder."""
        self.values = values
        """The attributes it began with, as far as no field of the record holds them."""
        self.sent: object = None
        """The request."""
        self.answer: object = None
        """The response."""
        self.late: dict[str, Any] = {}
        """What came when its place in the record was written already; it becomes an attribute."""
        self._holder = holder
        self._own_step: StepRecorder | None = None
        self._node: NodeRecorder | None = None

    def begun(self) -> NodeRecorder:
        """The node in the record, which begins now if it has not."""
        if self._node is None:
            self._node = self.begin().start()
        return self._node

    def begin(self) -> NodeRecorder:
        """Make the node."""
        raise NotImplementedError

    def request(self, payload: object) -> None:
        """Begin the node with its request."""
        if self._node is None:
            self.sent = payload
            self.begun()
        else:
            self.late["request"] = payload

    def respond(self, payload: object) -> None:
        """Write the response."""
        raise NotImplementedError

    def account(self, accounting: object) -> None:
        """Write what was used."""
        raise NotImplementedError

    def end(self, status: OperationStatus, values: NamedValues) -> None:
        """Write the end; ``values`` are further attributes."""
        raise NotImplementedError

    def reason(self, text: str, *, final: bool = False) -> None:
        """Write reasoning. Only models reason, so for all others it is an attribute."""
        self.late["reasoning"] = text if final else self.late.get("reasoning", "") + text

    def child_holder(self) -> ToolRecorder | None:
        """The tool call that can hold a child session, if there is one."""
        return None

    def holder(self) -> HolderRecorder:
        """The turn, or a step begun for this operation alone."""
        if self._holder is None:
            self._holder = self._own_step = self.session.step("system").start()
        return self._holder

    def leave(self, status: OperationStatus) -> None:
        """End the step that was begun for this operation alone."""
        if self._own_step is not None:
            self.session.write(NodeEnd(n=self._own_step.ref, status=status))

    def attributes(self, values: NamedValues) -> dict[str, Any] | None:
        """What came late, and the attributes the operation ends with."""
        return {**self.late, **(values.rest() or {})} or None


class SystemOperation(Operation):
    """Work of the agent itself: a step."""

    def begin(self) -> StepRecorder:
        """The step; it says which turn it was part of."""
        label, attributes = self.values.take("label", "name"), self.values.rest() or {}
        if self.sent is not None:
            attributes["request"] = self.sent
        if self._holder is not None:
            attributes["turn"] = self._holder.node_path
        return self.session.step("system", label, attributes=attributes or None)

    def respond(self, payload: object) -> None:
        """Write the response, which for now is the end."""
        self._add("response", payload)

    def account(self, accounting: object) -> None:
        """Write what was used."""
        self._add("accounting", accounting)

    def end(self, status: OperationStatus, values: NamedValues) -> None:
        """Write the end."""
        step, error = self.begun(), values.take("error")
        if status != "ok":
            error = str(error or UNEXPLAINED)
            self.session.failed(step, error, holder_slug(error, "step"))
        self.session.write(NodeEnd(n=step.ref, status=status, error=error, attributes=self.attributes(values)))

    def _add(self, name: str, value: object) -> None:
        self.late[name] = value
        self.session.write(NodeEnd(n=self.begun().ref, attributes=dict(self.late)))


class PhaseOperation(Operation):
    """INIT or FIN, as a ``system`` operation of turn 0: what it holds is the session's own."""

    def begin(self) -> SessionRecorder:
        """The session, which has begun."""
        return self.session

    def request(self, payload: object) -> None:
        """Write the request."""
        self._set("request", payload)

    def respond(self, payload: object) -> None:
        """Write the response."""
        self._set("response", payload)

    def account(self, accounting: object) -> None:
        """Write what was used."""
        self._set("accounting", accounting)

    def end(self, status: OperationStatus, values: NamedValues) -> None:
        """Write the attributes; a failure is one of the session."""
        error = values.take("error")
        attributes = {**(self.values.rest() or {}), **(self.attributes(values) or {})}
        label = attributes.pop("label", "system")
        if attributes:
            self.session.set(attributes={label: attributes})
        if status != "ok":
            error = str(error or UNEXPLAINED)
            self.session.failed(self.session, error, session_outcome(error).slug)

    def _set(self, name: str, value: object) -> None:
        self.late[name] = value
        self.session.set(attributes={(self.values.rest() or {}).get("label", "system"): dict(self.late)})
