"""``clew tail``: what happens in a session, act by act; with ``-f`` as it happens."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.model.act import Act
    from clew.store.folder import Folder

POLL = 0.2
"""Seconds between two looks at a journal that is being followed."""

_LINES = 20


@click.command(short_help="Show what happens in a session, act by act.")
@options.session_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the session ends.")
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
def tail(reference: str, lines: int, folder: Path | None, *, follow: bool, as_json: bool, ascii_signs: bool) -> None:
    """Show the last acts of a session, and with -f each further one as it happens."""
    place, session_id = options.find(reference, folder)
    write = _json_writer() if as_json else _row_writer(ascii_signs=ascii_signs)
    batches = follow_acts(place, session_id)
    for act, segment in deque(next(batches), maxlen=lines or None):
        write(act, segment)
    if not follow:
        return
    for batch in batches:
        for act, segment in batch:
            write(act, segment)
    ended = "was written to its end" if _has_ended(place, session_id) else "has no end: its writer died"
    output.say(f"The session {session_id} {ended}.")


def follow_acts(
    folder: Folder, session_id: str, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[tuple[Act, int]]]:
    """The acts of a session with their segments.

    All there are, then each batch that comes, until nobody writes any more.
    """
    from clew.store.folder import Folder
    from clew.store.segment import SegmentReader

    readers: list[SegmentReader] = []
    first = True
    while True:
        paths = Folder(folder.path).segments(session_id)
        readers += [SegmentReader(path, number) for number, path in enumerate(paths, 1) if number > len(readers)]
        batch = [(act, reader.segment.number) for reader in readers for act in reader.read()]
        if batch or first:
            yield batch
        first = False
        if not any(reader.segment.alive for reader in readers):
            return
        sleep(POLL)


def _row_writer(*, ascii_signs: bool) -> Callable[[Act, int], None]:
    import sys

    from clew.text.ticker import Ticker

    ticker = Ticker()

    def write(act: Act, segment: int) -> None:
        row = ticker.row(act, segment)
        if row is not None:
            output.write_rows([row], ascii_signs=ascii_signs)
            sys.stdout.flush()

    return write


def _json_writer() -> Callable[[Act, int], None]:
    from clew.text.ticker import Ticker, act_facts

    ticker = Ticker()

    def write(act: Act, segment: int) -> None:
        output.write_json_line({"path": ticker.path(act, segment), "segment": segment, **act_facts(act)})

    return write


def _has_ended(folder: Folder, session_id: str) -> bool:
    return folder.load(session_id).status in {"ok", "failed"}
