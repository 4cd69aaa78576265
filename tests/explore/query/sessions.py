"""Sessions made at random, the rows that the catalog has of them, and what a query means, said a second time.

The reference here shares nothing with the code under test but the values of a parsed query: it compares letter by
letter, counts with fractions, and knows no SQL.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from clew.explore.query.amount import Span
from clew.explore.query.field import CALL_STATUSES
from clew.explore.query.moment import Moment
from clew.explore.query.pattern import Pattern
from clew.explore.query.term import Call, Choice, Condition, Query, Value
from clew.store.index.schema import SCHEMA
from tests.explore.query.queries import NAMES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOW = 1_793_600_000_000.0
"""A moment on 2 November 2026."""
_DAY = 86_400_000
_KINDS = ("mcp", "rest", "agent", "command", "function", "workflow")

_name = st.none() | st.sampled_from(NAMES)
_count = st.sampled_from([0, 1, 2, 3, 1000, 2500, 100_000])
_moment = st.sampled_from([NOW - offset for offset in (0, 1.5, 90_000, 1500, _DAY, 2 * _DAY, 30 * _DAY)])


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A session as far as a query can ask of it."""

    session_id: str
    agent: str | None
    model: str | None
    title: str | None
    status: str
    error: str | None
    origin: str | None
    incident: str | None
    parent: str | None
    started_at: float
    ended_at: float | None
    seen_at: float
    turns: int
    retries: int
    tools: int
    failures: int
    children: int
    damaged: int
    input: int
    cache_read: int
    cache_write: int
    output: int
    cost: int | None
    unpriced: int
    tags: frozenset[str] = field(default_factory=frozenset)
    slugs: frozenset[str] = field(default_factory=frozenset)
    calls: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    """Name, status, kind."""
    used: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Provider and model, empty if unknown."""


def sessions() -> st.SearchStrategy[Recorded]:
    """Any session."""
    slug = st.sampled_from([name for name in NAMES if name == name.lower()])
    return st.builds(
        Recorded,
        session_id=st.sampled_from(NAMES),
        **dict.fromkeys(("agent", "model", "title", "error", "incident", "parent"), _name),
        status=st.sampled_from(STATUSES),
        origin=st.none() | st.sampled_from(["tool", "model", "host"]),
        started_at=_moment,
        ended_at=st.none() | _moment,
        seen_at=_moment,
        **dict.fromkeys(("turns", "retries", "tools", "failures", "children", "unpriced"), _count),
        **dict.fromkeys(("input", "cache_read", "cache_write", "output"), _count),
        damaged=st.integers(0, 1),
        cost=st.none() | st.sampled_from([0, 1, 10**10, 10**12, 15 * 10**11, 3 * 10**12]),
        tags=st.frozensets(st.sampled_from(NAMES), max_size=2),
        slugs=st.frozensets(slug, max_size=2),
        calls=st.frozensets(
            st.tuples(st.sampled_from(NAMES), st.sampled_from(CALL_STATUSES), st.sampled_from(_KINDS)), max_size=3
        ),
        used=st.frozensets(st.tuples(st.sampled_from(["", *NAMES]), st.sampled_from(["", *NAMES])), max_size=2),
    )


def catalog(recorded: Sequence[Recorded]) -> sqlite3.Connection:
    """A catalog in memory with these sessions; the id of a row is the place of its session."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCHEMA)
    for number, session in enumerate(recorded):
        _put(connection, "session", id=number, **_row(session))
        for tag in session.tags:
            _put(connection, "tag", session=number, tag=tag)
        for slug in session.slugs:
            _put(connection, "slug", session=number, slug=slug)
        for name, status, kind in session.calls:
            _put(connection, "tool", session=number, name=name, status=status, kind=kind)
        for provider, model in session.used:
            _put(connection, "usage", session=number, provider=provider, model=model)
    return connection


def means(query: Query, session: Recorded) -> bool:
    """Whether a query without free text means a session: the reference."""
    return all(
        any(_has(session, condition.field, value) for value in condition.values) != condition.negated
        for condition in query.terms
        if isinstance(condition, Condition)
    )


def alike(pattern: Pattern, text: str | None, *, case: bool = False) -> bool:
    """Whether a whole text has a pattern, found letter by letter."""
    return text is not None and _alike("\0".join(pattern.pieces), text, case=case)


def _alike(pattern: str, text: str, *, case: bool) -> bool:
    """The classic table of prefixes; a NUL stands for any text."""
    reached = {0}
    for sign in pattern:
        if sign == "\0":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and _same(sign, text[at], case=case)}
    return len(text) in reached


def _same(sign: str, char: str, *, case: bool) -> bool:
    return sign == char or (not case and char in {sign.lower(), sign.upper(), sign.title()})


