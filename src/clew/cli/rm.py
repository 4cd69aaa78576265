"""``clew rm``: sessions, the sessions below them, and the blobs that nothing else refers to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from clew.store.prune import Plan


@click.command(short_help="Remove sessions with all sessions below them.")
@click.argument("references", metavar="ID...", nargs=-1, required=True, type=options.SessionReference())
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@options.folder_option
@options.json_option
def rm(references: tuple[str, ...], folder: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Remove sessions with all sessions below them; never one that is being written. Either all of them go, or none."""
    from clew.errors import SessionIsLive
    from clew.store.prune import carry_out, plan_removal

    found = [options.find(reference, folder) for reference in references]
    try:
        plans = [plan_removal(place, [session_id], now=time.time()) for place, session_id in found]
    except SessionIsLive as problem:
        raise Stop(str(problem), ExitCode.REFUSED) from problem
    for plan in plans:
        if not dry_run:
            carry_out(plan)
        report(plan, dry_run=dry_run, as_json=as_json)


def report(plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    """Say what went, or what would go: the ids on stdout, the sum on stderr."""
    from clew.text.numbers import counted, size

    ids = [session_id for family in plan.families for session_id in family.ids]
    if as_json:
        output.write_json_line(
            {"sessions": ids, "blobs": [path.name for path in plan.blobs], "bytes": plan.size, "dryRun": dry_run}
        )
    else:
        for session_id in ids:
            output.write_line(session_id)
    verb = "Would remove" if dry_run else "Removed"
    output.say(f"{verb} {counted(len(ids), 'session')} and {counted(len(plan.blobs), 'blob')}, {size(plan.size)}.")
