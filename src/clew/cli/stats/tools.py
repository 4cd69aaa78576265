"""``clew stats tools``: which tools sessions called, and how the calls ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.cli.stats.figures import Breakdown, Column, by_option, days_option, facts, share, write_csv, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.explore.statistics import By

_KEYS = ("tool", "kind", "agent", "day", "hour", "status", "tag", "session")


@click.command(short_help="Which tools sessions called, and how the calls ended.")
@query_argument
@by_option(*_KEYS, default="tool")
@days_option
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def tools(
    words: Sequence[str],
    by: tuple[By, ...],
    days: int | None,
    folder: Path | None,
    *,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show calls of tools, the most frequent first: how many ended well, failed, and so on, and the time they took.

    'status' is how the session stands; how the calls ended has columns of its own.
    """
    from clew.cli.library import library_at
    from clew.explore.statistics import calls

    query = query_of(words)
    library = library_at(folder)
    keys = by or ("tool",)
    total = next(iter(calls(library, query, by=(), days=days)), None)
    breakdown = Breakdown(keys, _columns(), calls(library, query, by=keys, days=days), total)
    if as_csv:
        write_csv(breakdown)
    elif as_json:
        groups = [facts(keys, group) for group in breakdown.groups]
        output.write_json({"by": keys, "groups": groups, "total": None if total is None else facts((), total)})
    else:
        write_table(breakdown, ascii_signs=ascii_signs)
        if total is None:
            output.say("None of these sessions called a tool.")


def _columns() -> list[Column]:
    from clew.model.session import NodeStatus
    from clew.text import numbers, signs

    ended = [
        Column(
            status,
            lambda one, status=status: one.statuses.get(status, 0),  # type: ignore[misc]  # a lambda with a default
            lambda one, status=status: numbers.count(one.statuses.get(status, 0)),  # type: ignore[misc]  # as above
            signs.status_style(status),
        )
        for status in get_args(NodeStatus)
    ]
    return [
        Column("calls", lambda one: one.calls, lambda one: numbers.count(one.calls)),
        *ended,
        Column("not ok", lambda one: one.failed / one.calls, lambda one: share(one.failed, one.calls)),
        Column("time", lambda one: one.ms, lambda one: numbers.duration(one.ms)),
        Column("mean", lambda one: one.mean_ms, lambda one: numbers.duration(one.mean_ms)),
    ]
