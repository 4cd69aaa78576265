"""Latency: how long attempts and calls of tools take, and how long agents wait before they ask again.

A percentile is the shortest time that so many in a hundred did not exceed (the nearest rank), so it is always one that
was measured. What still runs, and what broke off without an end, has no time and is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.explore.statistics.grouping import chosen, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.explore.statistics.grouping import By

Operation = Literal["attempt", "tool"]
_ONLY: dict[By, Operation] = {"model": "attempt", "provider": "attempt", "tool": "tool", "kind": "tool"}
"""Keys that only one kind of operation has."""
_DEFAULT: dict[Operation, tuple[By, ...]] = {"attempt": ("model",), "tool": ("tool",)}
_CONDITION: dict[Operation, str] = {"attempt": "operation.kind = 'attempt'", "tool": "operation.kind <> 'attempt'"}


class Latency(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The times of operations under one key, in milliseconds."""

    operation: Operation
    keys: tuple[str | None, ...]
    """One for each thing that was asked for; ``None`` if unknown."""
    count: int
    """Those that ended."""
    p50: float
    p90: float
    p99: float
    max: float
    first_token: float | None
    """Half of the attempts had their first token by then; ``None`` if that is not known of any."""
    back_offs: int
    """How often an agent waited before it asked again."""
    waited: float
    """How long, in all. This is not in the times above."""


def latency(
    library: Library, query: Query | str = "", *, by: Sequence[By] = (), days: int | None = None
) -> list[Latency]:
    """Times by these keys, without any of attempts by model and of calls by tool; the most frequent first.

    Raises ``QueryError``.
    """
    sessions = chosen(library, query, days=days)
    found: list[Latency] = []
    for operation, keys in _DEFAULT.items():
        if any(_ONLY.get(key, operation) != operation for key in by):
            continue
        parts = counted("operation", sessions, by or keys, _CONDITION[operation])
        rows = library.index.rows(
            f"SELECT {parts.keys}operation.ended_at - operation.started_at,"
            f" operation.first_token_at - operation.started_at, operation.backoff_ms FROM {parts.source}",
            parts.parameters,
        )
        groups: dict[tuple[str | None, ...], list[Sequence[float | None]]] = defaultdict(list)
        for row in rows:
            groups[tuple(row[:-3])].append(row[-3:])
        told = [_latency(operation, key, times) for key, times in groups.items()]
        found += sorted((one for one in told if one is not None), key=lambda one: (-one.count, str(one.keys)))
    if by and by[0] in {"day", "hour"}:
        found.sort(key=lambda one: (one.operation, *(key or "" for key in one.keys)))
    return found


def percentile(ordered: Sequence[float], share: int) -> float:
    """The shortest of some times, in order, that so many in a hundred do not exceed."""
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


def _latency(operation: Operation, keys: tuple[str | None, ...], rows: list[Sequence[float | None]]) -> Latency | None:
    took = sorted(row[0] for row in rows if row[0] is not None)
    if not took:
        return None
    first = sorted(row[1] for row in rows if row[1] is not None)
    waits = [row[2] for row in rows if row[2] is not None]
    return Latency(
        operation=operation,
        keys=keys,
        count=len(took),
        p50=percentile(took, 50),
        p90=percentile(took, 90),
        p99=percentile(took, 99),
        max=took[-1],
        first_token=percentile(first, 50) if first else None,
        back_offs=len(waits),
        waited=sum(waits),
    )
