"""A session as two lists: all log entries, and what was used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.model.session import Attempt, ToolCall
from clew.tree.path import walk
from clew.tree.query import walk_logs

if TYPE_CHECKING:
    from clew.model.log import LogEntry
    from clew.model.session import Session


class Flat(NamedTuple):
    """What :meth:`SessionTreeBuilder.flatten` gives."""

    logs: list[LogEntry]
    """All log entries, child sessions included, in order of time."""
    accounting: list[dict[str, Any]]
    """One entry per model answer and per tool call, in order of time, each with its ``path``."""


def flat(session: Session) -> Flat:
    """The two lists of a session."""
    logs = [entry for _, entry in walk_logs(session)]
    accounting = [entry for path, node in walk(session) if (entry := _accounting(path, node)) is not None]
    return Flat(
        sorted(logs, key=lambda entry: entry.timestamp), sorted(accounting, key=lambda entry: entry["timestamp"])
    )


def _accounting(path: str, node: object) -> dict[str, Any] | None:
    if isinstance(node, Attempt) and node.response is not None and node.response.usage is not None:
        return {
            "type": "llm",
            **_base(path, node),
            "provider": node.provider,
            "model": node.response.model or node.model,
            "tokens": node.response.usage,
            "cost_usd": node.response.cost,
            "stop_reason": node.response.stop_reason,
        }
    if isinstance(node, ToolCall):
        given = node.accounting.value if node.accounting is not None else {}
        named = {"type": "tool", **_base(path, node), "name": node.name, "command": node.command}
        return {**(given if isinstance(given, dict) else {"accounting": given}), **named}
    return None


def _base(path: str, node: Attempt | ToolCall) -> dict[str, Any]:
    latency = None if node.ended_at is None else node.ended_at - node.started_at
    return {"path": path, "timestamp": node.started_at, "status": node.status, "latency": latency, "error": node.error}
