"""Troubles: everything in one session that did not go well, in time, and which of it was made good later.

What counts as a failure, and what as making it good, is laid down in ``docs/failures.md``; this file is those two
sections in code. Child sessions are not looked into here: a call whose child did not end well is one trouble.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from clew.model.catalog import find_slug
from clew.model.session import Attempt, Session, Step, ToolCall, Turn
from clew.tree.path import operations
from clew.tree.totals import FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.model.log import LogEntry
    from clew.model.session import Node

Kind = Literal["attempt", "answer", "tool", "holder", "session", "giving_up", "context", "entry", "died", "lost"]
"""A request that failed, an answer that was rejected, a tool call, a turn or step, the session's own error, a report
that did not come, the context window, another entry of the log, a node whose writer died, a part of the record that the
recorder lost."""

Holder = Turn | Step

_ENDINGS = frozenset({"session.error", "session.cancelled"})
_OF_RECORD = frozenset({"log.lines_lost", "session.incomplete_use"})
"""What is said of the recording, and not of what is recorded."""
_REMARKS = frozenset({"llm.retry", "incident.told"})
"""What follows from a failure that has a name of its own."""
_LOUD = frozenset({"WRN", "ERR"})
_BAD_ENDS = frozenset({"failed", "interrupted", "abandoned"})


@dataclass(frozen=True, eq=False)
class Trouble:
    """One thing that did not go well."""

    path: str
    """Within its session."""
    node: Node
    kind: Kind
    slug: str | None
    at: float
    """When it was over, or said."""
    entry: LogEntry | None = None
    """What the log says of it."""
    what: str = ""
    """In words, where the node has no error of its own."""
    holder: Holder | None = None
    """The turn or step it happened in."""
    cancelled: bool = False


@dataclass
class History:
    """The troubles of one session, and what went well in it."""

    session: Session
    troubles: list[Trouble] = field(default_factory=list)
    """In the order of time."""
    _tools: dict[tuple[str, str | None], float] = field(default_factory=dict)
    """When a tool was last called with success, by name and command."""
    _worked: float = float("-inf")
    """When the last turn or step began in which a tool call went well."""
    _answered: float = float("-inf")
    """When the last turn began that the user opened and that led to an answer."""

    @cached_property
    def left(self) -> list[Trouble]:
        """The troubles that nothing made good."""
        return [trouble for trouble in self.troubles if not self.made_good(trouble)]

    def left_before(self, trouble: Trouble) -> list[Trouble]:
        """Those before one of them, or before anything else that happened."""
        place = self._places.get(id(trouble))
        return self.left[:place] if place is not None else [other for other in self.left if other.at < trouble.at]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(trouble): place for place, trouble in enumerate(self.left)}

    def made_good(self, trouble: Trouble) -> bool:
        """Whether something later made a trouble good."""
        if self.session.status == "ok":
            return True
        node, holder = trouble.node, trouble.holder
        if isinstance(node, Attempt) and holder is not None:
            if any(_accepted(later) and later.number > node.number for later in holder.attempts):
                return True
        elif (
            isinstance(node, ToolCall) and self._tools.get((node.name, node.command), float("-inf")) >= node.started_at
        ):
            return True
        if trouble.path == "init":
            return False
        since = holder.started_at if holder is not None else trouble.at
        return max(self._worked, self._answered) > since

    def nothing_after(self, trouble: Trouble) -> bool:
        """Whether no attempt and no tool call went well after a trouble."""
        holders: tuple[Holder, ...] = (*self.session.turns, *self.session.steps)
        return all(ended <= trouble.at for holder in holders for ended in _good_ends(holder))


def history(session: Session) -> History:
    """Look through one session, without its children."""
    past = History(session)
    holders = sorted(_labelled(session), key=lambda item: item[1].started_at)
    for label, holder in holders:
        past.troubles += _of_holder(label, holder)
        _credit(past, holder)
    past.troubles += _of_session(session, holders)
    if _has_one_end(session):
        past.troubles = [trouble for trouble in past.troubles if trouble.kind != "died"]
    past.troubles.sort(key=lambda trouble: trouble.at)
    return past


def _has_one_end(session: Session) -> bool:
    """Whether the only writer ended the session, so that what has no end was broken off and nobody died."""
    is_ended = session.fin is not None and session.fin.ended_at is not None
    return is_ended and not any(note.kind == "resumed" for note in session.notes)


def _labelled(session: Session) -> Iterator[tuple[str, Holder]]:
    yield from ((str(turn.index), turn) for turn in session.turns)
    yield from ((f"s{step.index}", step) for step in session.steps)


def _credit(past: History, holder: Holder) -> None:
    """Count what went well."""
    for tool in holder.tools:
        if _went_well(tool):
            name = (tool.name, tool.command)
            past._tools[name] = max(past._tools.get(name, 0.0), tool.started_at)  # noqa: SLF001 - its maker
            past._worked = max(past._worked, holder.started_at)  # noqa: SLF001 - its maker
    answered = holder.status == "ok" and any(map(_accepted, holder.attempts))
    if answered and holder.action is not None:
        past._answered = max(past._answered, holder.started_at)  # noqa: SLF001 - its maker


def _of_holder(label: str, holder: Holder) -> Iterator[Trouble]:
    for number, operation in enumerate(operations(holder), 1):
        yield from _of_operation(f"{label}-{number}", operation, holder)
    entries = _telling(holder.logs, ())
    ended_badly = holder.status in FAILED
    own = next((entry for entry in reversed(entries) if ended_badly and _ends_holder(entry, holder)), None)
    yield from (_said(label, holder, entry, holder) for entry in entries if entry is not own)
    if ended_badly:
        yield Trouble(
            path=label,
            node=holder,
            kind="holder",
            slug=own.slug if own is not None else None,
            at=own.timestamp if own is not None else holder.ended_at or holder.started_at,
            entry=own,
            holder=holder,
            cancelled=holder.status == "cancelled",
        )
    elif holder.status == "interrupted" and not any(part.status == "interrupted" for part in operations(holder)):
        yield Trouble(path=label, node=holder, kind="died", slug=None, at=holder.started_at, holder=holder)


def _ends_holder(entry: LogEntry, holder: Holder) -> bool:
    """Whether an entry on a turn or step that ended badly says why."""
    return entry.severity == "ERR" and _kind_of_entry(entry, holder) == "entry"


def _of_operation(path: str, node: Attempt | ToolCall, holder: Holder) -> Iterator[Trouble]:
    logs = (*node.logs, *node.response.logs) if isinstance(node, Attempt) and node.response is not None else node.logs
    kind = _kind(node)
    own = [entry for entry in logs if entry.severity in _LOUD and entry.slug in node.slugs]
    entries = _telling(logs, node.slugs)
    if kind is not None and not own and entries:
        own = [entries.pop()]
    yield from (_said(path, node, entry, holder) for entry in entries)
    if kind is None:
        return
    slug = node.slugs[0] if node.slugs else own[0].slug if own else None
    yield Trouble(
        path=path,
        node=node,
        kind=kind,
        slug=slug if kind != "died" else None,
        at=node.ended_at if node.ended_at is not None else node.started_at,
        entry=next((entry for entry in own if entry.slug == slug), None),
        holder=holder,
        cancelled=node.status == "cancelled",
    )


def _kind(node: Attempt | ToolCall) -> Kind | None:
    """What kind of trouble an operation is, if it is one."""
    if isinstance(node, ToolCall) and node.status != "cancelled" and _child_failed(node):
        return "tool"
    if node.status == "interrupted":
        return "died"
    if isinstance(node, ToolCall):
        return "tool" if node.status in FAILED else None
    if node.status in FAILED:
        return "attempt"
    return "answer" if node.verdict == "rejected" else None


def _of_session(session: Session, holders: list[tuple[str, Holder]]) -> Iterator[Trouble]:
    """What was said of the session itself, and what its record lost."""
    yield from (_said("init", session.init, entry, None) for entry in _telling(session.init.logs, ()))
    for entry in _telling(session.logs, ()):
        path = _place_of(entry, session, holders)
        yield _said(path, session, entry, None)
    if session.fin is not None:
        yield from (_said("fin", session.fin, entry, None) for entry in _telling(session.fin.logs, ()))
    for note in session.notes:
        if note.kind == "dropped":
            at = note.at if note.at is not None else session.started_at
            yield Trouble(path="", node=session, kind="lost", slug=None, at=at, what=note.message)


def _place_of(entry: LogEntry, session: Session, holders: list[tuple[str, Holder]]) -> str:
    """Where an entry on the session itself is looked for: at the end, or at the turn or step that had begun last."""
    before = [label for label, holder in holders if holder.started_at <= entry.timestamp]
    if len(before) == len(holders) and session.fin is not None:
        return "fin"
    return before[-1] if before else "init"


def _said(path: str, node: Node, entry: LogEntry, holder: Holder | None) -> Trouble:
    return Trouble(
        path=path,
        node=node,
        kind=_kind_of_entry(entry, node),
        slug=entry.slug,
        at=entry.timestamp,
        entry=entry,
        holder=holder,
        cancelled=entry.slug == "session.cancelled",
    )


def _kind_of_entry(entry: LogEntry, node: Node) -> Kind:
    if entry.slug in _ENDINGS:
        return "session"
    if entry.slug in _OF_RECORD:
        return "lost"
    if entry.slug.startswith("final_report."):
        return "giving_up"
    if entry.slug.startswith("context.") and not isinstance(node, Attempt):
        return "context"
    return "entry"


def _telling(logs: Iterable[LogEntry], known: tuple[str, ...]) -> list[LogEntry]:
    """Warnings and errors that tell of a failure of their own."""
    return [entry for entry in logs if entry.severity in _LOUD and entry.slug not in known and _has_origin(entry)]


def _has_origin(entry: LogEntry) -> bool:
    if entry.slug in _REMARKS:
        return False
    declared = find_slug(entry.slug)
    return declared is None or declared.origin is not None


def _good_ends(holder: Holder) -> Iterator[float]:
    """When each operation ended that went well."""
    yield from (attempt.ended_at or 0.0 for attempt in holder.attempts if _accepted(attempt))
    yield from (tool.ended_at or 0.0 for tool in holder.tools if _went_well(tool))


def _child_failed(tool: ToolCall) -> bool:
    return tool.child_session is not None and tool.child_session.status in _BAD_ENDS


def _went_well(tool: ToolCall) -> bool:
    return tool.status == "ok" and not _child_failed(tool)


def _accepted(attempt: Attempt) -> bool:
    return attempt.status == "ok" and attempt.verdict != "rejected"
