"""The handle of a tool call, and of the session it may start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model.event import ChildStart, ToolEnd, ToolStart
from clew.model.session import Parent
from clew.model.session_id import new_session_id
from clew.record.environment import parent_variable
from clew.record.failure import describe, tool_outcome
from clew.record.node import NodeRecorder
from clew.record.tidy import maybe_text, status_of, text_of, tool_kind_of
from clew.wire.encoder import NULL

if TYPE_CHECKING:
    from clew.model.session import NodeStatus, ToolKind
    from clew.record.session import SessionRecorder
    from clew.record.turn import HolderRecorder


class ToolRecorder(NodeRecorder):
    """The handle of a tool call."""

    kind = "tool"

    def __init__(
        self,
        holder: HolderRecorder,
        name: str,
        request: object,
        kind: ToolKind,
        command: str | None,
        call_id: str | None,
        attributes: object,
    ) -> None:
        """``holder`` is the turn or step that calls the tool."""
        super().__init__(holder.session)
        self.holder = holder
        """The turn or step that calls the tool."""
        self.name = text_of(name)
        """The tool's name."""
        self._request = request
        self._tool_kind = tool_kind_of(kind)
        self._command = maybe_text(command)
        self.call_id = maybe_text(call_id)
        """The id that the model gave the call."""
        self.cleared = False
        """Whether who stands in for tools said that this call is to be made."""
        self.responded = False
        """Whether a result was recorded."""
        self._attributes = attributes
        self._ended = False
        self._failed = False

    def respond(self, response: object = None, *, accounting: object = None) -> None:
        """The tool's result, whole."""
        self.start()
        self.responded = self._ended = True
        self.session.write(ToolEnd(n=self.ref, response=NULL if response is None else response, accounting=accounting))

    def fail(
        self,
        error: object,
        *,
        slug: str | None = None,
        status: NodeStatus | None = None,
        response: object = None,
        accounting: object = None,
    ) -> None:
        """Say that the tool failed, and why.

        ``response`` is what it answered all the same; ``slug`` and ``status`` follow from an exception if not given.
        """
        self.start()
        outcome = tool_outcome(error, status)
        status, slug = status or outcome.status, slug or outcome.slug
        self.responded = self._ended = self._failed = True
        self.session.failed(self, error, slug)
        self.session.write(
            ToolEnd(
                n=self.ref,
                status=status_of(status),
                slugs=[text_of(slug)],
                error=describe(error),
                response=response,
                accounting=accounting,
            )
        )

    def child(self, agent_id: str | None = None, **options: Any) -> SessionRecorder:  # noqa: ANN401 - what clew.session takes
        """A session inside this tool call, with its own journal; takes what :func:`clew.session` takes."""
        self.start()
        parent = Parent(session_id=self.session.session_id, path=self.node_path)
        session_id = new_session_id()
        self.session.write(ChildStart(of=self.ref, session_id=session_id))
        return self.session.open_child(parent, session_id, agent_id, options)

    def environ(self) -> dict[str, str]:
        """Environment variables for a subprocess: the session it records becomes a child of this tool call."""
        self.start()
        session_id = new_session_id()
        self.session.write(ChildStart(of=self.ref, session_id=session_id, process=True, path=self.node_path))
        parent = Parent(session_id=self.session.session_id, path=self.node_path)
        return {**parent_variable(parent, session_id), "CLEW_DIR": str(self.session.dir.absolute())}

    def in_force(self) -> tuple[Any, Any]:
        """The attempt that asked for the call, and the call."""
        return self.holder.last_attempt, self

    def _begin(self) -> None:
        session = self.session
        with session.writing():
            self.holder.start()
            self.node_path = self.holder.next_path()
            session.number(self)
            self.holder.last_tool = self
            session.write(
                ToolStart(
                    n=self.n,
                    of=self.holder.ref,
                    name=self.name,
                    call_id=self.call_id,
                    kind=self._tool_kind,
                    command=self._command,
                    request=self._request,
                    attributes=self._attributes,
                )
            )
        self._request = None

    def _finish(self, problem: BaseException | None) -> None:
        if problem is not None and self._failed:
            self.session.failed(self, problem, tool_outcome(problem).slug)
        elif problem is not None:
            self.fail(problem)
        elif not self._ended:
            self._ended = True
            self.session.write(ToolEnd(n=self.ref))
