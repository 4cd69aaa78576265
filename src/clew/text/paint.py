"""Rows on their way to a stream.

Coloured by Rich where a terminal wants colour, plain everywhere else, without importing Rich.

Colour is off where the stream is no terminal, ``NO_COLOR`` is set or ``TERM`` is ``dumb``; ``FORCE_COLOR`` turns it on.
Signs are ASCII where the stream's encoding has no others, on a dumb terminal, and on demand. Rows are never cut: a
terminal wraps them.
"""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING, TextIO

from clew.text.row import plain
from clew.text.signs import STYLES, ascii_only

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.text.row import Row


def paint(rows: Iterable[Row], stream: TextIO, *, ascii_signs: bool = False) -> None:
    """Write rows to a stream, each on its line."""
    translate = ascii_signs or not _shows_unicode(stream)
    if _wants_colour(stream):
        _paint_with_rich(rows, stream, translate=translate)
        return
    stream.writelines((ascii_only(plain(row)) if translate else plain(row)) + "\n" for row in rows)


def _paint_with_rich(rows: Iterable[Row], stream: TextIO, *, translate: bool) -> None:
    from rich.console import Console  # noqa: PLC0415 - costs 60 ms, which only colour is worth
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(file=stream, force_terminal=True, highlight=False, emoji=False, markup=False)
    for row in rows:
        text = Text()
        for span in row:
            text.append(ascii_only(span.text) if translate else span.text, STYLES.get(span.style))
        text.rstrip()
        console.print(text, soft_wrap=True)


def _wants_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _shows_unicode(stream: TextIO) -> bool:
    if stream.isatty() and os.environ.get("TERM") == "dumb":
        return False
    return _codec(stream).startswith("utf")


def _codec(stream: TextIO) -> str:
    try:
        return codecs.lookup(stream.encoding or "ascii").name
    except LookupError:
        return "ascii"
