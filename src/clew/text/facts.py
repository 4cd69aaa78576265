"""An outline as data: one flat dict per node, for ``--json``.

Payloads appear by their size only; ``clew snapshot`` gives them whole.

Times are ISO 8601 in UTC, durations milliseconds, costs decimal strings; unknown is ``null``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.session import Attempt, Fin, Init, Session, Step, ToolCall, Turn
from clew.text import numbers

if TYPE_CHECKING:
    from clew.model.log import LogEntry
    from clew.model.session import Node

_NAMES: dict[type, str] = {
    Init: "init",
    Turn: "turn",
    Step: "step",
    Attempt: "attempt",
    ToolCall: "tool",
    Fin: "fin",
    Session: "session",
}


def session_facts(session: Session) -> dict[str, Any]:
    """A session without its nodes: what ``ls`` knows of it."""
    totals = session.totals
    return {
        "sessionId": session.session_id,
        "agentId": session.agent_id,
        "parent": None if session.parent is None else f"{session.parent.session_id} {session.parent.path}",
        "title": session.title,
        "model": session.model,
        "status": session.status,
        **_times(session),
        "turns": len(session.turns),
        "retries": totals.retries,
        "tools": totals.tools,
        "toolsFailed": totals.tools_failed,
        "childSessions": totals.child_sessions,
        "usage": msgspec.structs.asdict(totals.usage),
        "cost": None if totals.cost is None else f"{totals.cost:f}",
        "unpriced": totals.unpriced,
        "notes": [msgspec.to_builtins(note) for note in session.notes],
    }


def node_facts(path: str, node: Node) -> dict[str, Any]:
    """A node without the nodes below it."""
    if isinstance(node, Session):
        return {"path": path, "node": "session", **session_facts(node)}
    facts = {"path": path, "node": _NAMES[type(node)], **_own(node), **_times(node)}
    facts["logs"] = [log_facts(entry) for entry in node.logs if entry.severity != "VRB"]
    return facts


def log_facts(entry: LogEntry) -> dict[str, Any]:
    """A log entry without the payloads in force."""
    return {
        "at": numbers.utc_time(entry.timestamp),
        "severity": entry.severity,
        "slug": entry.slug,
        "message": entry.message,
        "source": None if entry.source is None else msgspec.to_builtins(entry.source),
    }


def _own(node: Init | Turn | Step | Attempt | ToolCall | Fin) -> dict[str, Any]:
    if isinstance(node, Attempt):
        return _attempt(node)
    if isinstance(node, ToolCall):
        return _tool(node)
    if isinstance(node, Turn | Step):
        action = None if node.action is None else {"type": node.action.type, "name": node.action.name}
        kind = {"kind": node.kind, "name": node.name} if isinstance(node, Step) else {}
        return {"index": node.index, **kind, "action": action, "status": node.status, "error": node.error}
    if isinstance(node, Fin):
        failure = None if node.failure is None else msgspec.to_builtins(node.failure)
        return {
            "success": node.success,
            "error": node.error,
            "failure": failure,
            "reportSize": _size(node.final_report),
        }
    return {}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    response = attempt.response
    usage = None if response is None or response.usage is None else msgspec.structs.asdict(response.usage)
    return {
        "number": attempt.number,
        "provider": attempt.provider,
        "model": attempt.model,
        "status": attempt.status,
        "verdict": attempt.verdict,
        "slugs": list(attempt.slugs),
        "error": attempt.error,
        "httpStatus": attempt.http_status,
        "backoffMs": attempt.backoff_ms,
        "partial": response is not None and response.partial,
        "usage": usage,
        "cost": None if response is None or response.cost is None else f"{response.cost:f}",
    }


def _tool(tool: ToolCall) -> dict[str, Any]:
    return {
        "index": tool.index,
        "kind": tool.kind,
        "name": tool.name,
        "command": tool.command,
        "callId": tool.call_id,
        "status": tool.status,
        "slugs": list(tool.slugs),
        "error": tool.error,
        "requestSize": _size(tool.request),
        "responseSize": _size(tool.response),
        "childSession": None if tool.child_session is None else tool.child_session.session_id,
    }


def _size(payload: Any) -> int | None:  # noqa: ANN401 - a payload or none
    return None if payload is None else int(payload.size)


def _times(node: Session | Init | Turn | Step | Attempt | ToolCall | Fin) -> dict[str, Any]:
    return {
        "startedAt": numbers.utc_time(node.started_at),
        "endedAt": numbers.utc_time(node.ended_at),
        "durationMs": numbers.elapsed(node.started_at, node.ended_at),
    }
