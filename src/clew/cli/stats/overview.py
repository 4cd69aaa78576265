"""``clew stats`` without a command: sessions at a glance."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
import msgspec

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.cli.stats.figures import days_option, facts
from clew.cli.stats.group import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from clew.explore.statistics import Active, Overview
    from clew.text.row import Row, Span

_TOPIC = 10
_SHOWN_DAYS = 60
"""Days in the line of activity; older ones are left out."""


@click.command(hidden=True)
@query_argument
@days_option
@options.folder_option
@options.json_option
@options.ascii_option
def overview(words: Sequence[str], days: int | None, folder: Path | None, *, as_json: bool, ascii_signs: bool) -> None:
    """Show sessions at a glance."""
    from clew.cli.library import library_at
    from clew.explore.statistics import overview as overview_of

    misplaced = next((word for word in words if word in COMMANDS), None)
    if misplaced is not None:
        message = (
            f"Write 'clew stats {misplaced}' first, then the rest; or put \"{misplaced}\" in quotes to search for it."
        )
        raise click.UsageError(message)
    _refuse_mistyped(words)
    seen = overview_of(library_at(folder), query_of(words), days=days)
    if not seen.sessions:
        _refuse_unfound(words)
    if as_json:
        output.write_json(_facts(seen))
    else:
        output.write_rows(_rows(seen), ascii_signs=ascii_signs)


def _refuse_mistyped(words: Sequence[str]) -> None:
    """A single word that is nearly the name of a command was meant as one."""
    near = get_close_matches(words[0].lower(), COMMANDS, n=1) if _is_bare(words) else []
    if near:
        message = (
            f"There is no command 'clew stats {words[0]}'; did you mean 'clew stats {near[0]}'? "
            f'Put "{words[0]}" in quotes to search for it.'
        )
        raise click.UsageError(message)


def _refuse_unfound(words: Sequence[str]) -> None:
    """A single word that finds nothing may have been meant as a command, too."""
    if _is_bare(words):
        message = f"No session has '{words[0]}' in it, and there is no such command: there are {', '.join(COMMANDS)}."
        raise click.UsageError(message)


def _is_bare(words: Sequence[str]) -> bool:
    return len(words) == 1 and words[0].isalpha()


def _facts(seen: Overview) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(seen, days=(), hours=()))
    told["spending"] = {name: value for name, value in facts((), seen.spending).items() if name != "keys"}
    told["days"] = [_active(day) for day in seen.days]
    told["hours"] = [_active(hour) for hour in seen.hours]
    return told


def _active(one: Active) -> dict[str, Any]:
    from clew.cli.stats.figures import dollars

    return msgspec.structs.asdict(one) | {"cost": dollars(one.cost)}


def _rows(seen: Overview) -> Iterator[Row]:
    from clew.text import numbers, signs
    from clew.text.row import Span

    spent, usage = seen.spending, seen.spending.usage
    below = f"{seen.below:,} below others" if seen.below else ""
    statuses = [Span(f"{count:,} {status}", signs.status_style(status)) for status, count in seen.statuses.items()]
    yield _row("sessions", f"{seen.sessions:,}", *statuses, Span(below))
    yield _row(
        "tokens",
        numbers.count(usage.total_tokens),
        Span(f"{numbers.count(usage.input_tokens)} input"),
        Span(f"{numbers.count(usage.cache_read_tokens)} cached"),
        Span(f"{numbers.count(usage.cache_write_tokens)} written"),
        Span(f"{numbers.count(usage.output_tokens)} output"),
        Span(f"{numbers.count(usage.reasoning_tokens)} of it reasoning" if usage.reasoning_tokens else ""),
    )
    yield _row(
        "cost", numbers.money(spent.cost), Span(f"{spent.unpriced:,} unpriced" if spent.unpriced else "", "retry")
    )
    yield _row(
        "attempts",
        f"{spent.attempts:,}",
        Span(f"{spent.failed:,} failed" if spent.failed else "", "failed"),
        Span(numbers.counted(seen.retries, "retry", "retries") if seen.retries else "", "retry"),
    )
    failed = Span(f"{seen.tools_failed:,} failed" if seen.tools_failed else "", "failed")
    yield _row("tools", f"{seen.tools:,}", failed)
    yield from _reasons(seen)
    yield from _activity(seen)


def _reasons(seen: Overview) -> Iterator[Row]:
    from clew.text.clean import one_line
    from clew.text.row import Span

    if seen.reasons:
        words = [Span(one_line(f"{one.sessions:,} {one.slug or one.origin or 'unsaid'}")) for one in seen.reasons]
        yield _row("failures", f"{sum(one.sessions for one in seen.reasons):,}", *words)


def _activity(seen: Overview) -> Iterator[Row]:
    from clew.text.numbers import counted
    from clew.text.row import Span
    from clew.text.sparkline import sparkline

    days = seen.days[-_SHOWN_DAYS:]
    if days:
        line = sparkline([day.sessions for day in days])
        most = max(day.sessions for day in days)
        span = days[0].when if len(days) == 1 else f"{days[0].when} to {days[-1].when}"
        yield (
            Span("days".ljust(_TOPIC), "dim"),
            Span(line),
            Span(f"   {span}, at most {counted(most, 'session')} a day", "dim"),
        )
        hours = sparkline([hour.sessions for hour in seen.hours])
        yield (Span("hours".ljust(_TOPIC), "dim"), Span(hours), Span("   from midnight to midnight", "dim"))


def _row(topic: str, figure: str, *words: Span) -> Row:
    from clew.text.row import Span, join
    from clew.text.signs import BETWEEN

    told = join([(word,) for word in words if word.text], BETWEEN)
    return (Span(topic.ljust(_TOPIC), "dim"), Span(figure.rjust(8)), Span("   " if told else ""), *told)
