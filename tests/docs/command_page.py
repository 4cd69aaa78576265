"""The pages on the command line, made of the commands themselves: ``docs/cli.md`` and ``docs/exit-codes.md``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from clew.cli.exit_codes import MEANINGS
from clew.cli.main import COMMANDS, clew

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "python -m tests.docs"
"""What makes every page anew."""

_COMMANDS = f"""# Commands

Every command, with all it takes. `clew COMMAND --help` says the same. What they are for is told in
[Exploring sessions](exploring.md), [Testing](testing.md), [Replaying a session](replay.md) and
[Operating an agent](operations.md); what their exit codes mean in [Exit codes](exit-codes.md).

`ID` is a session id, a unique beginning or end of one, `last`, or the path of a journal. `QUERY` is in the
[query language](query.md). `P` is a [path](glossary.md#path). Data goes to stdout, narration to stderr.

This page is made by `{COMMAND}`.
"""
_EXIT_CODES = f"""# Exit codes

What `clew` ends with. Scripts can rely on these numbers; they never change their meaning. A code other than 0 comes
with one sentence on stderr that says what is wrong and what to do. `clew run` and `clew replay` end with these codes
too, not with those of the agent.

This page is made by `{COMMAND}`.

| code | meaning |
|---|---|
"""


def exit_code_page() -> str:
    """The page of exit codes, as it should be."""
    return _EXIT_CODES + "".join(f"| {int(code)} | {meaning} |\n" for code, meaning in MEANINGS.items())


def command_page() -> str:
    """The page of commands, as it should be."""
    parts = [_COMMANDS]
    context = click.Context(clew, info_name="clew")
    for name in COMMANDS:
        command = clew.get_command(context, name)
        if command is not None:
            parts += _sections(command, f"clew {name}", context, "##")
    return "\n".join(parts)


def _sections(command: click.Command, called: str, parent: click.Context, sign: str) -> Iterator[str]:
    """What is to be said of a command, and of those below it."""
    context = click.Context(command, info_name=called.rpartition(" ")[2], parent=parent)
    usage = " ".join([called, *command.collect_usage_pieces(context)])
    yield f"{sign} `{called}`\n\n{_prose(command.help or '')}\n\n```text\n{usage}\n```\n"
    rows = [_row(option, context) for option in command.params if isinstance(option, click.Option)]
    shown = [row for row in rows if row]
    if shown:
        yield f"| option | what it does |\n|---|---|\n{''.join(shown)}"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _sections(below, f"{called} {name}", context, f"{sign}#")


def _row(option: click.Option, context: click.Context) -> str:
    """An option, as its help has it."""
    record = option.get_help_record(context)
    if record is None:
        return ""
    names, text = record
    return f"| `{names.replace('|', chr(92) + '|')}` | {_prose(text).replace('|', chr(92) + '|')} |\n"


def _prose(text: str) -> str:
    """Help as Markdown: paragraphs on lines of their own, what is typed between quotes as code."""
    paragraphs = [_paragraph(part) for part in re.split(r"\n\s*\n", text.strip())]
    return "\n\n".join(paragraphs)


def _paragraph(text: str) -> str:
    if "\b" in text:
        lines = [line.strip() for line in text.replace("\b", "").strip().splitlines()]
        return "```text\n" + "\n".join(lines) + "\n```"
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"(?<![\w`])'((?:clew )?[^'`]{1,60}?)'(?!\w)", r"`\1`", text).replace("<", "&lt;")
