"""``clew tail``: what happens in a session, act by act; with ``-f`` as it happens, in many sessions if asked."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.query_words import QueryWord, query_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from clew.cli.watch import Seen, Watch
    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.store.folder import Folder
    from clew.text.row import Row

    Write = Callable[[Iterable[Seen]], None]

_LINES = 20
_LOOKS = 5
"""Looks at journals for one look at the folder."""
_AGENT = 12
_END_OF_ID = 8


class _Word(QueryWord):
    """A session, or a word of a query."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Ids first, then what a query may say."""
        sessions = options.SessionReference().shell_complete(ctx, param, incomplete)
        return sessions + super().shell_complete(ctx, param, incomplete)


@click.command(short_help="Show what happens in a session, act by act.")
@click.argument("words", metavar="[ID|QUERY]...", nargs=-1, type=_Word())
@click.option("-f", "--follow", is_flag=True, help="Go on as it happens: with an ID until the session ends.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(min=0),
    default=_LINES,
    show_default=True,
    help="Begin with the last so many acts; 0 for all.",
)
@options.folder_option
@options.json_option
@options.ascii_option
def tail(
    words: Sequence[str], lines: int, folder: Path | None, *, follow: bool, as_json: bool, ascii_signs: bool
) -> None:
    """Show the last acts of a session, and with -f each further one as it happens, those of child sessions too.

    A QUERY (a word with a colon, or several words) follows every running session that it means, also those that begin
    later, until you interrupt it; each line then names the agent and the end of the session's id. 'status:live' is all.
    """
    if is_query(words):
        if not follow:
            raise click.UsageError("A query is followed: add -f, or name one session.")
        write = _json_writer() if as_json else _row_writer(named=True, ascii_signs=ascii_signs)
        follow_query(query_of(words), folder, write, lines=lines)
        return
    place, session_id = options.find(words[0] if words else "last", folder)
    write = _json_writer() if as_json else _row_writer(named=False, ascii_signs=ascii_signs)
    follow_session(place, session_id, write, lines=lines, follow=follow)
    if follow:
        ended = "was written to its end" if _has_ended(place, session_id) else "has no end: its writer died"
        output.say(f"The session {session_id} {ended}.")


def is_query(words: Sequence[str]) -> bool:
    """Whether words are a query, and not a person's word for one session."""
    if len(words) != 1:
        return bool(words)
    (word,) = words
    return word.startswith('"') or (":" in word and os.sep not in word and not word.endswith(".jsonl"))


def follow_session(
    place: Folder,
    session_id: str,
    write: Write,
    *,
    lines: int = 0,
    follow: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write the last acts of a session; to ``follow`` it is to write all further ones until nobody writes it."""
    from clew.cli.watch import Watch, looks

    watch = Watch(place.path, children=follow, nested=True)
    watch.add(session_id)
    found = looks(watch, sleep)
    write(deque(next(found), maxlen=lines or None))
    if follow:
        for new in found:
            write(new)


def follow_query(
    query: Query,
    folder: Path | None,
    write: Write,
    *,
    lines: int = _LINES,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write what happens in the sessions that a query means, for ever."""
    from clew.cli.library import library_at
    from clew.cli.watch import Watch, looks

    library = library_at(folder)
    watch = Watch(library.path)
    found = looks(watch, sleep, _Meant(library, query, watch, lines or None).look)
    write(deque(next(found), maxlen=lines or None))
    for new in found:
        write(new)


class _Meant:
    """Adds the sessions that a query means to a watch: those that run, and those that began since it did."""

    def __init__(self, library: Library, query: Query, watch: Watch, lines: int | None) -> None:
        self._library = library
        self._query = query
        self._watch = watch
        self._lines = lines
        self._before = frozenset(library.ids())
        self._looks = 0

    def look(self) -> None:
        """Look for further sessions, every now and then."""
        self._looks += 1
        if self._looks % _LOOKS != 1:
            return
        self._library.refresh()
        for row in self._library.sessions(self._query, children=True):
            if row.status == "running" or row.session_id not in self._before:
                self._watch.add(row.session_id, last=self._lines if row.session_id in self._before else None)


def _row_writer(*, named: bool, ascii_signs: bool) -> Write:
    import sys

    def write(found: Iterable[Seen]) -> None:
        rows = [
            (*(_name(seen) if named else ()), *row)
            for seen in found
            if (row := seen.session.ticker.row(seen.act, seen.segment)) is not None
        ]
        output.write_rows(rows, ascii_signs=ascii_signs)
        sys.stdout.flush()

    return write


def _name(seen: Seen) -> Row:
    """Whose act it is."""
    from clew.text.clean import one_line
    from clew.text.row import Span, crop, pad

    agent = crop(one_line(seen.session.agent_id or ""), _AGENT)
    return (*pad((Span(agent),), _AGENT), Span(f" {seen.session.session_id[-_END_OF_ID:]}  ", "dim"))


def _json_writer() -> Write:
    from clew.text.ticker import act_facts

    def write(found: Iterable[Seen]) -> None:
        for act, segment, session in found:
            about = {"sessionId": session.session_id, "agentId": session.agent_id}
            path = session.ticker.path(act, segment)
            output.write_json_line({**about, "path": path, "segment": segment, **act_facts(act)})

    return write


def _has_ended(folder: Folder, session_id: str) -> bool:
    from clew.store.folder import Folder

    return Folder(folder.path).load(session_id).status in {"ok", "failed"}
