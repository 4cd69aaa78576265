"""``clew stats cost``: what sessions cost, told by whoever knew or estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.cli.stats.doubts import check_option, doubts_of, say_doubts
from clew.cli.stats.figures import (
    Breakdown,
    Column,
    by_option,
    days_option,
    dollars,
    facts,
    share,
    write_csv,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.explore.statistics import By, Spending, Unpriced

KEYS = ("model", "provider", "agent", "tool", "day", "hour", "status", "tag", "session")
"""What money and tokens can be broken down by."""


@click.command(short_help="What sessions cost.")
@query_argument
@by_option(*KEYS, default="model")
@days_option
@check_option
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def cost(
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
    """Show what sessions cost, the most expensive first.

    A cost is what was told, else an estimate (docs/prices.md). Answers without either are counted as unpriced, and
    their models are listed. 'tool' is the tool whose call started a session.
    """
    from clew.cli.library import library_at
    from clew.explore.statistics import spending, unpriced

    query = query_of(words)
    library = library_at(folder)
    keys = by or ("model",)
    (total,) = spending(library, query, days=days)
    groups = spending(library, query, by=keys, days=days)
    doubts = doubts_of(library, query, days, check=check)
    breakdown = Breakdown(keys, _columns(total), groups, total)
    if as_csv:
        write_csv(breakdown)
    elif as_json:
        told = unpriced(library, query, days=days)
        output.write_json(spending_facts(breakdown) | {"unpriced": told, "suspects": doubts})
    else:
        write_table(breakdown, ascii_signs=ascii_signs)
        _say_unpriced(unpriced(library, query, days=days))
        say_doubts(doubts)


def spending_facts(breakdown: Breakdown) -> dict[str, Any]:
    """A breakdown for programs."""
    return {
        "by": list(breakdown.by),
        "groups": [facts(breakdown.by, group) for group in breakdown.groups],
        "total": facts((), breakdown.total),
    }


def _columns(total: Spending) -> list[Column]:
    from clew.text import numbers

    whole = float(total.cost or 0)
    return [
        Column("attempts", lambda one: one.attempts, lambda one: numbers.count(one.attempts)),
        Column("tokens", lambda one: one.usage.total_tokens, lambda one: numbers.count(one.usage.total_tokens)),
        Column("cost", lambda one: dollars(one.cost), lambda one: numbers.money(one.cost)),
        Column("unpriced", lambda one: one.unpriced, lambda one: str(one.unpriced or ""), "retry"),
        Column("share", lambda one: _share(one, whole), lambda one: share(float(one.cost or 0), whole)),
    ]


def _share(one: Spending, whole: float) -> float | None:
    return float(one.cost) / whole if whole and one.cost is not None else None


def _say_unpriced(models: Sequence[Unpriced]) -> None:
    from clew.text.numbers import counted

    for one in models:
        name = " ".join(part for part in (one.provider, one.model) if part) or "an unnamed model"
        answers = f"{counted(one.answers, 'answer')} {'is' if one.answers == 1 else 'are'}"
        output.say(f"No price is known of {name}: {answers} not in the cost (see docs/prices.md).")
