"""``clew completion``: the script that teaches a shell to complete commands, options and session ids."""

from __future__ import annotations

import click

from clew.cli import output

SHELLS = ("bash", "zsh", "fish")
"""Shells there is a script for."""


@click.command(short_help="Print a completion script for a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a completion script; for bash put this into ~/.bashrc: eval "$(clew completion bash)"."""
    from click.shell_completion import get_completion_class

    from clew.cli.main import clew

    kind = get_completion_class(shell)
    if kind is not None:
        output.write_line(kind(clew, {}, "clew", "_CLEW_COMPLETE").source())
