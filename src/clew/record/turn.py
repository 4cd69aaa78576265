"""Handles of turns and steps: what holds model attempts and tool calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model.event import NodeEnd, StepStart, TurnStart
from clew.record.attempt import AttemptRecorder
from clew.record.exchange_failure import is_cancelled
from clew.record.failure import describe, holder_slug
from clew.record.node import NodeRecorder
from clew.record.tidy import action_of, maybe_text, step_kind_of, text_of, whole
from clew.record.tool import ToolRecorder

if TYPE_CHECKING:
    from clew.model.session import NodeStatus, StepKind, ToolKind
    from clew.record.action import Action
    from clew.record.session import SessionRecorder


class HolderRecorder(NodeRecorder):
    """What turns and steps share."""

    label = ""
    """The path's last part: ``2`` or ``s1``."""

    def __init__(self, session: SessionRecorder, action: Action | None, attributes: object) -> None:
        """``action`` is what the user did to open it."""
        super().__init__(session)
        self._action = action
        self._attributes = attributes
        self._outcome: str | None = None
        self._status: NodeStatus = "ok"
        self._error: str | None = None
        self._attempts = 0
        self._operations = 0
        self.last_attempt: AttemptRecorder | None = None
        """The attempt begun last."""
        self.last_tool: ToolRecorder | None = None
        """The tool call begun last."""

    def attempt(
        self,
        *,
        provider: str | None = None,
        model: str | None = None,
        request: object = None,
        attributes: object = None,
    ) -> AttemptRecorder:
        """A request to a model; a second one in the same turn is a retry of the first.

        ``request`` is what is sent, whole.
        """
        return AttemptRecorder(self, provider, model, request, attributes)

    def tool(
        self,
        name: str,
        request: object = None,
        *,
        kind: ToolKind = "function",
        command: str | None = None,
        call_id: str | None = None,
        attributes: object = None,
    ) -> ToolRecorder:
        """A call of a tool. ``request`` are its parameters; ``call_id`` is the id the model gave the call."""
        return ToolRecorder(self, name, request, kind, command, call_id, attributes)

    def outcome(self, text: str) -> None:
        """Say what came of the user's action."""
        self._outcome = text_of(text)

    def fail(self, error: object) -> None:
        """Let the node end as failed."""
        self._status, self._error = "failed", describe(error)

    def in_force(self) -> tuple[Any, Any]:
        """The attempt and the tool call begun last."""
        return self.last_attempt, None

    def next_attempt(self) -> int:
        """Number of the attempt that begins now."""
        self._attempts += 1
        return self._attempts - 1

    def next_path(self) -> str:
        """Path of the operation that begins now."""
        self._operations += 1
        return f"{self.node_path}-{self._operations}"

    def _finish(self, problem: BaseException | None) -> None:
        if problem is not None and not isinstance(problem, GeneratorExit):
            self._status = "cancelled" if is_cancelled(problem) else "failed"
            self._error = describe(problem)
            if self._status == "failed":
                self.session.failed(self, problem, holder_slug(problem, self.kind))
        self.session.write(NodeEnd(n=self.ref, status=self._status, error=self._error, outcome=self._outcome))


class TurnRecorder(HolderRecorder):
    """The handle of a turn."""

    kind = "turn"

    def __init__(self, session: SessionRecorder, index: int | None, action: Action | None, attributes: object) -> None:
        """``index`` is 1-based; by default the next one."""
        super().__init__(session, action, attributes)
        self.index = whole(index) or 0
        """1-based."""

    def _begin(self) -> None:
        session, action = self.session, self._action
        with session.writing():
            self.index = session.next_turn(self, self.index)
            self.node_path = str(self.index)
            session.number(self)
            session.write(
                TurnStart(
                    n=self.n,
                    index=self.index,
                    action=action_of(action.type) if action is not None else None,
                    name=maybe_text(action.name) if action is not None else None,
                    content=action.content if action is not None else None,
                    attributes=self._attributes,
                )
            )


class StepRecorder(HolderRecorder):
    """The handle of a step."""

    kind = "step"

    def __init__(
        self, session: SessionRecorder, kind: StepKind, name: str | None, action: Action | None, attributes: object
    ) -> None:
        """``kind`` says what work it is."""
        super().__init__(session, action, attributes)
        self.step_kind = step_kind_of(kind)
        """``system``, ``compaction``, ``router``, ``handoff`` or ``command``."""
        self._name = maybe_text(name)

    def _begin(self) -> None:
        session, action = self.session, self._action
        with session.writing():
            index = session.next_step(self)
            self.node_path = f"s{index}"
            session.number(self)
            session.write(
                StepStart(
                    n=self.n,
                    index=index,
                    kind=self.step_kind,
                    name=self._name,
                    action=action_of(action.type) if action is not None else None,
                    action_name=maybe_text(action.name) if action is not None else None,
                    content=action.content if action is not None else None,
                    attributes=self._attributes,
                )
            )
