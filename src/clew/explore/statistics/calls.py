"""Calls of tools: how many, how they ended, and the time they took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.explore.statistics.grouping import chosen, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.explore.statistics.grouping import By, Table

_TIMES = frozenset({"day", "hour"})


class Calls(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The calls under one key."""

    keys: tuple[str | None, ...]
    """One for each thing that was asked for; ``None`` if unknown."""
    calls: int
    statuses: dict[str, int]
    """How many ended so, or still run."""
    ms: float
    """Milliseconds of those that ended."""

    @property
    def failed(self) -> int:
        """Those that did not end well."""
        return self.calls - self.statuses.get("ok", 0) - self.statuses.get("running", 0)

    @property
    def mean_ms(self) -> float | None:
        """Milliseconds that one took; ``None`` if none has ended."""
        ended = self.calls - self.statuses.get("running", 0) - self.statuses.get("interrupted", 0)
        return self.ms / ended if ended else None


def calls(
    library: Library, query: Query | str = "", *, by: Sequence[By] = ("tool",), days: int | None = None
) -> list[Calls]:
    """Calls by these keys, the most frequent first, days and hours in order. Raises ``QueryError``."""
    table: Table = "operation" if _TIMES.intersection(by) else "tool"
    sessions = chosen(library, query, days=days)
    if table == "operation":
        parts = counted(table, sessions, by, "operation.kind <> 'attempt'")
        figures = "count(*), coalesce(sum(operation.ended_at - operation.started_at), 0.0)"
    else:
        parts = counted(table, sessions, by)
        figures = "sum(tool.calls), sum(tool.ms)"
    rows = library.index.rows(
        f"SELECT {parts.keys}{table}.status, {figures} FROM {parts.source}"
        f" GROUP BY {', '.join(str(place) for place in range(1, len(by) + 2))}",
        parts.parameters,
    )
    groups: dict[tuple[str | None, ...], dict[str, tuple[int, float]]] = {}
    for *keys, status, count, ms in rows:
        groups.setdefault(tuple(keys), {})[status] = (count, ms)
    found = [
        Calls(
            keys=keys,
            calls=sum(count for count, _ in ended.values()),
            statuses={status: count for status, (count, _) in ended.items()},
            ms=sum(ms for _, ms in ended.values()),
        )
        for keys, ended in groups.items()
    ]
    in_time = bool(by) and by[0] in _TIMES
    return sorted(found, key=lambda one: (0 if in_time else -one.calls, *(key or "" for key in one.keys)))
