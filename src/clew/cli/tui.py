"""``clew tui``: the terminal explorer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.errors import MissingExtra

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Explore sessions on the terminal.")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@options.folder_option
@click.option("--light/--dark", "light", default=None, help="The ground.  [default: as $COLORFGBG says, else dark]")
@options.ascii_option
def tui(query: tuple[str, ...], folder: Path | None, *, light: bool | None, ascii_signs: bool) -> None:
    """Explore sessions on the terminal: the list, trees, payloads, timelines, costs, comparisons, and why they failed.

    QUERY narrows the list; docs/query.md describes the language. Every screen says its keys with '?'.
    """
    try:
        from clew.tui.app import Explorer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "textual":
            raise
        message = "The terminal explorer needs `textual`: pip install 'clew[tui]'."
        raise MissingExtra(message) from error
    from clew.explore.library import Library
    from clew.explore.prices import Prices
    from clew.explore.query import parse
    from clew.tui.terminal import has_light_ground, shows_unicode

    place, words = options.folder_at(folder), " ".join(query)
    parse(words)
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        message = "The explorer needs a terminal; 'clew ls' and 'clew show' write to files and pipes."
        raise click.UsageError(message)
    prices = Prices.load()
    Explorer(
        lambda: Library(place, prices=prices),
        words,
        dark=not (has_light_ground() if light is None else light),
        ascii_signs=ascii_signs or not shows_unicode(sys.stdout),
    ).run()
