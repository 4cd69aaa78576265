"""``clew stats``: an overview, or one kind of figures."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_OVERVIEW = "overview"


class _Entry(NamedTuple):
    """Where a command is, and what it is for."""

    module: str
    """The module below :mod:`clew.cli.stats`; the command has the name it is typed with."""
    summary: str


COMMANDS: dict[str, _Entry] = {
    "cost": _Entry("cost", "What sessions cost, by model or anything else."),
    "tokens": _Entry("tokens", "Which tokens they used."),
    "tools": _Entry("tools", "Which tools they called, and how the calls ended."),
    "failures": _Entry("failures", "Which failures there are, how often, and whether they become more."),
    "latency": _Entry("latency", "How long models and tools take."),
}
"""Every kind of figures."""


class StatsGroup(click.Group):
    """A group that imports a command when it is asked for it; anything else is a query for the overview."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None and cmd_name != _OVERVIEW:
            return None
        module = importlib.import_module(f"clew.cli.stats.{entry.module if entry is not None else _OVERVIEW}")
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without the name of a command, it is the overview."""
        named = args and (args[0] in COMMANDS or args[0] in ctx.help_option_names)
        completing = not args and ctx.resilient_parsing  # the word at the cursor is not among them
        return super().parse_args(ctx, args if named or completing else [_OVERVIEW, *args])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """A command, or the first word of a query."""
        from clew.cli.query_words import QueryWord

        words = QueryWord().shell_complete(ctx, click.Argument(["words"]), incomplete)
        return super().shell_complete(ctx, incomplete) + words

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=StatsGroup, short_help="Figures over many sessions.", subcommand_metavar="[COMMAND] [QUERY]...")
def stats() -> None:
    """Figures over the sessions that a query means and all below them, each counted once.

    Without a command an overview: how sessions ended, tokens, cost, calls, reasons of failure, and when they ran.
    It takes --days, --json, --ascii and --dir as the commands do.
    """
