"""Checks: what must hold in every tree, and whether it does (seed 004, testing requirements)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.model.session import Attempt, Parent, Session, ToolCall
from clew.tree.query import own_logs, walk
from clew.tree.times import inversions
from clew.tree.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.log import LogEntry
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
    """Every broken invariant of a session and its children; empty for a sound one. Raises ``TypeError``."""
    found: list[Violation] = []
    holders = {"": session}
    for path, node in walk(session):
        if isinstance(node, Session):
            holders[path] = node
            found += [*_order(path, node), *_times(path, node), *_totals(path, node), *_missing(path, node)]
        found += _logs(path, node)
        if isinstance(node, ToolCall) and node.child_session is not None:
            found += _link(path, node.child_session, holders[path.rpartition(".")[0]])
        if isinstance(node, Attempt):
            found += _attempt(path, node)
    return found


def _order(path: str, session: Session) -> Iterator[Violation]:
    """INIT, then turns 1, 2, 3 …, then FIN."""
    indexes = [turn.index for turn in session.turns]
    if indexes != list(range(1, len(indexes) + 1)):
        yield Violation(rule="order", path=path, message=f"turns are numbered {indexes[:20]}, not 1 to {len(indexes)}")
    if session.init.ended_at is None and (session.turns or session.fin is not None):
        yield Violation(rule="order", path=path, message="INIT never ends, and all the same it goes on")
    if _as_it_came(session):
        return
    begun = [turn.started_at for turn in session.turns]
    if begun and session.init.ended_at is not None and min(begun) < session.init.ended_at:
        yield Violation(rule="order", path=path, message="a turn begins before INIT ends")
    if begun and session.fin is not None and max(begun) > session.fin.started_at:
        yield Violation(rule="order", path=path, message="a turn begins after FIN")


def _times(path: str, session: Session) -> Iterator[Violation]:
    """No time runs backwards, but for those that were imported so and are noted."""
    if _as_it_came(session):
        return
    for place, words in inversions(session):
        whole = f"{path}.{place}" if path and place else path or place
        yield Violation(rule="time", path=whole, message=words)


def _as_it_came(session: Session) -> bool:
    """Whether the session was imported with times that run backwards."""
    return any(note.kind == "inversion" for note in session.notes)


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
    """Warnings and errors carry the payloads in force, and every slug is declared."""
    for entry in own_logs(node):
        if entry.severity in {"WRN", "ERR"}:
            lacking = _lacking(node, entry)
            if lacking is not None:
                yield Violation(rule="context", path=path, message=f"{entry.slug} {lacking}")
        if not entry.registered:
            yield Violation(rule="slug", path=path, message=f"{entry.slug} is not declared")


def _lacking(node: Node, entry: LogEntry) -> str | None:
    """What a warning or an error on a node does not carry."""
    if entry.context is None:
        return "carries no context"
    if isinstance(node, Attempt) and node.request is not None and entry.context.llm_request is None:
        return "lacks the request in force"
    if isinstance(node, ToolCall) and node.request is not None and entry.context.tool_request is None:
        return "lacks the parameters in force"
    return None


def _link(path: str, child: Session, holder: Session) -> Iterator[Violation]:
    """A child session names the call that holds it."""
    place = Parent(session_id=holder.session_id, path=path.rpartition(".")[2])
    if child.parent != place:
        named = f"{child.parent.path} of {child.parent.session_id}" if child.parent is not None else "nothing"
        message = f"holds the session {child.session_id}, which says it hangs on {named}"
        yield Violation(rule="link", path=path, message=message)


def _missing(path: str, session: Session) -> Iterator[Violation]:
    """A child session that a call names is there; one that is being recorded may be about to begin."""
    if session.status != "running":
        for note in session.notes:
            if note.kind == "missing_child":
                yield Violation(rule="link", path=path, message=note.message)


def _attempt(path: str, attempt: Attempt) -> Iterator[Violation]:
    """A verdict needs an answer."""
    if attempt.verdict is not None and attempt.response is None:
        yield Violation(rule="attempt", path=path, message=f"{attempt.verdict} without an answer")
