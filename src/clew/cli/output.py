"""What goes to stdout: rows for people, JSON for programs, bytes as they are.

Everything else a command says goes to stderr.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from clew.text.clean import clean, one_line
from clew.text.paint import paint
from clew.text.row import Span
from clew.wire.line import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clew.text.row import Row

_encode = msgspec.json.Encoder(decimal_format="string").encode


def write_rows(rows: Iterable[Row], *, ascii_signs: bool = False, at_edge: bool = False) -> None:
    """Write rows of text; ``at_edge`` cuts them where a terminal ends."""
    paint(rows, sys.stdout, ascii_signs=ascii_signs, at_edge=at_edge)


def write_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    """Write one value as indented JSON."""
    _write(msgspec.json.format(_encode(value), indent=2) + b"\n")


def write_json_line(value: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    """Write one value as one line of JSON."""
    _write(_encode(value) + b"\n")


def write_json_bytes(document: bytes) -> None:
    """Write JSON text."""
    _write(document if document.endswith(b"\n") else document + b"\n")


def write_csv(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write a table for spreadsheets: what is unknown is an empty cell, and no cell is taken for a formula."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in line] for line in lines)
    _write(text.getvalue().encode("utf-8", "replace"))


def write_text(chunks: Iterable[str]) -> None:
    """Write the pieces of a JSON document given as text."""
    for chunk in chunks:
        sys.stdout.buffer.write(printable(chunk.encode()))


def write_line(text: str) -> None:
    """Write text as it is, for scripts: an id, a path, a script."""
    write_rows([(Span(line),) for line in clean(text).splitlines()])


def say(text: str, *, indent: int = 0) -> None:
    """Tell the person something, in one line on stderr, that begins with so many spaces."""
    click.echo(f"{' ' * indent}{one_line(text)}", err=True)


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula, and that stays on its line."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _write(document: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(printable(document))
    sys.stdout.buffer.flush()
