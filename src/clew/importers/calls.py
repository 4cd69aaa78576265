"""Tool calls of a transcript: what the model asked for, and the record that answers it, wherever that stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew.importers.answer import call_ids
from clew.importers.script import Script
from clew.importers.stage import Span
from clew.importers.transcript import Record, object_or_empty, text_or
from clew.model.act import ABSENT
from clew.model.event import ChildStart, ToolEnd, ToolStart
from clew.model.session import ToolKind

AGENT_TOOLS = frozenset({"Task", "Agent"})
"""Tools that start a sub-agent."""
_COMMAND_TOOLS = frozenset({"Bash", "BashOutput", "KillShell", "KillBash"})
_ACCOUNTING = ("status", "totalDurationMs", "totalTokens", "totalToolUseCount", "usage")
"""What a result says of a sub-agent's use; its usage is that of the last call only, so it belongs to the call and never
into sums.
"""


class Calls:
    """The tool calls of one thread."""

    def __init__(self, script: Script, children: Mapping[str, str]) -> None:
        """``children`` are the ids of the child sessions by the call that started them."""
        self._script = script
        self._children = children
        self._calls: dict[str, tuple[int, Span]] = {}
        self._answered: set[str] = set()

    def path(self, call_id: str) -> str | None:
        """The path of a call."""
        n, span = self._calls.get(call_id, (0, None))
        return span.path(n) if span is not None else None

    def number(self, call_id: object) -> int:
        """The node of a call, or of the session if there is none."""
        return self._calls[call_id][0] if isinstance(call_id, str) and call_id in self._calls else 0

    def asked(self, record: Record, span: Span) -> None:
        """Take the tool calls of an answer's line."""
        known = call_ids(record)
        for block in record.blocks:
            if block.get("type") != "tool_use":
                continue
            call_id = block.get("id") if block.get("id") in known else None
            if call_id not in self._calls:
                self._start(record, block, call_id, span)

    def start(self, record: Record, name: str, request: object, call_id: str | None, span: Span, kind: ToolKind) -> int:
        """Write the beginning of a call, and of the session it starts."""
        n = self._script.number()
        self._script.add(
            record.place,
            ToolStart(at=record.at, n=n, of=span.n, name=name, call_id=call_id, kind=kind, request=request),
        )
        span.call(n, record.at)
        span.touch(record.place, record.at)
        if call_id is not None:
            self._calls[call_id] = (n, span)
            if call_id in self._children:
                self._script.add(record.place, ChildStart(at=record.at, of=n, session_id=self._children[call_id]))
        return n

    def returned(self, record: Record) -> None:
        """Take the tool results of a record; a result that answers no open call is kept as an entry."""
        unplaced = False
        for block in record.blocks:
            call_id = block.get("tool_use_id") if block.get("type") == "tool_result" else None
            if isinstance(call_id, str) and call_id in self._calls and call_id not in self._answered:
                self._end(record, block, call_id)
            else:
                unplaced = True
        if unplaced:
            self._script.entry(record.place, record.at, "user: more than the results of known tool calls", record.data)

    def _start(self, record: Record, block: dict[str, Any], call_id: str | None, span: Span) -> None:
        name = text_or(block.get("name"), "unknown")
        self.start(record, name, block.get("input"), call_id, span, _kind(name))

    def _end(self, record: Record, block: dict[str, Any], call_id: str) -> None:
        self._answered.add(call_id)
        n, span = self._calls[call_id]
        failed = block.get("is_error") is True
        result = record.data.get("toolUseResult", ABSENT)
        end = ToolEnd(
            at=record.at,
            n=n,
            status="failed" if failed else "ok",
            slugs=[_slug(text_in(block))] if failed else [],
            error=text_in(block) if failed else None,
            response=block.get("content"),
            accounting=accounting_of(result),
            attributes={"uuid": record.uuid, **({"result": result} if result is not ABSENT else {})},
        )
        self._script.add(record.place, end)
        span.unanswered_calls -= 1
        span.touch(record.place, record.at)


def accounting_of(result: object) -> dict[str, Any] | None:
    """What the structured result of a sub-agent says of its use."""
    if not isinstance(result, dict) or not isinstance(result.get("agentId"), str):
        return None
    return {name: result[name] for name in _ACCOUNTING if name in result}


def text_in(block: dict[str, Any]) -> str:
    """All texts of a tool result."""
    content = block.get("content")
    if isinstance(content, str):
        return content
    parts = [object_or_empty(part).get("text") for part in content] if isinstance(content, list) else []
    return "\n".join(part for part in parts if isinstance(part, str))


def _kind(name: str) -> ToolKind:
    if name.startswith("mcp__"):
        return "mcp"
    if name in AGENT_TOOLS:
        return "agent"
    return "command" if name in _COMMAND_TOOLS else "function"


def _slug(error: str) -> str:
    if "No such tool available" in error:
        return "tool.not_found"
    return "tool.invalid_params" if "InputValidationError" in error else "tool.failed"
