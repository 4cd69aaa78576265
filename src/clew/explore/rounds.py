"""Turns, steps and operations as light rows: enough to draw a session of any length without reading it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from clew.model.payload import Payload
from clew.model.session import Action, ActionType, NodeStatus, Step, Turn, Verdict
from clew.model.usage import Usage
from clew.store.index.schema import to_dollars


class Round(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A turn or a step."""

    path: str
    """``2``, ``s1``."""
    kind: str
    """``turn``, or the kind of a step."""
    index: int
    name: str | None
    """Of a step."""
    action: ActionType | None
    action_name: str | None
    words: str | None
    """The beginning of what the user typed."""
    status: NodeStatus
    error: str | None
    started_at: float
    ended_at: float | None
    attempts: int
    retries: int
    tools: int
    tools_failed: int
    warnings: int
    errors: int
    usage: Usage
    cost: Decimal | None
    unpriced: int

    def bare(self) -> Turn | Step:
        """The turn or step with what is known of it, and nothing inside."""
        content = Payload(self.words) if self.words else None
        action = Action(type=self.action, name=self.action_name, content=content) if self.action else None
        shared: dict[str, Any] = {
            "index": self.index,
            "action": action,
            "status": self.status,
            "error": self.error,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
        }
        return Turn(**shared) if self.kind == "turn" else Step(kind=self.kind, name=self.name, **shared)  # type: ignore[arg-type]  # a kind of step


class Operation(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """An attempt or a tool call."""

    path: str
    """``2-1``."""
    kind: str
    """``attempt``, or the kind of a tool."""
    number: int
    """Of an attempt from 0, of a tool call from 1."""
    name: str | None
    """Of a tool; of an attempt the model asked for."""
    detail: str | None
    """Of a tool its command; of an attempt the provider."""
    status: NodeStatus
    verdict: Verdict | None
    slugs: tuple[str, ...]
    error: str | None
    http_status: int | None
    backoff_ms: float | None
    started_at: float
    first_token_at: float | None
    ended_at: float | None
    child_id: str | None
    """The session it started."""
    usage: Usage
    cost: Decimal | None
    unpriced: int


_ROUND = (
    *("path", "kind", "position", "name", "action", "action_name", "words", "status", "error", "started_at"),
    *("ended_at", "attempts", "retries", "tools", "tools_failed", "warnings", "errors"),
)
_OPERATION = (
    *("kind", "number", "name", "detail", "status", "verdict", "error", "http_status", "backoff_ms", "started_at"),
    *("first_token_at", "ended_at", "child_id"),
)
_USED = (*Usage.__struct_fields__, "cost", "unpriced")

ROUND_COLUMNS = ", ".join(f"round.{name}" for name in (*_ROUND, *_USED))
"""What :func:`round_row` takes, as SQL over the table ``round``."""

OPERATION_COLUMNS = ", ".join(
    ["round.path", "operation.position", "operation.slugs", *(f"operation.{name}" for name in (*_OPERATION, *_USED))]
)
"""What :func:`operation_row` takes, as SQL over the tables ``operation`` and ``round``."""


def round_row(row: tuple[Any, ...]) -> Round:
    """The row of a query for :data:`ROUND_COLUMNS`."""
    facts = dict(zip(_ROUND, row, strict=False))
    return Round(index=facts.pop("position"), **facts, **_used(row[len(_ROUND) :]))


def operation_row(row: tuple[Any, ...]) -> Operation:
    """The row of a query for :data:`OPERATION_COLUMNS`."""
    path, position, slugs, *rest = row
    return Operation(
        path=f"{path}-{position}",
        slugs=tuple(slugs.split()) if slugs else (),
        **dict(zip(_OPERATION, rest, strict=False)),
        **_used(tuple(rest[len(_OPERATION) :])),
    )


def _used(row: tuple[Any, ...]) -> dict[str, Any]:
    *counts, cost, unpriced = row
    usage = Usage(**dict(zip(Usage.__struct_fields__, counts, strict=True)))
    return {"usage": usage, "cost": to_dollars(cost), "unpriced": unpriced}
