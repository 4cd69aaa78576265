"""``clew stats tokens``: which tokens sessions used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.cli.stats.cost import KEYS, spending_facts
from clew.cli.stats.doubts import check_option, doubts_of, say_doubts
from clew.cli.stats.figures import Breakdown, Column, by_option, days_option, write_csv, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.explore.statistics import By

_COUNTS = {
    "input": "input_tokens",
    "cached": "cache_read_tokens",
    "written": "cache_write_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_tokens",
    "tokens": "total_tokens",
}
"""Heads of the table, and the counts under them."""


@click.command(short_help="Which tokens sessions used.")
@query_argument
@by_option(*KEYS, default="model")
@days_option
@check_option
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def tokens(
    words: Sequence[str],
    by: tuple[By, ...],
    days: int | None,
    folder: Path | None,
    *,
    check: bool,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show the tokens of sessions: fresh input, read from caches, written to caches, output, and all of these.

    Reasoning is a part of the output. 'tool' is the tool whose call started a session.
    """
    from clew.cli.library import library_at
    from clew.explore.statistics import spending

    query = query_of(words)
    library = library_at(folder)
    keys = by or ("model",)
    (total,) = spending(library, query, days=days)
    groups = spending(library, query, by=keys, days=days)
    doubts = doubts_of(library, query, days, check=check)
    breakdown = Breakdown(keys, _columns(), groups, total)
    if as_csv:
        write_csv(breakdown)
    elif as_json:
        output.write_json(spending_facts(breakdown) | {"suspects": doubts})
    else:
        write_table(breakdown, ascii_signs=ascii_signs)
        say_doubts(doubts)


def _columns() -> list[Column]:
    from clew.text import numbers

    calls = [
        Column("attempts", lambda one: one.attempts, lambda one: numbers.count(one.attempts)),
        Column("failed", lambda one: one.failed, lambda one: numbers.count(one.failed), "failed"),
    ]
    return calls + [
        Column(
            head,
            lambda one, name=name: getattr(one.usage, name),  # type: ignore[misc]  # a lambda with a default
            lambda one, name=name: numbers.count(getattr(one.usage, name)),  # type: ignore[misc]  # as above
        )
        for head, name in _COUNTS.items()
    ]
