"""A session read as a whole for the catalog: small ones, damaged ones, and those of several segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.errors import RecordError
from clew.model.session import Init, Session
from clew.model.session_id import time_in
from clew.store.folder import Reading, refusal
from clew.store.index.facts import USAGE, RoundFacts, Row, frame_logs, round_facts, storable, unpriced
from clew.store.index.tally import Tally
from clew.store.names import journal_name
from clew.store.segment import DAMAGE, SegmentReader

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from pathlib import Path

    from clew.model.session import Note
    from clew.store.index.facts import Price
    from clew.tree.fold import Fold

SESSION = (
    *("session_id", "agent_id", "model", "title", "latest_status", "status", "error", "failure_slug", "failure_path"),
    *("failure_origin", "incident", "parent_id", "parent_path", "started_at", "ended_at", "seen_at", "turns", "steps"),
    *("attempts", "retries", "tools", "tools_failed", "notes", "damaged", "size"),
    *USAGE,
)


class SessionFacts(NamedTuple):
    """A session as rows."""

    session: Row
    """Columns :data:`SESSION`."""
    tags: tuple[str, ...]
    rounds: list[RoundFacts]
    logs: list[Row]
    """Entries outside rounds, columns :data:`~clew.store.index.facts.LOG`."""
    tally: Tally
    alive: frozenset[int]
    """Segments whose writers live."""


def read_whole(
    folder: Path, session_id: str, numbers: Sequence[int], known: Container[str] = (), price: Price = unpriced
) -> SessionFacts:
    """Read a session's segments; ``known`` are the sessions that have journals in the folder.

    One that cannot be read has a row that says why.
    """
    reading, seen, size = Reading(session_id, verbose_in_tree=False), 0.0, 0
    for number in numbers:
        path = folder / journal_name(session_id, number)
        reader = SegmentReader(path, number)
        try:
            reader.read()
        except (RecordError, OSError) as problem:
            if len(numbers) == 1:
                return unreadable(session_id, str(refusal(problem, path)))
            continue
        reading.take(reader.segment)
        seen = max(seen, *(act.at for act in reader.segment.acts[-3:])) if reader.segment.acts else seen
        size += reader.segment.offset
    session = reading.fold.session(reading.alive, stubs(reading.fold, known))
    rounds = facts_of_rounds(reading.fold, session, price)
    tally = Tally()
    for facts in rounds:
        tally.add(facts)
    logs = frame_logs(session)
    tally.add_logs(logs)
    row = session_row(session, tally, seen_at=seen, size=size, notes=count_notes(session.notes))
    return SessionFacts(row, session.tags, rounds, logs, tally, reading.alive)


def facts_of_rounds(fold: Fold, session: Session, price: Price) -> list[RoundFacts]:
    """The rows of all rounds of a session."""
    turns = zip(fold.keys("turn"), session.turns, strict=True)
    steps = zip(fold.keys("step"), session.steps, strict=True)
    return [
        *(round_facts(turn, str(turn.index), key, price) for key, turn in turns),
        *(round_facts(step, f"s{step.index}", key, price) for key, step in steps),
    ]


def stubs(fold: Fold, known: Container[str]) -> dict[str, Session]:
    """Empty sessions in the place of the children, which have rows of their own."""
    there = (child for child in fold.child_ids if child in known)
    return {child: Session(session_id=child, init=Init(started_at=0.0)) for child in there}


def count_notes(notes: Iterable[Note]) -> tuple[int, int]:
    """How many notes there are, and how many of them say that something was lost."""
    kinds = [note.kind for note in notes]
    return len(kinds), sum(kind in DAMAGE or kind in _LOSS for kind in kinds)


def session_row(session: Session, tally: Tally, *, seen_at: float, size: int, notes: tuple[int, int]) -> Row:
    """A session and what its rounds add up to, as a row; ``notes`` as :func:`count_notes` counts them."""
    fin, parent = session.fin, session.parent
    failure = fin.failure if fin is not None else None
    return (
        session.session_id,
        storable(session.agent_id),
        storable(session.model),
        storable(session.title),
        storable(session.latest_status),
        session.status,
        storable(fin.error) if fin is not None else None,
        failure.slug if failure is not None else None,
        failure.path if failure is not None else None,
        failure.origin if failure is not None else None,
        failure.incident if failure is not None else None,
        parent.session_id if parent is not None else None,
        parent.path if parent is not None else None,
        session.started_at,
        session.ended_at,
        seen_at,
        tally.turns,
        tally.steps,
        *tally.counts,
        *notes,
        size,
        *tally.used,
    )


def unreadable(session_id: str, why: str) -> SessionFacts:
    """A session of which nothing can be read but its name."""
    nothing = Tally()
    began = time_in(session_id)
    bare = Session(session_id=session_id, init=Init(started_at=began), started_at=began)
    row = dict(zip(SESSION, session_row(bare, nothing, seen_at=began, size=0, notes=(1, 1)), strict=True))
    row |= {"status": "unreadable", "error": why}
    return SessionFacts(tuple(row.values()), (), [], [], nothing, frozenset())


_LOSS = frozenset({"dropped", "torn", "unreadable", "unknown", "missing_child"})
"""Kinds of notes that say something is missing, besides damage."""
