"""Usage that cannot be true: said beside the figures it is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.explore.statistics import Suspect

_SAID = 10

check_option = click.option(
    "--check", is_flag=True, help="Read every answer for usage and cost that cannot be true; this takes long."
)


def doubts_of(library: Library, query: Query, days: int | None, *, check: bool) -> Sequence[Suspect]:
    """What cannot be true: of what the index shows, or with ``check`` of everything."""
    from clew.cli.library import Meter
    from clew.explore.statistics import close_suspects, suspects

    if not check:
        return suspects(library, query, days=days)
    with Meter("checking") as meter:
        return [*close_suspects(library, query, days=days, told=meter.sessions)]


def say_doubts(doubts: Sequence[Suspect]) -> None:
    """Say it on stderr, the first few in full."""
    for doubt in doubts[:_SAID]:
        place = f"{doubt.session_id} {doubt.path}".rstrip()
        output.say(f"This cannot be true: {place}: {doubt.message}")
    if len(doubts) > _SAID:
        output.say(f"There are {len(doubts) - _SAID} more; --json lists all.")
