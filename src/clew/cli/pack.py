"""``clew pack``: a session with its segments, child sessions and blobs in one checked file."""

from __future__ import annotations

from pathlib import Path

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode


@click.command(short_help="Pack a session into one checked file.")
@options.session_argument
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: session_<id>.clew.zip]",
)
@options.folder_option
@options.json_option
def pack(reference: str, target: Path | None, folder: Path | None, *, as_json: bool) -> None:
    """Pack a session into one file and print its path. The file checks itself when it is unpacked."""
    from clew.store.pack import pack as write_pack
    from clew.text.numbers import counted

    place, session_id = options.find(reference, folder)
    path = target or Path(f"session_{session_id}.clew.zip")
    try:
        manifest = write_pack(place, session_id, path)
    except FileExistsError as problem:
        message = f"{path} is there already; name another file with -o."
        raise Stop(message, ExitCode.REFUSED) from problem
    if as_json:
        output.write_json({"file": str(path), "manifest": manifest})
    else:
        output.write_line(str(path))
    output.say(f"Packed {counted(len(manifest.members), 'file')} of session {session_id}.")
