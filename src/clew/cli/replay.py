"""``clew replay``: a program run again, offline, with a recorded session in the place of models and tools."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.errors import SessionNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.replay.divergence import Divergence
    from clew.replay.rerun import Report, Rerun
    from clew.store.folder import Folder

_SHOWN = 5


@click.command("replay", short_help="Run a program again, offline, against a recorded session.")
@click.argument("reference", metavar="ID", type=options.SessionReference())
@click.argument("command", metavar="-- COMMAND…", nargs=-1, type=click.UNPROCESSED)
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

    The command needs no key and no network; clients that are recorded are led to the record, others find it by
    ANTHROPIC_BASE_URL and OPENAI_BASE_URL, which are set for it. What it records is the replay, tagged 'replay'; 'clew
    show' it as any other session. Where it does something else than the record, the node and what differs are said, and
    the exit code is 14. If the last session is itself a replay, 'last' is what it replays.
    """
    from clew.replay.command import said_in
    from clew.replay.normaliser import KNOWN
    from clew.replay.rerun import Rerun

    if not command:
        raise click.UsageError(f"There is no command to run, as in 'clew replay {reference} -- python my_agent.py'.")
    place, session_id = options.find(reference, folder)
    session = _chosen(place, session_id, reference)
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
    if not rerun.calls:
        message = f"The session {session.session_id} called no model and no tool: there is nothing to replay."
        raise Stop(message, ExitCode.NOT_FOUND)
    status = _run(command, rerun, place.path, said_in(session) if say else None)
    _tell(rerun.report, status)
    if status and session.status == "ok":
        raise Stop(f"The command {_ending(status)}, and the recorded session did not fail.", ExitCode.FAILED)


def _run(command: tuple[str, ...], rerun: Rerun, folder: Path, said: list[str] | None) -> int:
    """Run the command against the record, and return its exit status."""
    from clew.replay.command import run_command

    rerun.start()
    try:
        return run_command(command, rerun, folder=folder, said=said)
    except OSError as problem:
        message = f"The command cannot be started ({problem.strerror}): {command[0]}"
        raise Stop(message, ExitCode.NOT_FOUND) from problem
    except KeyboardInterrupt:
        output.say(f"Interrupted after {_answers(rerun.report)}; the command was ended.")
        raise
    finally:
        rerun.finish()


def _chosen(place: Folder, session_id: str, reference: str) -> Session:
    """The session that a reference means; if the last one was asked for and is a replay, what was recorded first."""
    session = place.load(session_id)
    known = {session_id}
    while reference == "last" and (original := _original(session)) is not None and original not in known:
        known.add(original)
        try:
            session = place.load(original)
        except SessionNotFound:
            break
    if session.session_id != session_id:
        output.say(f"The last session, {session_id}, is a replay; its original is replayed.")
    return session


def _original(session: Session) -> str | None:
    """The session that another one replays, if it does."""
    attributes = session.attributes.value if session.attributes is not None else None
    original = attributes.get("replay_of") if isinstance(attributes, dict) else None
    return original if isinstance(original, str) else None


def _tell(report: Report, status: int) -> None:
    """Say what came of it."""
    for divergence in report.divergences[:_SHOWN]:
        _tell_divergence(divergence)
    untold = len(report.divergences) - _SHOWN
    if untold > 0:
        output.say(f"… and {_several(untold, 'divergence')} more")
    left = _several(len(report.divergences), "divergence")
    output.say(f"Replayed {report.original}: {_answers(report)}, {left}; the command {_ending(status)}.")
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


def _answers(report: Report) -> str:
    """What was answered, in words."""
    live = f", {report.live} live" if report.live else ""
    return f"{_several(report.models, 'request')} to models{live} and {_several(report.tools, 'call')} of tools"


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ending(status: int) -> str:
    """How a command ended, in words."""
    if status >= 0:
        return f"ended with {status}"
    name = str(-status)
    with suppress(ValueError):  # a number that this system has no name for
        name = signal.Signals(-status).name
    return f"was ended by the signal {name}"


def _tell_divergence(divergence: Divergence) -> None:
    """Say where the run left the record, and what was there and what is."""
    from clew.replay.difference import excerpts

    output.say(f"{divergence.path or 'end'} {divergence.kind}: {divergence.words}")
    for difference in divergence.differences[:_SHOWN]:
        recorded, found = excerpts(difference)
        output.say(difference.where, indent=4)
        output.say(f"recorded: {recorded}", indent=6)
        output.say(f"found: {found}", indent=9)
