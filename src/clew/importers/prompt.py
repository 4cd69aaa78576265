"""What a person typed, and what only looks like it.

Records of type ``user`` also hold tool results, texts the client put in by itself, summaries of compacted
conversations, notices of an interruption, and the output of local commands. Slash commands are written as tags.
"""

from __future__ import annotations

import re
from typing import Literal

from clew.importers.answer import result_ids
from clew.importers.transcript import Record

Kind = Literal["result", "meta", "summary", "interruption", "output", "command", "message"]

_INTERRUPTED = "[Request interrupted"
_OUTPUTS = ("<local-command", "<bash-stdout", "<bash-stderr")
_COMMAND = re.compile(r"<command-name>\s*(.*?)\s*</command-name>", re.DOTALL)
_SHELL = "<bash-input>"
_TITLE = 80
"""Characters of a prompt that make a title."""


def kind_of(record: Record) -> Kind:
    """What a ``user`` record is."""
    text = record.text
    if result_ids(record):
        return "result"
    if record.flag("isCompactSummary"):
        return "summary"
    if record.flag("isMeta"):
        return "meta"
    if text.startswith(_INTERRUPTED):
        return "interruption"
    if text.startswith(_OUTPUTS):
        return "output"
    return "message" if command_in(text) is None else "command"


def command_in(text: str) -> str | None:
    """The command a text stands for, with its slash; ``!`` for a shell command."""
    if text.startswith(_SHELL):
        return "!"
    found = _COMMAND.search(text) if text.startswith(("<command-", "\n<command-")) else None
    return found[1] if found else None


def title_of(text: str) -> str | None:
    """A title for a session that began with a prompt: its first line, shortened."""
    lines = (command_in(text) or text).strip().splitlines()
    if not lines:
        return None
    return lines[0] if len(lines[0]) <= _TITLE else lines[0][: _TITLE - 1].rstrip() + "…"
