"""A tool that is an agent: it gets a task, works on it in a child session of its own, and its report is the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from clew.agent.tools.parameters import Parameters
from clew.agent.tools.tool import Result, Tool, ToolFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.agent.definition import Definition, SubAgent
    from clew.agent.runner import Ending
    from clew.record.session import SessionRecorder
    from clew.record.tool import ToolRecorder

    Perform: TypeAlias = Callable[[Definition, SessionRecorder, str], Ending]
    """Have an agent do a task in a session."""

_TASK = {
    "type": "object",
    "properties": {"task": {"type": "string", "minLength": 1, "description": "What is to be done, with all it takes."}},
    "required": ["task"],
}


class SubAgentTool(Tool):
    """Another agent."""

    kind = "agent"

    def __init__(self, declared: SubAgent, definition: Definition, perform: Perform) -> None:
        """``definition`` is what the other agent's own file says."""
        super().__init__(declared.name, declared.description, Parameters(_TASK))
        self._definition = definition
        self._perform = perform

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:
        """Have it do the task, in a child session."""
        definition = self._definition
        with record.child(
            agent_id=definition.name, model=definition.models[0].model, system_prompt=definition.system
        ) as child:
            ending = self._perform(definition, child, arguments["task"])
        if ending.how in {"missing", "failed"}:
            raise ToolFailure(f"the agent {definition.name} could not do the task")
        return Result(ending.text)
