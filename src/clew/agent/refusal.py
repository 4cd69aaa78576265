"""Calls that a tool never gets to see: the model asked for what there is not, or in a way that makes no sense.

Every tool refuses through these two functions, whatever its kind: the call is recorded as failed, and what they return
is what the model is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder


def unknown_tool(turn: HolderRecorder, name: str, arguments: object, call_id: str | None, known: Iterable[str]) -> str:
    """Record the call of a tool that there is not; the names of those there are may help the model."""
    with turn.tool(name, arguments, call_id=call_id) as tool:
        tool.fail(f"there is no tool {name}", slug="tool.not_found")
    names = ", ".join(known)
    return f"There is no tool {name}. There are: {names}." if names else f"There is no tool {name}."


def invalid_parameters(tool: ToolRecorder, problem: str) -> str:
    """Record that the parameters of a call do not fit, in words that the model can act on."""
    tool.fail(problem, slug="tool.invalid_params")
    return problem
