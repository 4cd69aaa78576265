"""``clew replay``: a program run again, offline, with a recorded session in the place of models and tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from clew.replay.divergence import Divergence
    from clew.replay.rerun import Report

_SHOWN = 5


@click.command("replay", short_help="Run a program again, offline, against a recorded session.")
@click.argument("reference", metavar="ID", type=options.SessionReference())
@click.argument("command", metavar="-- COMMAND…", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--on-divergence",
    type=click.Choice(["stop", "warn"]),
    default="stop",
    show_default=True,
    help="What to do where the run leaves the record: stop it, or say so and answer what the record has there.",
)
@click.option("--live-tools", is_flag=True, help="Let tools be called for real; only models are replayed.")
@click.option("--until", metavar="P", help="Replay up to and with the node at this path; what comes after it is live.")
@click.option(
    "--timing",
    type=click.Choice(["none", "original"]),
    default="none",
    show_default=True,
    help="Answer at once, or in the time that it took.",
)
@click.option(
    "--normalise",
    metavar="NAME",
    multiple=True,
    help="What may differ from run to run: times, ids, paths, or none; may be repeated.  [default: all three]",
)
@click.option("--say", is_flag=True, help="Type into the command what the user typed in the session.")
@options.folder_option
def replay_command(
    reference: str,
    command: tuple[str, ...],
    on_divergence: str,
    until: str | None,
    timing: str,
    normalise: tuple[str, ...],
    folder: Path | None,
    *,
    live_tools: bool,
    say: bool,
) -> None:
    """Run COMMAND against the session ID: models answer, and tools are stood in for, as recorded.

    The command needs no key and no network; it finds models by ANTHROPIC_BASE_URL and OPENAI_BASE_URL, which are set
    for it. What it records is the replay; 'clew show' it as any other session. Where it does something else than the
    record, the node and what differs are said, and the exit code is 14.
    """
    from clew.replay.command import run_command, said_in
    from clew.replay.normaliser import KNOWN
    from clew.replay.rerun import Rerun

    place, session_id = options.find(reference, folder)
    session = place.load(session_id)
    wanted = [name for name in normalise if name != "none"] if normalise else list(KNOWN)
    try:
        rerun = Rerun(
            session,
            on_divergence="stop" if on_divergence == "stop" else "warn",
            live_tools=live_tools,
            until=until,
            timing="original" if timing == "original" else "none",
            normalise=wanted,
        )
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    rerun.start()
    try:
        status = run_command(command, rerun, folder=place.path, said=said_in(session) if say else None)
    except OSError as problem:
        message = f"The command cannot be started ({problem.strerror}): {command[0]}"
        raise Stop(message, ExitCode.NOT_FOUND) from problem
    finally:
        report = rerun.finish()
    _tell(report, status)


def _tell(report: Report, status: int) -> None:
    """Say what came of it."""
    for divergence in report.divergences[:_SHOWN]:
        _tell_divergence(divergence)
    live = f", {report.live} live" if report.live else ""
    output.say(
        f"Replayed {report.original}: {report.models} requests to models{live} and {report.tools} calls of tools, "
        f"{len(report.divergences)} divergences; the command ended with {status}."
    )
    if report.replayed is not None:
        again = report.replayed
        output.say(
            f"The replay is the session {again.session_id}, in {again.folder}; "
            f"'clew diff {report.original} {again.session_id}' compares them."
        )
    if report.divergences:
        first = report.divergences[0]
        code = ExitCode.REFUSED if first.kind == "live" else ExitCode.DIVERGED
        raise Stop(f"The run left the record at {first.path or 'its end'}: {first.words}.", code)


def _tell_divergence(divergence: Divergence) -> None:
    """Say where the run left the record, and what was there and what is."""
    from clew.replay.difference import excerpts

    output.say(f"{divergence.path}  {divergence.kind}: {divergence.words}")
    for difference in divergence.differences[:_SHOWN]:
        recorded, found = excerpts(difference)
        output.say(f"    {difference.where}")
        output.say(f"      recorded  {recorded}")
        output.say(f"      found     {found}")
