"""``clew why``: why a session failed, in ten lines, or what it recovered from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from pathlib import Path

    from clew.store.folder import Folder


@click.command(short_help="Say why a session failed.")
@click.argument("reference", metavar="[ID|INCIDENT]", type=options.SessionReference(), default="last")
@options.folder_option
@options.json_option
@options.ascii_option
def why(reference: str, folder: Path | None, *, as_json: bool, ascii_signs: bool) -> None:
    """Say why a session failed: what happened, where, whose fault it is, on what evidence, and what to do.

    An incident is the eight digits that a user was told instead of the error. Sessions that were interrupted get an
    answer too, and those that went well say what they recovered from. The rules are in docs/failures.md.
    """
    from clew.text.why import why_facts, why_rows
    from clew.tree.failure import explain

    place, session_id = _find(reference, folder)
    session = place.load(session_id)
    told = explain(session)
    named = str(folder) if folder is not None else ""
    if as_json:
        output.write_json(why_facts(session, told, named))
    else:
        output.write_rows(why_rows(session, told, named), ascii_signs=ascii_signs)


def _find(reference: str, folder: Path | None) -> tuple[Folder, str]:
    """The session that a word means; the digits of an incident, if they are not those of an id."""
    from clew.errors import SessionNotFound
    from clew.store.incident import find_incident, is_incident

    try:
        return options.find(reference, folder)
    except SessionNotFound:
        if not is_incident(reference):
            raise
    place = options.folder_at(folder)
    return place, _noted(place, reference) or find_incident(place, reference)


def _noted(place: Folder, incident: str) -> str | None:
    """The newest session that ended with an incident, if there is an index that knows of it."""
    from clew.store.index.database import catalog_path

    if not catalog_path(place.path).exists():
        return None
    from clew.cli.library import library_at

    rows = library_at(place.path).index.rows(
        "SELECT session_id FROM session WHERE incident = ? ORDER BY session_id DESC LIMIT 1", (incident,)
    )
    return str(rows[0][0]) if rows else None
