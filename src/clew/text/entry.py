"""Entries: what an outline says about each node, before it is laid out.

A block (init, turn, step, fin) is a line of words with its time at the right; an operation (attempt, tool call) and a
log entry fill columns: label, status, time, notes. Nothing here loads a payload to measure it; values are loaded only
for the words a row shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clew.model.catalog import find_slug
from clew.text import signs
from clew.text.clean import one_line
from clew.text.row import Row, Span, crop

if TYPE_CHECKING:
    from clew.model.log import LogEntry
    from clew.model.session import Note

SAID_AT_MOST = 80
"""Columns that free text (an error, a message, a title) may take in a row."""


NOTHING = Span("")
"""A status that says nothing."""


@dataclass(slots=True)
class Entry:
    """One row of an outline, and the rows below it."""

    path: str
    """The address of the node; empty for what has none."""
    label: Row
    """What it is."""
    status: Span = NOTHING
    """How it went; blocks say it in their label."""
    took: str = ""
    """How long, as shown."""
    notes: Row = ()
    """What else there is to say."""
    block: bool = False
    """Whether it is a line of words instead of columns."""
    children: list[Entry] = field(default_factory=list)


def said(text: str, style: str = "") -> Row:
    """Free text as the part of a row: cleaned, on one line; nothing for empty text."""
    words = crop(one_line(text[: SAID_AT_MOST * 20]), SAID_AT_MOST)
    return (Span(words, style),) if words else ()


def log_entry(entry: LogEntry) -> Entry:
    """A log entry as a row: its slug, how loud it is, what it says."""
    style = signs.severity_style(entry.severity)
    unknown: Row = () if entry.registered else (Span("  (slug not declared)", "dim"),)
    return Entry(
        path="",
        label=(Span(f"{signs.severity_sign(entry.severity)} {one_line(entry.slug)}", style),),
        status=Span(one_line(entry.severity), style),
        notes=(*said(_message(entry)), *unknown),
    )


def _message(entry: LogEntry) -> str:
    """What an entry says; one that only repeats its slug says what the catalog says of it."""
    slug = find_slug(entry.slug) if entry.message in {"", entry.slug} else None
    return entry.message if slug is None else slug.description


def note_entry(note: Note, *, whole: bool = False) -> Entry:
    """Something that happened to the record itself: damage, a gap, a loss; ``whole`` lets it be as long as it is."""
    style = "dim" if note.kind in {"clock", "inversion", "redacted"} else "hole"
    place = "" if note.offset is None else f"segment {note.segment}, byte {note.offset}"
    message = (Span(one_line(note.message)),) if whole else said(note.message)
    return Entry(
        path="",
        label=(Span(f"{signs.HOLE} {one_line(note.kind)}", style),),
        notes=(*message, *((Span(f"{signs.BETWEEN}{place}", "dim"),) if place else ())),
    )
