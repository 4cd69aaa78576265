"""``clew``: the group of all commands.

A command's file is imported when the command is called, so that each starts at once.
"""

from __future__ import annotations

import importlib
import sys
from typing import NamedTuple

import click

from clew.cli.errors import guard, silence_stdout
from clew.cli.exit_codes import MEANINGS, ExitCode


class _Entry(NamedTuple):
    """Where a command is, and what it is for."""

    place: str
    """``module:name`` below :mod:`clew.cli`."""
    summary: str
    """One line; the command's own help says more."""


COMMANDS: dict[str, _Entry] = {
    "ls": _Entry("ls:ls", "List sessions, newest first."),
    "search": _Entry("search:search", "Find a text in the payloads of sessions."),
    "show": _Entry("show:show", "Show a session as an outline."),
    "snapshot": _Entry("snapshot:snapshot", "Show nodes whole, with their payloads."),
    "transcript": _Entry("transcript:transcript", "Show the messages of a session, and nothing else."),
    "trace": _Entry("trace:trace", "Write the flat trace document of a session."),
    "serve": _Entry("serve:serve", "Explore sessions in the browser."),
    "tui": _Entry("tui:tui", "Explore sessions on the terminal."),
    "tail": _Entry("tail:tail", "Show what happens in a session, act by act."),
    "play": _Entry("play:play", "Show a session in the terminal as it happened."),
    "why": _Entry("why:why", "Say why a session failed."),
    "diff": _Entry("diff:diff", "Compare two sessions."),
    "verify": _Entry("verify:verify", "Check journals for damage."),
    "slugs": _Entry("slugs:slugs", "List the log points that clew knows."),
    "stats": _Entry("stats.group:stats", "Figures over many sessions."),
    "import": _Entry("import_:import_command", "Take over sessions from other formats."),
    "run": _Entry("run:run_command", "Have an agent do a task, recorded."),
    "chat": _Entry("chat:chat", "Talk to the reference agent, recorded."),
    "replay": _Entry("replay:replay_command", "Run a program again, offline, against a recorded session."),
    "export": _Entry("export:export", "Write a session as one HTML file."),
    "pack": _Entry("pack:pack", "Pack a session into one checked file."),
    "unpack": _Entry("unpack:unpack", "Take the sessions of packs into the folder."),
    "rm": _Entry("rm:rm", "Remove sessions with all sessions below them."),
    "prune": _Entry("prune:prune", "Remove old sessions and unreferenced blobs."),
    "doctor": _Entry("doctor:doctor", "Check the folder, the disk and the installation."),
    "completion": _Entry("completion:completion", "Print a completion script for a shell."),
}
"""Every command, in the order of the help."""


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for it, and knows their summaries without."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.place.partition(":")
        command = getattr(importlib.import_module(f"clew.cli.{module}"), name)
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; that nobody reads its output any more is no error (click would exit with 1)."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            silence_stdout()
            return ctx.exit(ExitCode.OK)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands and the exit codes in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if not wanted or ctx.resilient_parsing:
        return
    from clew.store.process import VERSION

    click.echo(f"clew {VERSION}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Print the version."
)
@click.pass_context
def clew(ctx: click.Context) -> None:
    """See what an LLM agent did: sessions are recorded as trees, and shown here.

    ID is a session id, a unique beginning or end of one, 'last', or the path of a journal.
    Sessions lie in --dir, else $CLEW_DIR, else ./sessions.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    return guard(lambda: _invoke(arguments))


def main() -> None:
    """The console entry."""
    sys.exit(run())


def _invoke(arguments: list[str] | None) -> None:
    code = clew.main(args=arguments, prog_name="clew", standalone_mode=False)
    if isinstance(code, int) and code:
        raise click.exceptions.Exit(code)
