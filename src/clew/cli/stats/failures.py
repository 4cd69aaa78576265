"""``clew stats failures``: patterns of failure, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from clew.explore.failures import Failure, Pattern
    from clew.explore.query import Query
    from clew.text.row import Row

_DAYS = 14
_MOST_IN_A_DIGIT = 9


@click.command(short_help="Which failures there are, how often, and whether they become more.")
@query_argument
@click.option(
    "--days", type=click.IntRange(min=2), default=_DAYS, show_default=True, help="So many days, the last one is today."
)
@click.option("--agent", metavar="ID", help="Only failures of this agent.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout: a line for each pattern and day.")
@options.folder_option
@options.json_option
@options.ascii_option
def failures(
    words: Sequence[str],
    days: int,
    agent: str | None,
    folder: Path | None,
    *,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show patterns of failure: slug, origin and agent, with how many there were on each day, and the trend.

    'ended' counts the sessions whose first cause it was, 'recovered' those that went on all the same. In the column
    of days a point is none, a figure so many, and + more than nine. QUERY says which sessions; a failure belongs to
    the outermost one, and counts if that one or a session below it is meant.
    """
    from datetime import datetime

    from clew.explore.failures import patterns

    today = datetime.now().astimezone().date()
    found = _found(query_of(words), folder, days)
    known = patterns((one for one in found if agent in {None, one.agent_id}), until=today, days=days)
    if as_csv:
        output.write_csv(("day", "slug", "origin", "agent", "count", "trend", "last"), _lines(known, today))
    elif as_json:
        output.write_json([_facts(pattern, today) for pattern in known])
    else:
        output.write_rows(_table(known), ascii_signs=ascii_signs)
        if not known:
            output.say(f"No session of the last {days} days failed, or recovered from a failure.")


def _found(query: Query, folder: Path | None, days: int) -> list[Failure]:
    from clew.cli.library import Meter, library_at
    from clew.explore.failures import failures_in

    library = library_at(folder)
    with Meter("explaining") as meter:
        return failures_in(library, query, days=days, told=meter.sessions, refused=output.say)


def _by_day(pattern: Pattern, today: date) -> list[tuple[str, int]]:
    from datetime import timedelta

    first = today - timedelta(days=len(pattern.days) - 1)
    return [((first + timedelta(days=place)).isoformat(), count) for place, count in enumerate(pattern.days)]


def _facts(pattern: Pattern, today: date) -> dict[str, Any]:
    return {
        "slug": pattern.slug,
        "origin": pattern.origin,
        "agentId": pattern.agent_id,
        "count": pattern.count,
        "ended": pattern.ended,
        "recovered": pattern.recovered,
        "sessions": pattern.sessions,
        "trend": pattern.trend,
        "days": dict(_by_day(pattern, today)),
        "last": pattern.last,
    }


def _lines(known: Sequence[Pattern], today: date) -> Iterator[Sequence[object]]:
    for pattern in known:
        for day, count in _by_day(pattern, today):
            if count:
                yield day, pattern.slug, pattern.origin, pattern.agent_id, count, pattern.trend, pattern.last


def _table(known: Sequence[Pattern]) -> list[Row]:
    from clew.text.tables import table

    heads = ("slug", "origin", "agent", "count", "ended", "recovered", "sessions", "days", "trend", "last")
    return table(heads, [_cells(pattern) for pattern in known])


def _cells(pattern: Pattern) -> list[Row]:
    from clew.text.entry import said

    days = "".join("." if not count else str(count) if count <= _MOST_IN_A_DIGIT else "+" for count in pattern.days)
    figures = (pattern.count, pattern.ended, pattern.recovered, pattern.sessions)
    words = (pattern.slug or "–", pattern.origin, pattern.agent_id or "–", *map(str, figures), days)
    style = "failed" if pattern.trend in {"new", "rising"} else ""
    return [*map(said, words), said(pattern.trend, style), said(pattern.last)]
