"""Answers about time and money: the timeline of a session, and where tokens and dollars went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.costs import library_costs, session_costs, total
from clew.explore.timeline import Timeline
from clew.explore.timeline import timeline as lanes
from clew.web.asked import AllShares, Shares, Window
from clew.web.desk import Desk
from clew.web.limits import checked_stop
from clew.web.refusal import Refusal
from clew.web.wire import Costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.costs import By, Share


def timeline(desk: Desk, asked: Window) -> Timeline:
    """Its bars in lanes, for a window of time; bars narrower than a pixel come as bundles."""
    if (asked.from_ is None) != (asked.to is None):
        raise Refusal("web.bad_parameter")
    opened = desk.session(asked.id)
    window = (asked.from_, asked.to) if asked.from_ is not None and asked.to is not None else None

    def drawn() -> Timeline:
        with opened.parts_lock:  # rows of the tree, which come first, do not wait for it
            return lanes(opened.parts_view, window, asked.pixels)

    return desk.kept.get(("timeline", asked.id, opened.version, window, asked.pixels), drawn)


def costs(desk: Desk, asked: Shares) -> Costs:
    """Where its tokens and dollars went, sessions below it included; the most expensive first, turns in order."""
    return page(shares_of(desk, asked.id, asked.by), asked.from_, checked_stop(asked.from_, asked.to))


def all_costs(desk: Desk, asked: AllShares) -> Costs:
    """The same of the sessions that a query means, each counted once."""
    stop = checked_stop(asked.from_, asked.to)
    with desk.library() as library:
        return page(library_costs(library, asked.q, asked.by, desk.prices), asked.from_, stop)


def shares_of(desk: Desk, session_id: str, by: By) -> list[Share]:
    """All shares of a session."""
    opened = desk.session(session_id)

    def shared() -> list[Share]:
        with opened.lock:
            return session_costs(opened.view, by, desk.prices)

    return opened.kept.get(("costs", by), shared)


def page(shares: Sequence[Share], start: int, stop: int) -> Costs:
    """Some of them, with the sum of all."""
    return Costs(shares=tuple(shares[start:stop]), first=start, count=len(shares), total=total(shares))
