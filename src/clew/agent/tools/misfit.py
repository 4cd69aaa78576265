"""What an agent file says that cannot be: its form is right, and what it names is not there or does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.agent.fault import find_line
from clew.errors import AgentFileError

if TYPE_CHECKING:
    from clew.agent.definition import Definition


def misfit(definition: Definition, place: str, problem: str) -> AgentFileError:
    """The error that names the file, the line and the key; ``place`` is like ``functions[0].target``."""
    try:
        line = find_line(definition.path.read_text("utf-8"), f"- at `$.{place}`")
    except OSError:
        line = None
    where = f"{definition.path}, line {line}," if line is not None else str(definition.path)
    return AgentFileError(f"Agent file {where} is not usable: at `{place}`, {problem}.")
