"""A tool that is an agent: it gets a task, has a conversation of its own, and answers with what it found.

Its conversation is a session like any other, a child of the tool call that started it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anthropic.tools import ToolError

import clew
from clew.agent.conversation import Conversation
from clew.agent.prompts import RESEARCHER
from clew.agent.refusal import invalid_parameters
from clew.record.turn import TurnRecorder

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import ToolParam

    from clew.agent.tool import Tool
    from clew.record.session import SessionRecorder


class Researcher:
    """Looks things up on behalf of another agent."""

    name = "researcher"
    """The name by which the model asks for it."""

    def __init__(self, client: Anthropic, *, model: str, tools: list[Tool]) -> None:
        self._client = client
        self._model = model
        self._tools = tools

    def definition(self) -> ToolParam:
        """How the tool is described to the model."""
        return {
            "name": self.name,
            "description": "Looks through the memory for the answer to a task and reports what it found.",
            "input_schema": {
                "type": "object",
                "properties": {"task": {"type": "string", "description": "What to find out, in one or two sentences."}},
                "required": ["task"],
            },
        }

    def run(self, parameters: dict[str, Any], call_id: str) -> str:
        """Have the task done, in a child session of the turn in force."""
        turn = clew.current()
        if not isinstance(turn, TurnRecorder):
            raise ToolError("The researcher can only be asked within a turn.")
        task = parameters.get("task")
        with turn.tool(self.name, parameters, kind="agent", call_id=call_id) as tool:
            if isinstance(task, str) and task.strip():
                with tool.child(agent_id=self.name, model=self._model, system_prompt=RESEARCHER) as child:
                    report = self._research(child, task)
                tool.respond(report)
                return report
            problem = invalid_parameters(tool, "The researcher needs a task.")
        raise ToolError(problem)

    def _research(self, child: SessionRecorder, task: str) -> str:
        conversation = Conversation(self._client, model=self._model, system=RESEARCHER, tools=self._tools)
        conversation.introduce(child)
        report = conversation.converse(child, task)
        child.final_report({"format": "markdown", "content": report})
        return report
