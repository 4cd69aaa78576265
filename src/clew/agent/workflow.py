"""A workflow: named steps in a fixed order, each the call of a tool, the whole a tool itself.

The steps are recorded in a child session of the workflow's call, each as a turn. In the texts of a step's parameters,
``{order}`` stands for the workflow's parameter ``order``, and ``{look}`` for the result of an earlier step ``look``.

A step that fails stops the workflow. Its parameters come from the agent file, so one that does not fit its tool is the
workflow's fault and no model's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

import clew
from clew.agent.tools.parameters import Parameters
from clew.agent.tools.placeholder import fill_all
from clew.agent.tools.tool import Result, Tool, ToolFailure

if TYPE_CHECKING:
    from clew.agent.definition import Workflow, WorkflowStep
    from clew.record.session import SessionRecorder
    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder


class Told(Struct, frozen=True):
    """What came of a call."""

    text: str
    """The result, or what went wrong."""
    ok: bool = True
    """Whether it is a result."""


class Bench(Protocol):
    """What a workflow knows of the agent's tools."""

    def problem(self, name: str, arguments: object) -> str | None:
        """Why a tool cannot be called like this; ``None`` if it can."""

    def use(self, turn: HolderRecorder, name: str, arguments: object, call_id: str | None = None) -> Told:
        """Call a tool, recorded."""


class WorkflowTool(Tool):
    """A workflow."""

    kind = "workflow"

    def __init__(self, declared: Workflow, bench: Bench) -> None:
        """``bench`` has the tools of its steps. Raises ``ValueError`` for a schema that is none."""
        super().__init__(declared.name, declared.description, Parameters(declared.parameters))
        self._steps = declared.steps
        self._bench = bench

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:
        """Take the steps; the result of the last one is the workflow's."""
        known = dict(arguments)
        told = Told("")
        with record.child(agent_id=self.name) as flow:
            for step in self._steps:
                told = self._take(flow, step, known)
                if not told.ok:
                    told = Told(f"the workflow {self.name} stopped at its step {step.name}: {told.text}", ok=False)
                    flow.end(success=False, error=told.text)
                    break
                known[step.name] = told.text
        if not told.ok:
            raise ToolFailure(told.text)
        return Result(told.text)

    def _take(self, flow: SessionRecorder, step: WorkflowStep, known: dict[str, Any]) -> Told:
        """Take one step, as a turn of the workflow's session."""
        given = fill_all(step.arguments, known)
        with flow.turn(action=clew.Action("workflow", step.name, given)) as turn:
            problem = self._bench.problem(step.tool, given)
            told = Told(problem, ok=False) if problem is not None else self._bench.use(turn, step.tool, given)
            turn.outcome("done" if told.ok else "failed")
            if not told.ok:
                flow.failed(turn, told.text, "workflow.step_failed")
                turn.fail(told.text)
        return told
