"""A ``tool`` or ``session`` operation: a tool call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from clew.compat.operation import UNEXPLAINED, Operation
from clew.model.event import ToolEnd
from clew.model.session import ToolKind
from clew.record.tool import ToolRecorder
from clew.wire.encoder import NULL

if TYPE_CHECKING:
    from clew.compat.named_values import NamedValues
    from clew.compat.operation import OperationStatus


class ToolOperation(Operation):
    """One call of a tool."""

    kind: ToolKind = "function"
    """Its kind, unless its attributes say so."""
    _call: ToolRecorder | None = None
    _accounting: object = None

    def begin(self) -> ToolRecorder:
        """The tool call."""
        take = self.values.take
        name, command, call_id, kind = take("name"), take("command"), take("call_id", "tool_call_id"), take("kind")
        if kind is not None and kind not in get_args(ToolKind):
            self.late["kind"] = kind
        self._call = self.holder().tool(
            str(name or self.kind),
            self.sent,
            kind=kind if kind in get_args(ToolKind) else self.kind,
            command=command,
            call_id=call_id,
            attributes=self.values.rest(),
        )
        return self._call

    def child_holder(self) -> ToolRecorder:
        """The tool call."""
        self.begun()
        assert self._call is not None  # noqa: S101 - begun just now
        return self._call

    def respond(self, payload: object) -> None:
        """Write the response, which for now is the end."""
        self.answer = NULL if payload is None else payload
        self._write("ok", None, None)

    def account(self, accounting: object) -> None:
        """Write what was used, with the response or the end; several entries become a list."""
        held = self._accounting
        self._accounting = accounting if held is None else [*(held if isinstance(held, list) else [held]), accounting]
        if self.answer is not None:
            self._write("ok", None, None)

    def end(self, status: OperationStatus, values: NamedValues) -> None:
        """Write the end with everything that belongs to it."""
        tool, error = self.child_holder(), values.take("error")
        if status != "ok":
            error = str(error or UNEXPLAINED)
            self.session.failed(tool, error, f"tool.{status}")
        self._write(status, error, self.attributes(values))
        self.leave(status)

    def _write(self, status: OperationStatus, error: str | None, attributes: dict[str, Any] | None) -> None:
        tool = self.child_holder()
        tool.responded = tool.responded or self.answer is not None
        self.session.write(
            ToolEnd(
                n=tool.ref,
                status=status,
                slugs=[] if status == "ok" else [f"tool.{status}"],
                error=error,
                response=self.answer,
                accounting=self._accounting,
                attributes=attributes,
            )
        )


class SessionOperation(ToolOperation):
    """An operation that holds a child session."""

    kind = "agent"
