"""Totals: sums over the leaves of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.session import Attempt, ToolCall, Totals
from clew.model.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from clew.model.session import Response, Session, Step, Turn


def totals(session: Session, *, children: bool = True) -> Totals:
    """Sum over all attempts and tool calls; ``children`` adds the totals of child sessions."""
    holders: tuple[Turn | Step, ...] = (*session.turns, *session.steps)
    attempts = [attempt for holder in holders for attempt in holder.attempts]
    tools = [tool for holder in holders for tool in holder.tools]
    own = Totals(
        turns=len(session.turns),
        attempts=len(attempts),
        retries=sum(max(0, len(turn.attempts) - 1) for turn in session.turns),
        tools=len(tools),
        tools_failed=sum(tool.status in FAILED for tool in tools),
        **_accounts([attempt.response for attempt in attempts if attempt.response is not None]),  # type: ignore[arg-type]  # its own fields
    )
    return sum_totals([own, *_of_children(tools)]) if children else own


FAILED = frozenset({"failed", "timeout", "cancelled"})
"""Statuses of a node that ended, and did not end well."""


def sum_totals(parts: Iterable[Totals]) -> Totals:
    """Sum totals, count by count."""
    parts = list(parts)
    return Totals(
        turns=sum(part.turns for part in parts),
        attempts=sum(part.attempts for part in parts),
        retries=sum(part.retries for part in parts),
        tools=sum(part.tools for part in parts),
        tools_failed=sum(part.tools_failed for part in parts),
        child_sessions=sum(part.child_sessions for part in parts),
        usage=sum_usage(part.usage for part in parts),
        cost=sum_cost(part.cost for part in parts),
        unpriced=sum(part.unpriced for part in parts),
    )


def sum_usage(usages: Iterable[Usage | None]) -> Usage:
    """Sum the known usages."""
    known = [usage for usage in usages if usage is not None]
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in known),
        cache_read_tokens=sum(usage.cache_read_tokens for usage in known),
        cache_write_tokens=sum(usage.cache_write_tokens for usage in known),
        output_tokens=sum(usage.output_tokens for usage in known),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in known),
    )


def sum_cost(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Sum the known costs; unknown if none is known."""
    known = [cost for cost in costs if cost is not None]
    return sum(known[1:], known[0]) if known else None


def node_totals(node: Attempt | ToolCall) -> Totals:
    """What one attempt or tool call, with all that it started, adds up to."""
    if isinstance(node, Attempt):
        return Totals(attempts=1, **_accounts([node.response] if node.response is not None else []))  # type: ignore[arg-type]  # its own fields
    return sum_totals([Totals(tools=1, tools_failed=int(node.status in FAILED)), *_of_children([node])])


def _of_children(tools: Iterable[ToolCall]) -> list[Totals]:
    sessions = [tool.child_session for tool in tools if tool.child_session is not None]
    return [part for session in sessions for part in (Totals(child_sessions=1), session.totals)]


def _accounts(responses: list[Response]) -> dict[str, object]:
    return {
        "usage": sum_usage(response.usage for response in responses),
        "cost": sum_cost(response.cost for response in responses),
        "unpriced": sum(response.usage is not None and response.cost is None for response in responses),
    }
