"""``clew stats latency``: how long models and tools take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.cli.stats.figures import Breakdown, Column, by_option, days_option, facts, write_csv, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.explore.statistics import By, Latency

_KEYS = ("model", "provider", "tool", "kind", "agent", "day", "hour", "status", "tag", "session")
_TIMES = {"p50": "p50", "p90": "p90", "p99": "p99", "max": "max", "first token": "first_token"}
"""Heads of the table, and the times under them."""


@click.command(short_help="How long models and tools take.")
@query_argument
@by_option(*_KEYS, default="attempts by model, calls by tool")
@days_option
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def latency(
    words: Sequence[str],
    by: tuple[By, ...],
    days: int | None,
    folder: Path | None,
    *,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show how long attempts and calls of tools took: half of them, nine in ten, 99 in a hundred, and the longest.

    'first token' is when half of the attempts had begun to answer. What agents waited before they asked again is not in
    these times; it stands apart. Only what has ended counts.
    """
    from clew.cli.library import library_at
    from clew.explore.statistics import latency as latency_of

    query = query_of(words)
    found = latency_of(library_at(folder), query, by=by, days=days)
    keys = by or ("name",)
    if as_json:
        output.write_json({"by": keys, "groups": [facts(keys, one) for one in found]})
        return
    breakdown = Breakdown(("operation", *keys), _columns(), [_Line(one) for one in found])
    if as_csv:
        write_csv(breakdown)
    else:
        write_table(breakdown, ascii_signs=ascii_signs)
        if not found:
            output.say("Nothing of these sessions has ended yet.")


class _Line:
    """Times, with the kind of operation as the first key."""

    def __init__(self, of: Latency) -> None:
        self.of = of
        self.keys = (of.operation, *of.keys)


def _columns() -> list[Column]:
    from clew.text import numbers

    times = [
        Column(
            head,
            lambda line, name=name: getattr(line.of, name),  # type: ignore[misc]  # a lambda with a default
            lambda line, name=name: numbers.duration(getattr(line.of, name)),  # type: ignore[misc]  # as above
        )
        for head, name in _TIMES.items()
    ]
    return [
        Column("count", lambda line: line.of.count, lambda line: numbers.count(line.of.count)),
        *times,
        Column("back-offs", lambda line: line.of.back_offs, lambda line: numbers.count(line.of.back_offs), "retry"),
        Column("waited", lambda line: line.of.waited, lambda line: numbers.duration(line.of.waited), "retry"),
    ]
