"""Answers about failures over many sessions, and about two sessions beside each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from clew.explore.comparison import MEANINGS, compare
from clew.explore.failures import failures_in, patterns
from clew.text.comparison import unified, value_lines
from clew.web.asked import Failing, Two
from clew.web.desk import Desk
from clew.web.limits import checked_stop
from clew.web.refusal import Refusal
from clew.web.wire import Beside, Compared, Delta, FailurePattern, Failures, Unlike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.comparison import Comparison, Difference, Figure, Pair
    from clew.explore.failures import Pattern
    from clew.explore.listing import SessionRow

_MOST_PATTERNS = 500
_MOST_WHOLE = 256 << 20
"""Bytes of journals that are read to compare two sessions."""
_MOST_LINES = 200
"""Lines of a value in a difference."""
_WIDEST = 1_000
"""Characters of such a line."""
_LONG = 1_000_000
"""Characters of a value beyond which the lines that changed are not looked for."""


def failures(desk: Desk, asked: Failing) -> Failures:
    """Patterns of failure by day: which slug, from which origin, of which agent."""
    today = datetime.now().astimezone().date()
    with desk.library() as library:
        found = failures_in(library, asked.q, days=asked.days)
    known = patterns(found, until=today, days=asked.days)
    days = (today - timedelta(days=asked.days - 1 - place) for place in range(asked.days))
    return Failures(days=tuple(day.isoformat() for day in days), patterns=tuple(map(_pattern, known[:_MOST_PATTERNS])))


def comparison(desk: Desk, asked: Two) -> Compared:
    """Session B beside session A: a page of differences, and a page of the nodes of both."""
    page = slice(asked.from_, checked_stop(asked.from_, asked.to))
    one, other = desk.session(asked.a), desk.session(asked.b)
    _check_whole(one.view.row, other.view.row)

    def compared() -> Comparison:
        return compare(one.view.whole(), other.view.whole(), price=desk.prices.cost)

    told = desk.kept.get(("compare", asked.a, asked.b, one.version, other.version), compared)
    return Compared(
        a=one.view.row,
        b=other.view.row,
        differences=tuple(map(_unlike, told.differences[page])),
        difference_count=len(told.differences),
        pairs=tuple(map(_beside, told.pairs[page])),
        pair_count=len(told.pairs),
        first=asked.from_,
        deltas=tuple(_delta(name, getattr(told.deltas, name)) for name in told.deltas.__struct_fields__),
        echoes=told.echoes,
    )


def _check_whole(*rows: SessionRow) -> None:
    """Refuse what takes reading more than a server should for one answer. Raises ``Refusal``."""
    if sum(row.size for row in rows) > _MOST_WHOLE:
        raise Refusal("web.too_much")


def _pattern(found: Pattern) -> FailurePattern:
    return FailurePattern(**{name: getattr(found, name) for name in FailurePattern.__struct_fields__})


def _beside(pair: Pair) -> Beside:
    return Beside(path_a=pair.path_a, path_b=pair.path_b, node=pair.node, change=pair.change)


def _unlike(difference: Difference) -> Unlike:
    before, after = difference.before, difference.after
    one, other = (None if value is None else value_lines(value) for value in (before, after))
    diff = None
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) <= _LONG:
        diff = [*unified(one or [], other or [])] if "\n" in before + after else None
    return Unlike(
        kind=difference.kind,
        meaning=MEANINGS[difference.kind],
        node=difference.node,
        path_a=difference.path_a,
        path_b=difference.path_b,
        what=difference.what,
        before=_shown(one),
        after=_shown(other),
        diff=_shown(diff),
        is_cut=any(map(_is_long, (one, other, diff))),
    )


def _shown(lines: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if lines is None else tuple(line[:_WIDEST] for line in lines[:_MOST_LINES])


def _is_long(lines: Sequence[str] | None) -> bool:
    return lines is not None and (len(lines) > _MOST_LINES or any(len(line) > _WIDEST for line in lines))


def _delta(name: str, figure: Figure) -> Delta:
    before, after = (None if value is None else Decimal(str(value)) for value in (figure.before, figure.after))
    return Delta(
        name=name, before=before, after=after, delta=None if before is None or after is None else after - before
    )
