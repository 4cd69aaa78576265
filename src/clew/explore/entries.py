"""The log entries of a session, as the catalog has them: all but VRB ones, which stay in the journal."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.explore.view import SessionView


class EntryRow(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One log entry."""

    path: str
    """Full path of the node it hangs on; empty for the session itself."""
    at: float
    """Milliseconds since the epoch."""
    severity: str
    slug: str
    message: str
    """Its beginning."""


class SlugCount(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """The entries of one slug."""

    slug: str
    severity: str
    """Of the first one."""
    count: int
    first: str
    """Path of the first one."""
    last: str
    """Path of the last one."""


def entries(view: SessionView, wanted: str = "") -> list[EntryRow]:
    """The entries of a session and of those below it, in time.

    ``wanted`` is a slug, which may hold ``*``, or a part of a slug or of a message; empty for all.
    """
    rows = [
        EntryRow(path=path, at=at, severity=severity, slug=slug, message=message)
        for path, at, severity, slug, message in view.logged()
    ]
    asked = wanted.strip().lower()
    return [row for row in rows if _is_wanted(row, asked)] if asked else rows


def by_slug(rows: Iterable[EntryRow]) -> list[SlugCount]:
    """How often each slug stands among entries, the most frequent first."""
    first: dict[str, EntryRow] = {}
    last: dict[str, EntryRow] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.slug] += 1
        first.setdefault(row.slug, row)
        last[row.slug] = row
    return [
        SlugCount(slug=slug, severity=first[slug].severity, count=count, first=first[slug].path, last=last[slug].path)
        for slug, count in counts.most_common()
    ]


def _is_wanted(row: EntryRow, wanted: str) -> bool:
    if "*" in wanted:
        return fnmatchcase(row.slug.lower(), wanted)
    return wanted in row.slug.lower() or wanted in row.message.lower()
