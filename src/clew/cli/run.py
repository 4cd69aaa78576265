"""``clew run``: one task for an agent, and its report on stdout."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.cli.options import folder_option

if TYPE_CHECKING:
    from clew.agent.definition import Definition
    from clew.agent.errand import Errand


@click.command("run", short_help="Have an agent do a task, recorded.")
@click.argument("agent", metavar="AGENT.toml", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("task")
@folder_option
@click.option(
    "--scenario",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Let scripted models answer from this file; needs no key.",
)
def run_command(agent: Path, task: str, folder: Path | None, scenario: Path | None) -> None:
    """Have the agent of a file do a task, and print its final report; the session is recorded.

    The keys of the models' providers are taken from the environment variables that the file names.
    """
    from clew.agent.definition import load_definition

    definition = load_definition(agent)
    with ExitStack() as until_the_end:
        errand = _run(definition, task, folder, scripted(until_the_end, scenario))
    if not errand.succeeded:
        raise _failed(errand)
    _print(errand.ending.text)


def scripted(until_the_end: ExitStack, scenario: Path | None) -> str | None:
    """The address of a server that answers from a scenario, if one was asked for."""
    if scenario is None:
        return None
    from clew.protocol import ModelServer, load_scenario

    return until_the_end.enter_context(ModelServer(load_scenario(scenario))).base_url


def _run(definition: Definition, task: str, folder: Path | None, server: str | None) -> Errand:
    from clew.agent.errand import run_errand
    from clew.agent.speaker import KeyRefused

    try:
        return run_errand(definition, task, folder=folder, server=server)
    except KeyRefused as error:
        raise Stop(str(error), ExitCode.BAD_CREDENTIALS) from error


def _failed(errand: Errand) -> Stop:
    """What a person is told of a task that failed: a sentence with nothing internal in it, and where to look."""
    from clew.agent.speaker import KEY_REFUSED, SERVER_AWAY

    codes = {KEY_REFUSED.slug: ExitCode.BAD_CREDENTIALS, SERVER_AWAY.slug: ExitCode.NO_MODEL}
    failure = errand.failure
    code = codes.get(failure.slug or "", ExitCode.FAILED) if failure is not None else ExitCode.FAILED
    reference = (failure.incident if failure is not None else None) or errand.session_id
    return Stop(f"{errand.public} Incident {reference}; 'clew why {reference}' says why.", code)


def _print(report: str) -> None:
    """Write the report as it is, without anything that a terminal would obey."""
    from clew.cli.output import write_line

    write_line(report)
