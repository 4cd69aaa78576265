"""Anthropic's memory tool (``memory_20250818``) on real files, each command a recorded tool call.

The commands themselves, and the refusal of every path that leads out of ``/memories``, are the SDK's. Recording sits on
``execute``, through which every command passes whoever asked for it: this agent, or the SDK's own tool runner.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from anthropic.tools import BetaLocalFilesystemMemoryTool, ToolError

import clew
from clew.agent.refusal import invalid_parameters
from clew.record.standin import instrumented, stand_in_result
from clew.record.turn import HolderRecorder

if TYPE_CHECKING:
    from pathlib import Path

    from anthropic.types import MemoryTool20250818Param
    from anthropic.types.beta import BetaMemoryTool20250818Command

REQUIRED = {
    "view": ("path",),
    "create": ("path", "file_text"),
    "str_replace": ("path", "old_str", "new_str"),
    "insert": ("path", "insert_line", "insert_text"),
    "delete": ("path",),
    "rename": ("old_path", "new_path"),
}
"""The commands, and the parameters without which they mean nothing."""

_call_id: ContextVar[str | None] = ContextVar("clew_memory_call_id", default=None)


class Memory(BetaLocalFilesystemMemoryTool):
    """The files an agent remembers by, in a folder ``memories`` under a folder of the user's choice."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        instrumented("memory")

    def definition(self) -> MemoryTool20250818Param:
        """How the tool is described to the model: the provider knows the rest."""
        return {"type": "memory_20250818", "name": "memory"}

    def run(self, parameters: dict[str, Any], call_id: str | None = None) -> str:
        """Carry out a command as the model gave it."""
        token = _call_id.set(call_id)
        try:
            return str(self.call(parameters))
        finally:
            _call_id.reset(token)

    def execute(self, command: BetaMemoryTool20250818Command) -> str:
        """Carry out a command, recorded in the node in force."""
        node = clew.current()
        if not isinstance(node, HolderRecorder):
            return self._carry_out(command)
        parameters = _parameters(command)
        problem = _problem(parameters)
        name = parameters.pop("command") if isinstance(parameters.get("command"), str) else None
        with node.tool("memory", parameters, command=name, call_id=_call_id.get()) as tool:
            if problem is None:
                result = self._result(command, name, parameters)
                tool.respond(result)
                return result
            invalid_parameters(tool, problem)
        raise ToolError(problem)

    def _result(self, command: BetaMemoryTool20250818Command, name: str | None, parameters: dict[str, Any]) -> str:
        """What a command comes to, or came to when the session that is replayed was recorded."""
        found = stand_in_result("memory", name, parameters, _call_id.get())
        if found is None:
            return self._carry_out(command)
        if found.status != "ok":
            raise ToolError(found.told or (found.error or found.status).removeprefix("ToolError: "))
        return str(found.response)

    def _carry_out(self, command: BetaMemoryTool20250818Command) -> str:
        return str(super().execute(command))


def _parameters(command: object) -> dict[str, Any]:
    """A command as the model gave it: what the SDK could not make sense of is still a dictionary."""
    if isinstance(command, dict):
        return dict(command)
    return dict(vars(command)) if not hasattr(command, "to_dict") else dict(command.to_dict())


def _problem(parameters: dict[str, Any]) -> str | None:
    """What is wrong with a command, in words for the model."""
    name = parameters.get("command")
    if not isinstance(name, str) or name not in REQUIRED:
        return f"Unknown command: {name}. There are {', '.join(REQUIRED)}."
    missing = [parameter for parameter in REQUIRED[name] if parameters.get(parameter) is None]
    return f"The command {name} needs {' and '.join(missing)}." if missing else None
