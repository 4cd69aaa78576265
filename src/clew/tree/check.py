"""Checks: what must hold in every tree, and whether it does (seed 004, testing requirements)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.model.session import Attempt, Session, Step, ToolCall, Turn
from clew.tree.path import operations, walk
from clew.tree.query import walk_logs
from clew.tree.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Node


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One broken invariant."""

    rule: str
    """``order``, ``time``, ``totals``, ``context``, ``slug``, ``link`` or ``attempt``."""
    path: str
    """Where."""
    message: str
    """What is wrong, in words."""


def check(session: Session) -> list[Violation]:
    """Every broken invariant of a session and its children; empty for a sound one."""
    found: list[Violation] = []
    for path, node in walk(session):
        if isinstance(node, Session):
            found += [*_order(path, node), *_totals(path, node)]
        found += [*_times(path, node), *_logs(path, node)]
        if isinstance(node, ToolCall) and node.child_session is not None:
            found += _link(path, node)
        if isinstance(node, Attempt):
            found += _attempt(path, node)
    return found


def _order(path: str, session: Session) -> Iterator[Violation]:
    """INIT, then turns 1, 2, 3 …, then FIN."""
    indexes = [turn.index for turn in session.turns]
    if indexes != list(range(1, len(indexes) + 1)):
        yield Violation(rule="order", path=path, message=f"turns are numbered {indexes[:20]}, not 1 to {len(indexes)}")
    first = min((turn.started_at for turn in session.turns), default=None)
    imported = any(note.kind == "inversion" for note in session.notes)
    if first is not None and not imported and session.init.ended_at is not None and first < session.init.ended_at:
        yield Violation(rule="order", path=path, message="a turn begins before INIT ends")
    if session.fin is not None and session.phase == "init":
        yield Violation(rule="order", path=path, message="FIN without an end of INIT")


def _times(path: str, node: Node) -> Iterator[Violation]:
    """No node ends before it begins, and none begins before the one that holds it."""
    if node.ended_at is not None and node.ended_at < node.started_at:
        yield Violation(
            rule="time", path=path, message=f"ends {node.started_at - node.ended_at:.3f} ms before it begins"
        )
    if isinstance(node, Turn | Step):
        for part in operations(node):
            if part.started_at < node.started_at:
                yield Violation(
                    rule="time",
                    path=path,
                    message=f"holds an operation that began {node.started_at - part.started_at:.3f} ms earlier",
                )


def _totals(path: str, session: Session) -> Iterator[Violation]:
    """Totals equal the sum of the parts, and what the writer counted."""
    summed = totals(session)
    if session.totals != summed:
        yield Violation(rule="totals", path=path, message=f"totals say {session.totals}, the parts sum up to {summed}")
    written = session.fin.totals if session.fin is not None else None
    own = totals(session, children=False)
    if written is not None and written != own:
        yield Violation(rule="totals", path=path, message=f"FIN says {written}, the parts sum up to {own}")


def _logs(path: str, node: Node) -> Iterator[Violation]:
    """Warnings and errors carry the payloads in force."""
    if isinstance(node, Session):
        return
    for place, entry in walk_logs(node, children=False):
        if place is not node or entry.severity not in {"WRN", "ERR"}:
            continue
        if entry.context is None:
            yield Violation(rule="context", path=path, message=f"{entry.slug} carries no context")
        elif isinstance(place, Attempt) and place.request is not None and entry.context.llm_request is None:
            yield Violation(rule="context", path=path, message=f"{entry.slug} lacks the request in force")
        elif isinstance(place, ToolCall) and place.request is not None and entry.context.tool_request is None:
            yield Violation(rule="context", path=path, message=f"{entry.slug} lacks the parameters in force")
    for entry in node.logs:
        if not entry.registered:
            yield Violation(rule="slug", path=path, message=f"{entry.slug} is not declared")


def _link(path: str, tool: ToolCall) -> Iterator[Violation]:
    """A child session names its parent."""
    child = tool.child_session
    if child is not None and child.parent is not None and child.parent.path != path.rpartition(".")[2]:
        yield Violation(
            rule="link",
            path=path,
            message=f"holds the session {child.session_id}, which says it hangs on {child.parent.path}",
        )


def _attempt(path: str, attempt: Attempt) -> Iterator[Violation]:
    """A verdict needs an answer."""
    if attempt.verdict is not None and attempt.response is None:
        yield Violation(rule="attempt", path=path, message=f"{attempt.verdict} without an answer")
