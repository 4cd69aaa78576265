"""``clew ls``: which sessions there are, newest first.

One that cannot be read has a row like the others, which says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clew.cli import options, output
from clew.errors import RecordError

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.store.folder import Folder

_LIMIT = 50


@click.command(short_help="List sessions, newest first.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True, help="At most so many; 0 for all."
)
@click.option("--children", is_flag=True, help="Sessions that other sessions started, too.")
@options.folder_option
@options.json_option
@options.ascii_option
def ls(limit: int, folder: Path | None, *, children: bool, as_json: bool, ascii_signs: bool) -> None:
    """List sessions, newest first: id, agent, status, turns, time, tokens, cost, title.

    Sums include child sessions.
    """
    from clew.text.tables import session_table

    place = options.folder_at(folder)
    ids = [session_id for session_id in place.ids() if children or place.parent(session_id) is None]
    chosen = ids[:limit] if limit else ids
    found = [(session_id, _load(place, session_id)) for session_id in chosen]
    if as_json:
        output.write_json([_facts(session_id, session) for session_id, session in found])
    else:
        output.write_rows(session_table(found), ascii_signs=ascii_signs, at_edge=True)
    if len(chosen) < len(ids):
        output.say(f"{len(ids) - len(chosen)} older ones are not shown; -n 0 shows all.")
    elif not ids:
        output.say(f"There are no sessions in {place.path}.")


def _load(folder: Folder, session_id: str) -> Session | str:
    """The session, or the sentence that says why it cannot be read."""
    try:
        return folder.load(session_id)
    except RecordError as problem:
        return str(problem)


def _facts(session_id: str, session: Session | str) -> dict[str, Any]:
    from clew.text.facts import session_facts

    if isinstance(session, str):
        return {"sessionId": session_id, "status": "unreadable", "error": session}
    return session_facts(session)
