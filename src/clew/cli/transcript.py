"""``clew transcript``: the messages of a session, for those who took part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Show the messages of a session, and nothing else.")
@options.session_argument
@options.folder_option
@options.json_option
@options.ascii_option
def transcript(reference: str, folder: Path | None, *, as_json: bool, ascii_signs: bool) -> None:
    """Show what was typed and what was answered: no tools, no workflow events, no internal names.

    ID is 'last' unless given. It can be given to the user whose session it is.
    """
    from clew.text.transcript import messages
    from clew.text.transcript import transcript as rows_of

    place, session_id = options.find(reference, folder)
    session = place.load(session_id)
    if as_json:
        output.write_json([message._asdict() for message in messages(session)])
    else:
        output.write_rows(rows_of(session), ascii_signs=ascii_signs)
