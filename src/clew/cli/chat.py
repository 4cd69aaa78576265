"""``clew chat``: the reference agent at the keyboard, every session recorded."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from clew.agent import MODEL
from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.cli.options import folder_option


@click.command("chat")
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
def chat(model: str, memory: Path, folder: Path | None, base_url: str | None, scenario: Path | None) -> None:
    """Talk with an agent that remembers; its sessions are recorded.

    The key of the model's provider is taken from ANTHROPIC_API_KEY. In the chat, /help says what can be typed.
    """
    with ExitStack() as until_the_end:
        key, address = _server(until_the_end, base_url, scenario)
        _talk(key, address, model=model, memory=memory, folder=folder)


def _server(until_the_end: ExitStack, base_url: str | None, scenario: Path | None) -> tuple[str, str | None]:
    """The key and the address of the server that was asked for; the scripted one is started."""
    key = os.environ.get("ANTHROPIC_API_KEY")
    if scenario is not None:
        from clew.protocol import ModelServer, load_scenario

        return "scripted", until_the_end.enter_context(ModelServer(load_scenario(scenario))).base_url
    if not key and base_url is None:
        sentence = "There is no API key: set ANTHROPIC_API_KEY, or let a script answer with --scenario FILE."
        raise Stop(sentence, ExitCode.BAD_CREDENTIALS)
    return key or "none", base_url


def _talk(key: str, address: str | None, *, model: str, memory: Path, folder: Path | None) -> None:
    """Run the chat at the terminal, and turn what ends it early into an exit code."""
    from clew.agent.client import KeyRefused, ModelAway, connect  # first: it says what to install without the SDK
    from clew.agent.chat import Chat  # isort: skip
    from clew.agent.memory import Memory  # isort: skip

    try:
        with connect(api_key=key, base_url=address) as client:
            Chat(client, Memory(memory), model=model, ask=input, say=_say, folder=folder).run()
    except KeyRefused as error:
        raise Stop(str(error), ExitCode.BAD_CREDENTIALS) from error
    except ModelAway as error:
        raise Stop(str(error), ExitCode.NO_MODEL) from error


def _say(text: str) -> None:
    """Show what the agent says, without anything that a terminal would obey."""
    from clew.text.clean import clean

    click.echo(clean(text), nl=False)
