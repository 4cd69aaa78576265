"""An operation of an opTree: what it says of itself, in the words of the tree.

Token counts are disjoint there, but a writer may have counted cached tokens into its input: the total tells.
``cachedTokens`` is another name for cache reads and is never added to them. Every cost that is absent is unknown. Sizes
of tools are in characters and stay what they are.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import object_or_empty, text_or
from clew.model.session import ToolKind
from clew.model.usage import Usage

_LARGEST = 2**62
_KINDS: dict[str, ToolKind] = {
    "mcp": "mcp",
    "rest": "rest",
    "agent": "agent",
    "command": "command",
    "workflow": "workflow",
}
_TOOL_ERRORS = (
    ("token_budget_exceeded", "context.exceeded"),
    ("timeout", "tool.timeout"),
    ("timed out", "tool.timeout"),
    ("unknown tool", "tool.not_found"),
    ("not found", "tool.not_found"),
    ("invalid param", "tool.invalid_params"),
    ("cancel", "tool.cancelled"),
)
_MODEL_ERRORS = (
    ("rate", "llm.rate_limited"),
    ("429", "llm.rate_limited"),
    ("quota", "llm.rate_limited"),
    ("auth", "llm.auth_error"),
    ("401", "llm.auth_error"),
    ("timeout", "llm.timeout"),
    ("network", "llm.unreachable"),
    ("empty", "llm.empty_response"),
    ("cancel", "llm.cancelled"),
)


class Op:
    """One operation."""

    def __init__(self, data: dict[str, Any], before: float) -> None:
        """``before`` is the time that counts if the operation has none."""
        self.data = data
        """As it stands in the file."""
        self.attributes = object_or_empty(data.get("attributes"))
        """What its writer said of it."""
        self.started_at = epoch_milliseconds(data.get("startedAt")) or before
        """When it began."""
        self.ended_at = epoch_milliseconds(data.get("endedAt"))
        """When it ended, if it did."""
        self.accounting = [entry for entry in list_of(data.get("accounting")) if isinstance(entry, dict)]
        """What it used."""

    @property
    def kind(self) -> str:
        """``llm``, ``tool``, ``session`` or ``system``."""
        return text_or(self.data.get("kind"), "system")

    @property
    def failed(self) -> bool:
        """Whether its writer counted it as failed."""
        return self.data.get("status") == "failed"

    @property
    def request(self) -> object:
        """What was sent."""
        return object_or_empty(self.data.get("request")).get("payload")

    @property
    def response(self) -> object:
        """What came back."""
        return object_or_empty(self.data.get("response")).get("payload")

    @property
    def child(self) -> dict[str, Any] | None:
        """The session it started."""
        child = self.data.get("childSession")
        return child if isinstance(child, dict) else None

    @property
    def error(self) -> str | None:
        """The failure in words, if it has any."""
        told = (self.attributes.get("error"), *(entry.get("error") for entry in self.accounting))
        return next((text for text in told if isinstance(text, str) and text), None)

    @property
    def was_answered(self) -> bool:
        """Whether the model answered although the operation failed: the answer was billed, and then refused."""
        statuses = {text_or(entry.get("status"), "") for entry in self.accounting if entry.get("type") == "llm"}
        return "ok" in statuses and "failed" not in statuses

    @property
    def usage(self) -> Usage | None:
        """The tokens of all its calls."""
        counts = [tokens for entry in self.accounting if isinstance(tokens := entry.get("tokens"), dict)]
        return sum(map(usage_of, counts[1:]), usage_of(counts[0])) if counts else None

    @property
    def cost(self) -> Decimal | None:
        """The known costs."""
        costs = [cost for entry in self.accounting if (cost := _decimal(entry.get("costUsd"))) is not None]
        return sum(costs[1:], costs[0]) if costs else None

    @property
    def tool_kind(self) -> ToolKind:
        """What kind of tool it calls."""
        kind = self.attributes.get("kind") or self.attributes.get("toolKind")
        return "agent" if self.kind == "session" or self.child is not None else _KINDS.get(str(kind), "function")

    def told(self, name: str) -> str | None:
        """What its attributes or its accounting say, first that is a text."""
        values = (self.attributes.get(name), *(entry.get(name) for entry in self.accounting))
        return next((value for value in values if isinstance(value, str) and value), None)

    def slug(self) -> str:
        """Why it failed, by what is known of it."""
        words = f"{self.error or ''} {' '.join(key for key, value in self.attributes.items() if value is True)}".lower()
        table, default = (_MODEL_ERRORS, "llm.failed") if self.kind == "llm" else (_TOOL_ERRORS, "tool.failed")
        return next((slug for part, slug in table if part in words), default)


def usage_of(tokens: dict[str, Any]) -> Usage:
    """Four disjoint counts."""
    fresh, output = _count(tokens.get("inputTokens")), _count(tokens.get("outputTokens"))
    read = _count(tokens.get("cacheReadInputTokens", tokens.get("cachedTokens")))
    write = _count(tokens.get("cacheWriteInputTokens"))
    if read + write and _count(tokens.get("totalTokens")) == fresh + output:
        fresh = max(0, fresh - read - write)
    return Usage(input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=write, output_tokens=output)


def list_of(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LARGEST else 0


def _decimal(value: object) -> Decimal | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() else None
