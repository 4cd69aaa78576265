"""``clew chat``: an agent at the keyboard, every session recorded."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.agent import MODEL
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.cli.options import folder_option
from clew.cli.run import scripted

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command("chat")
@click.argument("agent", metavar="[AGENT.toml]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--model", default=MODEL, show_default=True, help="The model that answers.")
@click.option(
    "--memory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("memory"),
    show_default=True,
    help="The folder in which the agent keeps what it remembers.",
)
@folder_option
@click.option("--base-url", help="The address of another server that speaks the Messages API.")
@click.option(
    "--scenario",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Let a scripted model answer from this file; needs no key.",
)
def chat(
    agent: Path | None, model: str, memory: Path, folder: Path | None, base_url: str | None, scenario: Path | None
) -> None:
    """Talk with an agent: with that of a file, else with one that remembers; its sessions are recorded.

    The key of the model's provider is taken from ANTHROPIC_API_KEY, or from where the agent file says; the file says
    too who answers, so --model, --memory and --base-url are for the agent without one. In the chat, /help says what
    can be typed.
    """
    with ExitStack() as until_the_end:
        if agent is not None:
            _talk_with(agent, folder=folder, server=scripted(until_the_end, scenario))
            return
        key, address = _server(until_the_end, base_url, scenario)
        _talk(key, address, model=model, memory=memory, folder=folder)


def _server(until_the_end: ExitStack, base_url: str | None, scenario: Path | None) -> tuple[str, str | None]:
    """The key and the address of the server that was asked for; the scripted one is started."""
    if scenario is not None:
        return "scripted", scripted(until_the_end, scenario)
    key = os.environ.get("ANTHROPIC_API_KEY")
    if not key and base_url is None:
        sentence = "There is no API key: set ANTHROPIC_API_KEY, or let a script answer with --scenario FILE."
        raise Stop(sentence, ExitCode.BAD_CREDENTIALS)
    return key or "none", base_url


def _talk(key: str, address: str | None, *, model: str, memory: Path, folder: Path | None) -> None:
    """Run the chat at the terminal."""
    from clew.agent.client import connect  # first: it says what to install without the SDK
    from clew.agent.chat import Chat  # isort: skip
    from clew.agent.memory import Memory  # isort: skip

    with _ending_early(), connect(api_key=key, base_url=address) as client:
        Chat(client, Memory(memory), model=model, ask=input, say=_say, folder=folder).run()


def _talk_with(agent: Path, *, folder: Path | None, server: str | None) -> None:
    """Run a chat with the agent of a file at the terminal."""
    from clew.agent.agent_chat import AgentChat
    from clew.agent.definition import load_definition
    from clew.agent.errand import open_models
    from clew.agent.menu_chat import MenuChat
    from clew.agent.tools.kit import open_kit

    definition = load_definition(agent)
    with (
        _ending_early(),
        open_models(definition, server=server) as models,
        open_kit(definition, server=server) as toolbox,
    ):
        if definition.menu is None:
            AgentChat(definition, models, toolbox, ask=input, say=_say, folder=folder).run()
        else:
            MenuChat(definition, definition.menu, models, toolbox, ask=input, say=_say, folder=folder).run()


@contextmanager
def _ending_early() -> Iterator[None]:
    """Turn what ends a chat early into an exit code."""
    from clew.agent.speaker import KeyRefused, ModelAway

    try:
        yield
    except KeyRefused as error:
        raise Stop(str(error), ExitCode.BAD_CREDENTIALS) from error
    except ModelAway as error:
        raise Stop(str(error), ExitCode.NO_MODEL) from error


def _say(text: str) -> None:
    """Show what the agent says, without anything that a terminal would obey."""
    from clew.text.clean import clean

    click.echo(clean(text), nl=False)
