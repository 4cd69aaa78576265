"""A session over time: bars in lanes, for a window of time that is so many pixels wide.

Lanes come in groups: turns and steps (and the time in which there was none), what was asked of models (and the waiting
between attempts), calls of tools, sessions that calls started. Within a group bars that overlap lie in lanes of their
own. Bars narrower than a pixel are put together into bundles, by the catalog itself: a session of any length comes as
no more bars than can be seen.
"""

from __future__ import annotations

from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.explore.view import SessionView

Group = Literal["rounds", "models", "tools", "sessions"]
BarKind = Literal["turn", "step", "idle", "attempt", "backoff", "tool", "child", "bundle"]
_FAILED = "('failed', 'timeout', 'cancelled', 'interrupted')"
_LEAST_WINDOW = 0.001
"""Milliseconds: no clock is finer."""


class Bar(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One thing that took time, or several that are too short to be told apart."""

    kind: BarKind
    path: str
    """From the session; of a bundle that of one of them; empty for time in which nothing was done."""
    status: str
    """As everywhere; ``rejected`` for an answer that was, ``failed`` for a bundle in which something failed."""
    name: str | None
    """Of the tool, the model, the agent, the step."""
    started_at: float
    """Milliseconds since the epoch."""
    ended_at: float | None
    """``None`` for what is running."""
    count: int = 1
    """How many there are in a bundle."""
    failed: int = 0
    """How many of them did not end well."""


class Lane(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Bars that do not overlap, in the order of time."""

    group: Group
    bars: tuple[Bar, ...]


class Timeline(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A window of time."""

    started_at: float
    """When the session began."""
    ended_at: float
    """When it ended, or was heard of last."""
    window: tuple[float, float]
    """What is shown of it."""
    lanes: tuple[Lane, ...]


def timeline(view: SessionView, window: tuple[float, float] | None = None, pixels: int = 1_000) -> Timeline:
    """The bars of a session in a window of time, which is the whole of it unless told otherwise."""
    first, last = view.extent()
    low, high = window or (first, last)
    high = max(high, low + _LEAST_WINDOW)
    pixel = (high - low) / max(1, pixels)
    groups: dict[Group, list[Bar]] = {"rounds": [], "models": [], "tools": [], "sessions": []}
    for group, source in _SOURCES.items():
        for sql in source:
            groups[group] += _bars(view, sql, (low, high, pixel, last))
    groups["rounds"] += _idle(sorted(groups["rounds"], key=_start), (low, high, pixel, last))
    lanes = (Lane(group=group, bars=bars) for group, there in groups.items() for bars in _packed(there, last))
    return Timeline(started_at=first, ended_at=last, window=(low, high), lanes=tuple(lanes))


_Scale = tuple[float, float, float, float]
"""Beginning and end of the window, milliseconds of a pixel, and when what has no end is thought to end."""

_ROUNDS = """SELECT CASE kind WHEN 'turn' THEN 'turn' ELSE 'step' END AS kind, path, status,
 coalesce(name, words) AS name, started_at AS began, ended_at AS ended FROM round WHERE session = :session"""
_OPERATION = """ round.path || '-' || o.position AS path"""
_OF = "FROM operation o JOIN round ON round.id = o.round"
_ATTEMPTS = f"""SELECT 'attempt' AS kind,{_OPERATION},
 CASE o.verdict WHEN 'rejected' THEN 'rejected' ELSE o.status END AS status, o.name AS name, o.started_at AS began,
 o.ended_at AS ended {_OF} WHERE o.session = :session AND o.kind = 'attempt'"""
_WAITS = f"""SELECT 'backoff' AS kind,{_OPERATION}, 'ok' AS status, NULL AS name, o.ended_at AS began,
 o.ended_at + o.backoff_ms AS ended {_OF} WHERE o.session = :session AND o.backoff_ms > 0 AND o.ended_at IS NOT NULL"""
_CALLS = f"""SELECT 'tool' AS kind,{_OPERATION}, o.status AS status, o.name AS name, o.started_at AS began,
 o.ended_at AS ended {_OF} WHERE o.session = :session AND o.kind <> 'attempt'"""
_CHILDREN = f"""SELECT 'child' AS kind,{_OPERATION}, c.status AS status, coalesce(c.agent_id, o.name) AS name,
 c.started_at AS began, CASE c.status WHEN 'running' THEN NULL ELSE coalesce(c.ended_at, c.seen_at) END AS ended {_OF}
 JOIN session c ON c.session_id = o.child_id WHERE o.session = :session AND o.child_id IS NOT NULL"""
_SOURCES: dict[Group, tuple[str, ...]] = {
    "rounds": (_ROUNDS,),
    "models": (_ATTEMPTS, _WAITS),
    "tools": (_CALLS,),
    "sessions": (_CHILDREN,),
}

_IN_WINDOW = "began <= :high AND coalesce(ended, :last) >= :low"
_WIDE = (
    "SELECT kind, path, status, name, began, ended FROM ({source})"
    " WHERE {seen} AND coalesce(ended, :last) - began >= :pixel"
)
_NARROW = (
    "SELECT kind, path, status, name, min(began), max(coalesce(ended, :last)), count(*),"
    f" sum(status IN {_FAILED}), max(status = 'rejected'), max(ended IS NULL) FROM ({{source}})"
    " WHERE {seen} AND coalesce(ended, :last) - began < :pixel GROUP BY CAST((began - :low) / :pixel AS INTEGER)"
)


def _bars(view: SessionView, source: str, scale: _Scale) -> Iterator[Bar]:
    """The bars of one source: the wide ones, and the narrow ones bundled by the pixel in which they begin."""
    low, high, pixel, last = scale
    values = {"low": low, "high": high, "pixel": pixel, "last": last}
    for kind, path, status, name, began, ended in view.timed(_WIDE.format(source=source, seen=_IN_WINDOW), values):
        bad = int(status in {"failed", "timeout", "cancelled", "interrupted"})
        yield Bar(kind=kind, path=path, status=status, name=name, started_at=began, ended_at=ended, failed=bad)
    for row in view.timed(_NARROW.format(source=source, seen=_IN_WINDOW), values):
        kind, path, status, name, began, ended, count, failed, rejected, runs = row
        many = count > 1
        yield Bar(
            kind="bundle" if many else kind,
            path=path,
            status=("failed" if failed else "rejected" if rejected else "ok") if many else status,
            name=None if many else name,
            started_at=began,
            ended_at=None if runs else ended,
            count=count,
            failed=failed,
        )


def _idle(rounds: list[Bar], scale: _Scale) -> Iterator[Bar]:
    """The time between turns and steps, where it can be seen."""
    low, high, pixel, last = scale
    until: float | None = None
    for bar in rounds:
        if until is not None and bar.started_at - until >= pixel and until < high and bar.started_at > low:
            yield Bar(kind="idle", path="", status="ok", name=None, started_at=until, ended_at=bar.started_at)
        end = last if bar.ended_at is None else bar.ended_at
        until = end if until is None else max(until, end)


def _packed(bars: Iterable[Bar], last: float) -> Iterator[tuple[Bar, ...]]:
    """Bars in as few lanes as they need."""
    lanes: list[list[Bar]] = []
    ends: list[tuple[float, int]] = []
    for bar in sorted(bars, key=_start):
        end = last if bar.ended_at is None else bar.ended_at
        if ends and ends[0][0] <= bar.started_at:
            number = ends[0][1]
            heapreplace(ends, (end, number))
        else:
            number = len(lanes)
            lanes.append([])
            heappush(ends, (end, number))
        lanes[number].append(bar)
    return (tuple(lane) for lane in lanes)


def _start(bar: Bar) -> tuple[float, Any]:
    return bar.started_at, bar.path
