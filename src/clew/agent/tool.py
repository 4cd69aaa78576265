"""What the agent expects of a tool, and how it runs the ones a model asks for.

A tool records its own calls, because only it knows what kind of call it is. Whatever goes wrong is told to the model,
which may know another way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from anthropic.tools import ToolError

from clew.agent.refusal import unknown_tool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anthropic.types import ToolResultBlockParam, ToolUnionParam, ToolUseBlock

    from clew.record.turn import TurnRecorder


class Tool(Protocol):
    """Something a model may ask for."""

    @property
    def name(self) -> str:
        """The name by which the model asks for it."""

    def definition(self) -> ToolUnionParam:
        """How the tool is described to the model."""

    def run(self, parameters: dict[str, Any], call_id: str) -> str:
        """Do it, in the turn in force. What is raised is told to the model."""


def run_tool(turn: TurnRecorder, tools: Mapping[str, Tool], block: ToolUseBlock) -> ToolResultBlockParam:
    """Run the tool call a model asked for, and give the block that answers it."""
    try:
        return _result(block, _find(turn, tools, block).run(dict(block.input), block.id))
    except ToolError as error:
        return _result(block, str(error), is_error=True)
    except Exception as error:  # noqa: BLE001 - recorded by the tool call it happened in, and told to the model
        return _result(block, f"{type(error).__name__}: {error}", is_error=True)


def _find(turn: TurnRecorder, tools: Mapping[str, Tool], block: ToolUseBlock) -> Tool:
    if block.name not in tools:
        raise ToolError(unknown_tool(turn, block.name, block.input, block.id, tools))
    return tools[block.name]


def _result(block: ToolUseBlock, content: str, *, is_error: bool = False) -> ToolResultBlockParam:
    result: ToolResultBlockParam = {"type": "tool_result", "tool_use_id": block.id, "content": content}
    return {**result, "is_error": True} if is_error else result
