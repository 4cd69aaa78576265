"""``clew unpack``: the sessions of packs, checked, into the folder."""

from __future__ import annotations

from pathlib import Path

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode


@click.command(short_help="Take the sessions of packs into the folder.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.folder_option
@options.json_option
def unpack(files: tuple[Path, ...], folder: Path | None, *, as_json: bool) -> None:
    """Take the sessions of packs into the folder and print their ids. What is there already is never replaced."""
    from clew.errors import SessionExists
    from clew.store.unpack import unpack as read_pack

    place = options.folder_at(folder)
    for file in files:
        try:
            manifest = read_pack(place, file)
        except SessionExists as problem:
            raise Stop(str(problem), ExitCode.REFUSED) from problem
        if as_json:
            output.write_json_line({"file": str(file), "folder": str(place.path), "manifest": manifest})
        else:
            output.write_line(manifest.session_id)
