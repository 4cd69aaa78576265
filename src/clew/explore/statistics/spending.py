"""Spending: tokens and money, by whatever they are asked for.

Money is what was told, else what could be estimated. Answers for which neither is known are counted, listed by model,
and never taken for free.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from clew.explore.statistics.grouping import chosen, counted
from clew.model.usage import Usage
from clew.store.index.schema import to_dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.library import Library
    from clew.explore.query import Query, Where
    from clew.explore.statistics.grouping import By, Table


class Spending(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was used under one key."""

    keys: tuple[str | None, ...]
    """One for each thing that was asked for; ``None`` if unknown."""
    attempts: int
    failed: int
    """Attempts that failed."""
    usage: Usage
    cost: Decimal | None
    """US dollars, told or estimated; ``None`` if nothing is known."""
    unpriced: int
    """Answers with usage whose cost is unknown."""


class Unpriced(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A model without a price."""

    provider: str | None
    model: str | None
    answers: int
    """How many answers have no cost."""
    tokens: int
    """All tokens of the model, priced or not."""


_TOKENS = Usage.__struct_fields__
_TIMES = frozenset({"day", "hour"})


def spending(
    library: Library, query: Query | str = "", *, by: Sequence[By] = (), days: int | None = None
) -> list[Spending]:
    """What was spent by these keys, the most expensive first, days and hours in order; without keys one total.

    ``tool`` is the tool whose call started the session. Raises ``QueryError``.
    """
    return spent(library, chosen(library, query, days=days), by)


def spent(library: Library, sessions: Where, by: Sequence[By] = ()) -> list[Spending]:
    """What these sessions spent."""
    table: Table = "operation" if _TIMES.intersection(by) else "usage"
    failed = "operation.status NOT IN ('ok', 'running')" if table == "operation" else "usage.failed"
    attempts = "count(*)" if table == "operation" else "coalesce(sum(usage.attempts), 0)"
    only = "operation.kind = 'attempt'" if table == "operation" else ""
    parts = counted(table, sessions, by, only)
    sums = ", ".join(f"coalesce(sum({table}.{name}), 0)" for name in _TOKENS)
    rows = library.index.rows(
        f"SELECT {parts.keys}{attempts}, coalesce(sum({failed}), 0), {sums}, sum({table}.cost),"
        f" coalesce(sum({table}.unpriced), 0) FROM {parts.source}{parts.grouped}",
        parts.parameters,
    )
    found = [_spending(row, len(by)) for row in rows]
    return sorted(found, key=_by_time if by and by[0] in _TIMES else _by_cost)


def unpriced(library: Library, query: Query | str = "", *, days: int | None = None) -> list[Unpriced]:
    """The models of which answers have no cost. Raises ``QueryError``."""
    return [
        Unpriced(provider=one.keys[0], model=one.keys[1], answers=one.unpriced, tokens=one.usage.total_tokens)
        for one in spending(library, query, by=("provider", "model"), days=days)
        if one.unpriced
    ]


def _spending(row: Sequence[Any], keys: int) -> Spending:
    attempts, failed, *counts, cost, without = row[keys:]
    return Spending(
        keys=tuple(row[:keys]),
        attempts=attempts,
        failed=failed,
        usage=Usage(**dict(zip(_TOKENS, counts, strict=True))),
        cost=to_dollars(cost),
        unpriced=without,
    )


def _by_time(one: Spending) -> tuple[str, ...]:
    return tuple(key or "" for key in one.keys)


def _by_cost(one: Spending) -> tuple[Decimal, int, tuple[str, ...]]:
    return -(one.cost or Decimal(0)), -one.usage.total_tokens, _by_time(one)
