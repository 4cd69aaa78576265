"""``clew trace``: the flat trace document of a session (seed 003), made from its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Write the flat trace document of a session.")
@options.session_argument
@options.folder_option
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: a trace is JSON.")
def trace(reference: str, folder: Path | None, *, as_json: bool) -> None:  # noqa: ARG001 - a trace is JSON either way
    """Write the trace document of a session to stdout."""
    from clew.exporters.trace import trace_chunks

    place, session_id = options.find(reference, folder)
    output.write_text(trace_chunks(place.load(session_id)))
