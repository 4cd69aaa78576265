"""What is known of a node besides its payloads, as pairs of words. What is unknown is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.model.session import Attempt, Fin, Session, Step, ToolCall, Turn
from clew.text import numbers, signs
from clew.text.clean import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from clew.model.session import Node, Totals

    _Pairs: TypeAlias = Iterator[tuple[str, str | None]]

_OPENED = 1 << 20
"""Bytes of an answer beyond which it is not opened for its stop reason."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One thing that is known of a node. Its text is cleaned and may have several lines."""

    name: str
    """In a word or two: ``status``, ``HTTP status``."""
    value: str
    """For people."""
    style: str = ""
    """A name of :data:`clew.text.signs.STYLES`."""


def node_facts(node: Node) -> tuple[Fact, ...]:
    """Everything that is known of a node itself."""
    return tuple(
        Fact(name=name, value=_words(value), style=signs.status_style(value) if name in _COLOURED else "")
        for name, value in _facts(node)
        if value is not None and value != ""
    )


_COLOURED = {"status", "verdict"}


def _words(value: str) -> str:
    return clean(value) if "\n" in value else one_line(value)


def _facts(node: Node) -> _Pairs:
    if isinstance(node, Session):
        yield from _session(node)
    elif isinstance(node, Attempt):
        yield from _attempt(node)
    elif isinstance(node, ToolCall):
        yield from _tool(node)
    elif isinstance(node, Turn | Step):
        yield from _round(node)
    elif isinstance(node, Fin):
        yield from _fin(node)
    yield from _times(node.started_at, node.ended_at)
    if isinstance(node, Session):
        yield from ((f"note: {note.kind}", note.message) for note in node.notes)


def _session(node: Session) -> _Pairs:
    yield "session", node.session_id
    yield "agent", node.agent_id
    yield "title", node.title
    yield "model", node.model
    yield "status", node.status
    yield "says of itself", node.latest_status
    yield "tags", ", ".join(node.tags)
    if node.parent is not None:
        yield "started by", f"{node.parent.session_id} {node.parent.path}"
    yield from _sums(node.totals)


def _sums(totals: Totals) -> _Pairs:
    yield "turns", str(totals.turns)
    yield "attempts", f"{totals.attempts}, {totals.retries} of them retries" if totals.attempts else None
    yield "calls", f"{totals.tools}, {totals.tools_failed} of them failed" if totals.tools else None
    yield "sessions below", str(totals.child_sessions) if totals.child_sessions else None


def _attempt(node: Attempt) -> _Pairs:
    response = node.response
    yield "provider", node.provider
    yield "model", node.model
    yield "status", node.status
    yield "verdict", node.verdict
    yield "why", ", ".join(node.slugs)
    yield "error", node.error
    yield "HTTP status", None if node.http_status is None else str(node.http_status)
    yield "attempt", str(node.number + 1)
    if response is not None:
        yield "answered by", response.model if response.model != node.model else None
        is_small = response.payload is None or response.payload.size <= _OPENED
        yield "stopped", response.stop_reason if is_small else response.declared_stop_reason
        yield "answer", "broke off" if response.partial else None
    if node.first_token_at is not None:
        yield "first token", numbers.duration(node.first_token_at - node.started_at)
    yield "waited after", None if node.backoff_ms is None else numbers.duration(node.backoff_ms)


def _tool(node: ToolCall) -> _Pairs:
    yield "tool", node.name
    yield "command", node.command
    yield "kind", node.kind
    yield "call id", node.call_id
    yield "status", node.status
    yield "why", ", ".join(node.slugs)
    yield "error", node.error
    child = node.child_session
    if child is not None:
        yield "started", f"{child.session_id} {child.agent_id or ''}"
        yield "session status", child.status
        yield from _sums(child.totals)


def _round(node: Turn | Step) -> _Pairs:
    yield ("turn" if isinstance(node, Turn) else "step"), str(node.index)
    if isinstance(node, Step):
        yield "kind", node.kind
        yield "name", node.name
    if node.action is not None:
        yield "action", " ".join(part for part in (node.action.type, node.action.name) if part)
        yield "outcome", node.action.outcome
    yield "status", node.status
    yield "error", node.error
    yield "attempts", str(len(node.attempts)) if node.attempts else None
    yield "calls", str(len(node.tools)) if node.tools else None


def _fin(node: Fin) -> _Pairs:
    yield "status", "running" if node.success is None else "ok" if node.success else "failed"
    yield "error", node.error
    if node.failure is not None:
        yield "origin", node.failure.origin
        yield "why", node.failure.slug
        yield "where", node.failure.path
        yield "incident", node.failure.incident


def _times(started_at: float, ended_at: float | None) -> _Pairs:
    yield "began", numbers.utc_time(started_at)
    yield "ended", numbers.utc_time(ended_at)
    yield "took", None if ended_at is None else numbers.duration(ended_at - started_at)
