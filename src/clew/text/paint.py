"""Rows on their way to a stream: in colour where a terminal wants it, plain and without importing Rich elsewhere.

Colour is off where the stream is no terminal, ``NO_COLOR`` is set or ``TERM`` is ``dumb``; ``FORCE_COLOR`` turns it on.
Signs are ASCII where the stream's encoding has no others, on a dumb terminal, and on demand. The rows of an outline may
be cut at a terminal's edge, since a wrapped row breaks the tree and every node can be looked at by itself; all other
rows, and those of a narrow terminal, a file or a pipe, stay whole.
"""

from __future__ import annotations

import codecs
import os
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from clew.text.row import crop_row, plain
from clew.text.signs import STYLES, ascii_only

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.text.row import Row


NARROW = 80
"""Columns below which a terminal wraps the rows of an outline: there is too little to be seen at once anyway."""


def paint(rows: Iterable[Row], stream: TextIO, *, ascii_signs: bool = False, at_edge: bool = False) -> None:
    """Write rows to a stream, each on its line; ``at_edge`` cuts them where a terminal ends."""
    columns = _columns(stream) if at_edge else None
    if columns is not None:
        rows = (crop_row(row, columns) for row in rows)
    translate = ascii_signs or not _shows_unicode(stream)
    if _wants_colour(stream):
        brushes = _brushes(stream)
        stream.writelines(_coloured(row, brushes, translate=translate) for row in rows)
    else:
        stream.writelines((ascii_only(plain(row)) if translate else plain(row)) + "\n" for row in rows)


@lru_cache(maxsize=1)
def _brushes(stream: TextIO) -> dict[str, tuple[str, str]]:
    """What this terminal wants to be sent before and after a text of each style, as Rich knows it.

    Rich is asked once per style and not once per row: a snapshot has half a million rows.
    """
    from rich.console import Console  # noqa: PLC0415 - costs 60 ms, which only colour is worth

    console = Console(file=stream, force_terminal=True, highlight=False)
    brushes = {"": ("", "")}
    for name, style in STYLES.items():
        with console.capture() as sample:
            console.print("x", style=style, end="")
        before, _, after = sample.get().partition("x")
        brushes[name] = before, after
    return brushes


def _coloured(row: Row, brushes: dict[str, tuple[str, str]], *, translate: bool) -> str:
    parts = []
    for span in row:
        before, after = brushes[span.style]
        parts.append(f"{before}{ascii_only(span.text) if translate else span.text}{after}" if span.text else "")
    return "".join(parts).rstrip() + "\n"


def _columns(stream: TextIO) -> int | None:
    """The width of a terminal that is wide enough."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return None
    return columns if columns >= NARROW else None


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
