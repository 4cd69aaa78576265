"""From a query to SQL: one expression over the table ``session`` of the catalog, with parameters.

Every condition is a question to one column of ``session``, or "is this session among those that …", answered from a
narrow table by its index. The expression is never NULL where it is negated: what is unknown does not hold, and so its
negation does. Free text is not in it; see :func:`titled` and the text index.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

import msgspec

from clew.explore.query.amount import Span
from clew.explore.query.field import FIELDS
from clew.explore.query.moment import Moment
from clew.explore.query.pattern import Pattern, globs
from clew.explore.query.term import Call, Choice
from clew.store.index.schema import PICODOLLARS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.explore.query.pattern import Reading
    from clew.explore.query.term import Condition, Query, Value

_LARGEST = 2**63 - 1


class Where(msgspec.Struct, frozen=True):
    """A part of an SQL statement."""

    sql: str
    """An expression with ``?`` for its parameters; columns carry the names of their tables."""
    parameters: tuple[str | int | float, ...] = ()


_COLUMNS = {
    "id": "session.session_id",
    "agent": "session.agent_id",
    "title": "session.title",
    "parent": "session.parent_id",
    "error": "session.error",
    "incident": "session.incident",
    "status": "session.status",
    "origin": "session.failure_origin",
    "cost": "session.all_cost",
    "tokens": "session.all_input_tokens + session.all_cache_read_tokens + session.all_cache_write_tokens"
    " + session.all_output_tokens",
    "input": "session.all_input_tokens",
    "output": "session.all_output_tokens",
    "cached": "session.all_cache_read_tokens + session.all_cache_write_tokens",
    "turns": "session.turns",
    "retries": "session.all_retries",
    "tools": "session.all_tools",
    "failures": "session.all_tools_failed",
    "children": "session.children",
}
"""What a field is on a row of ``session``."""

_DURATION = (
    "ROUND(CASE WHEN session.ended_at IS NOT NULL THEN session.ended_at WHEN session.status = 'running' THEN ?"
    " ELSE session.seen_at END - session.started_at, 3)"
)

_IS = {
    "child": "session.parent_id IS NOT NULL",
    "root": "session.parent_id IS NULL",
    "live": "session.status = 'running'",
    "damaged": "session.damaged > 0",
    "unpriced": "session.all_unpriced > 0",
}

_READINGS: dict[str, Reading] = {"id": "ends", "words": "within"}
"""How a pattern is compared, by the type of the field; else with the whole value."""


def where(query: Query, *, now: float) -> Where:
    """The conditions of a query as SQL, when it is ``now`` (ms since the epoch); its free text is left out."""
    return _all(_condition(condition, now) for condition in query.conditions)


def titled(words: str) -> Where:
    """The sessions that have a text in their title, in any case."""
    return _globbed("session.title", Pattern((words,)), "within")


def _condition(condition: Condition, now: float) -> Where:
    found = _any([_value(condition.field, value, now) for value in condition.values])
    return Where(f"({found.sql}) IS NOT TRUE", found.parameters) if condition.negated else found


def _value(field: str, value: Value, now: float) -> Where:
    if isinstance(value, Moment):
        return Where(f"session.started_at {'>=' if field == 'after' else '<'} ?", (value.at(now),))
    if isinstance(value, Span):
        return _spanned(field, value, now)
    if isinstance(value, Choice):
        return _chosen(field, value.word)
    if isinstance(value, Call):
        return _called(value)
    return _named(field, value)


def _chosen(field: str, word: str) -> Where:
    if field == "is":
        return Where(_IS[word])
    if field == "kind":
        return _among("tool", Where("tool.kind = ?", (word,)))
    return Where(f"{_COLUMNS[field]} = ?", (word,))


def _named(field: str, pattern: Pattern) -> Where:
    if field == "model":
        return _any([_globbed("session.model", pattern), _used("model", pattern)])
    if field == "provider":
        return _used("provider", pattern)
    if field == "tag":
        return _among("tag", _globbed("tag.tag", pattern))
    if field == "slug":
        return _among("slug", _slug(pattern))
    return _globbed(_COLUMNS[field], pattern, _READINGS.get(FIELDS[field].type, "whole"))


def _slug(pattern: Pattern) -> Where:
    if pattern.exact:
        return Where("slug.slug = ?", pattern.pieces)
    return Where("slug.slug GLOB ?", globs(pattern, "whole", exact_case=True))


def _used(column: str, pattern: Pattern) -> Where:
    """Asked one of the models or providers; in the table an empty name stands for an unknown one."""
    named = _globbed(f"usage.{column}", pattern)
    return _among("usage", _all([Where(f"usage.{column} <> ''"), named]))


def _called(call: Call) -> Where:
    named = [] if call.tool.anything else [Where(f"tool.name IN ({_TOOLS})", globs(call.tool, "whole"))]
    ended = [] if call.status is None else [Where("tool.status = ?", (call.status,))]
    return _among("tool", _all([*named, *ended]))


_TOOLS = (
    "WITH RECURSIVE known (name) AS (SELECT MIN(name) FROM tool UNION ALL"
    " SELECT (SELECT MIN(tool.name) FROM tool WHERE tool.name > known.name) FROM known WHERE known.name IS NOT NULL)"
    " SELECT name FROM known WHERE name GLOB ?"
)
"""The names of tools that have a pattern: it goes from name to name in the index and not through every session."""


def _among(table: str, rows: Where) -> Where:
    """Sessions with such a row in a narrow table."""
    sql = f"session.id IN (SELECT {table}.session FROM {table} WHERE {rows.sql})"
    return Where(sql, rows.parameters)


def _globbed(column: str, pattern: Pattern, reading: Reading = "whole") -> Where:
    return _any([Where(f"{column} GLOB ?", (glob,)) for glob in globs(pattern, reading)])


def _spanned(field: str, span: Span, now: float) -> Where:
    if field == "duration":
        return _all([Where(f"{_DURATION} {sign} ?", (now, float(bound))) for sign, bound in _bounds(span)])
    scale = PICODOLLARS if field == "cost" else Decimal(1)
    return _all([Where(f"{_COLUMNS[field]} {sign} ?", (_whole(sign, bound * scale),)) for sign, bound in _bounds(span)])


def _bounds(span: Span) -> list[tuple[str, Decimal]]:
    low = [] if span.low is None else [(">" if span.low_open else ">=", span.low)]
    high = [] if span.high is None else [("<" if span.high_open else "<=", span.high)]
    return low + high


def _whole(sign: str, bound: Decimal) -> int:
    """The whole number that says the same as a bound of whole numbers, no larger than the database can compare."""
    rounding = ROUND_FLOOR if sign in {">", "<="} else ROUND_CEILING
    return min(int(bound.to_integral_value(rounding)), _LARGEST)


def _all(parts: Iterable[Where]) -> Where:
    return _joined(" AND ", [*parts]) or Where("TRUE")


def _any(parts: list[Where]) -> Where:
    return _joined(" OR ", parts) or Where("FALSE")


def _joined(word: str, parts: list[Where]) -> Where | None:
    if len(parts) <= 1:
        return parts[0] if parts else None
    sql = word.join(f"({part.sql})" for part in parts)
    return Where(sql, tuple(parameter for part in parts for parameter in part.parameters))