def _has(session: Recorded, asked: str, value: Value) -> bool:
    if isinstance(value, Pattern):
        return _named(session, asked, value)
    if isinstance(value, Span):
        return _within(value, _amount(session, asked))
    if isinstance(value, Moment):
        return (session.started_at >= _time(value.text)) == (asked == "after")
    if isinstance(value, Call):
        return any(alike(value.tool, name) and value.status in {None, status} for name, status, _ in session.calls)
    assert isinstance(value, Choice)
    return _chosen(session, asked, value.word)


def _chosen(session: Recorded, asked: str, word: str) -> bool:
    return {
        "status": session.status == word,
        "kind": word in {kind for _, _, kind in session.calls},
        "origin": session.origin == word,
        "is": {
            "child": session.parent is not None,
            "root": session.parent is None,
            "live": session.status == "running",
            "damaged": bool(session.damaged),
            "unpriced": bool(session.unpriced),
        }.get(word, False),
    }[asked]


def _named(session: Recorded, asked: str, pattern: Pattern) -> bool:
    if asked in {"id", "parent", "incident"}:
        text = {"id": session.session_id, "parent": session.parent, "incident": session.incident}[asked]
        wider = (
            [pattern] if len(pattern.pieces) > 1 else [Pattern((*pattern.pieces, "")), Pattern(("", *pattern.pieces))]
        )
        return any(alike(wide, text) for wide in wider)
    if asked in {"title", "error"}:
        return alike(Pattern(("", *pattern.pieces, "")), session.title if asked == "title" else session.error)
    known: dict[str, Iterable[str | None]] = {
        "agent": [session.agent],
        "model": [session.model, *(model for _, model in session.used if model)],
        "provider": [provider for provider, _ in session.used if provider],
        "tag": session.tags,
        "slug": session.slugs,
    }
    return any(alike(pattern, text, case=asked == "slug") for text in known[asked])


def _amount(session: Recorded, asked: str) -> Fraction | None:
    if asked == "cost":
        return None if session.cost is None else Fraction(session.cost, 10**12)
    if asked == "duration":
        end = session.ended_at
        if end is None:
            end = NOW if session.status == "running" else session.seen_at
        return Fraction(end) - Fraction(session.started_at)
    cached = session.cache_read + session.cache_write
    sums = {"tokens": session.input + cached + session.output, "cached": cached}
    return Fraction(sums[asked] if asked in sums else getattr(session, asked))


def _within(span: Span, amount: Fraction | None) -> bool:
    if amount is None:
        return False
    low, high = (None if bound is None else Fraction(bound) for bound in (span.low, span.high))
    too_low = low is not None and (amount < low or (span.low_open and amount == low))
    too_high = high is not None and (amount > high or (span.high_open and amount == high))
    return not (too_low or too_high)


def _time(said: str) -> float:
    """The moments of ``queries.MOMENTS``, worked out by hand."""
    midnight = datetime.fromtimestamp(NOW / 1000).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "2d": NOW - 2 * _DAY,
        "90s": NOW - 90_000,
        "1500ms": NOW - 1500,
        "today": midnight.timestamp() * 1000,
        "yesterday": (midnight - timedelta(days=1)).timestamp() * 1000,
        "2026-11-01": datetime(2026, 11, 1).astimezone().timestamp() * 1000,
        "2026-11-01T10:00": datetime(2026, 11, 1, 10).astimezone().timestamp() * 1000,
        "2026-11-01T10:00:30.5Z": 1_793_527_230_500.0,
    }[said]


def _row(session: Recorded) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "agent_id": session.agent,
        "model": session.model,
        "title": session.title,
        "status": session.status,
        "error": session.error,
        "failure_origin": session.origin,
        "incident": session.incident,
        "parent_id": session.parent,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "seen_at": session.seen_at,
        "turns": session.turns,
        "all_retries": session.retries,
        "all_tools": session.tools,
        "all_tools_failed": session.failures,
        "children": session.children,
        "damaged": session.damaged,
        "all_input_tokens": session.input,
        "all_cache_read_tokens": session.cache_read,
        "all_cache_write_tokens": session.cache_write,
        "all_output_tokens": session.output,
        "all_cost": session.cost,
        "all_unpriced": session.unpriced,
    }


def _put(connection: sqlite3.Connection, table: str, **row: object) -> None:
    """Insert a row; columns that must have a value and were given none are 0."""
    for _, name, _, required, default, _ in connection.execute(f"PRAGMA table_info({table})"):
        if required and default is None and name not in row:
            row[name] = 0
    places = ", ".join("?" * len(row))
    sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"
    connection.execute(sql, [*row.values()])
