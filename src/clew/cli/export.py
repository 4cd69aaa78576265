"""``clew export``: a session for those who have no clew: as one HTML file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.cli.library import library_at

_MEGABYTE = 1_000_000


@click.command(short_help="Write a session as one HTML file.")
@options.session_argument
@click.option("--html", "as_html", is_flag=True, help="As one HTML file that needs no server. The only form so far.")
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path),
    help="The file to write; - is stdout.  [default: session_<id>.html]",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    metavar="MB",
    help="How large the file may be; payloads that do not fit are left out.",
)
@options.folder_option
def export(reference: str, target: Path | None, folder: Path | None, *, as_html: bool, force: bool, most: int) -> None:
    """Write a session as one HTML file: the page of 'clew serve' with the session inside.

    It opens from disk in any browser, asks nobody anything, and holds all payloads in clear: treat it like the record.
    """
    from clew.web.carried import TooLong
    from clew.web.single import single_file

    if not as_html:
        raise click.UsageError("Say --html: it is the only form so far.")
    place, session_id = options.find(reference, folder)
    try:
        made = single_file(library_at(place.path), session_id, most=most * _MEGABYTE)
    except TooLong as problem:
        raise Stop(str(problem), ExitCode.USAGE) from problem
    if str(target) == "-":
        sys.stdout.buffer.write(made.document)
    else:
        path = target or Path(f"session_{session_id}.html")
        _write(path, made.document, force=force)
        output.write_line(str(path))
    if made.left_out:
        payloads = "1 payload" if made.left_out == 1 else f"{made.left_out} payloads"
        output.say(f"left out, because the file would have become too large: {payloads}; --most allows for more.")


def _write(path: Path, document: bytes, *, force: bool) -> None:
    """Write the file, readable by its owner only, like the record it is made from."""
    if force:
        path.unlink(missing_ok=True)
    try:
        with open(path, "xb", opener=_private) as file:
            file.write(document)
    except FileExistsError as problem:
        message = f"{path} is there already; name another file with -o, or say --force."
        raise Stop(message, ExitCode.REFUSED) from problem


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)
