"""Workflows: each step is a turn of its own, results are handed on, and a step that fails stops the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.tools.kit import open_kit
from clew.errors import AgentFileError
from tests.agent.tools.workbench import Workbench, response_of, tools_of

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

TOOLS = """\
[[commands]]
name = "look"
argv = ["printf", "%s", "order {order}"]
[commands.parameters]
required = ["order"]
[commands.parameters.properties]
order = { type = "integer" }
[[commands]]
name = "tell"
argv = ["printf", "%s", "{words}"]
[commands.parameters.properties]
words = { type = "string" }
[[commands]]
name = "pay"
argv = ["sh", "-c", "echo no money; exit 1"]
"""
SHIP = """\
[[workflows]]
name = "ship"
parameters = { type = "object", properties = { order = { type = "integer" } }, required = ["order"] }
"""
LOOK = '[[workflows.steps]]\nname = "look"\ntool = "look"\narguments = { order = "{order}" }\n'
TELL = '[[workflows.steps]]\nname = "tell"\ntool = "tell"\narguments = { words = "{look}, as {city} wants" }\n'
PAY = '[[workflows.steps]]\nname = "pay"\ntool = "pay"\n'


def _child(session: Session) -> Session:
    child = tools_of(session)[0].child_session
    assert child is not None
    return child


def test_each_step_is_a_turn_and_results_are_handed_on(tmp_path: Path) -> None:
    """A parameter alone keeps its type; other braces stay as they are; the last result is the result."""
    bench = Workbench(tmp_path, TOOLS + SHIP + LOOK + TELL)
    session = bench.call(("ship", {"order": 7}))
    (tool,) = tools_of(session)
    assert (tool.kind, tool.status, response_of(tool)) == ("workflow", "ok", "order 7, as {city} wants")
    assert bench.told == ["order 7, as {city} wants"]
    flow = _child(session)
    assert flow.agent_id == "ship"
    actions = [turn.action for turn in flow.turns if turn.action is not None]
    assert [(action.type, action.name, action.outcome) for action in actions] == [
        ("workflow", "look", "done"),
        ("workflow", "tell", "done"),
    ]
    request = flow.turns[0].tools[0].request
    assert request is not None
    assert request.value == {"order": 7}
    assert clew.check(session) == []


def test_a_step_whose_tool_fails_stops_the_workflow(tmp_path: Path) -> None:
    """The tool has failed, the step says that it stops the workflow, and what follows is not done."""
    session = Workbench(tmp_path, TOOLS + SHIP + LOOK + PAY + TELL).call(("ship", {"order": 7}))
    flow = _child(session)
    assert [turn.status for turn in flow.turns] == ["ok", "failed"]
    assert flow.status == "failed"
    assert flow.fin is not None
    assert flow.fin.failure is not None
    assert (flow.fin.failure.slug, flow.fin.failure.origin) == ("workflow.step_failed", "workflow")
    assert flow.turns[1].tools[0].slugs == ("tool.failed",)
    assert clew.find_log(flow.turns[1], "workflow.step_failed") is not None
    assert tools_of(session)[0].slugs == ("tool.failed",)
    assert session.status == "ok"


def test_a_step_that_does_not_fit_its_tool_is_the_workflows_fault(tmp_path: Path) -> None:
    """The parameters come from the file, so no model is to blame: the tool is not called at all."""
    wrong = LOOK.replace('"{order}"', '"number {order}"')
    session = Workbench(tmp_path, TOOLS + SHIP + wrong).call(("ship", {"order": 7}))
    flow = _child(session)
    assert flow.turns[0].tools == ()
    assert clew.find_log(flow, "workflow.step_failed") is not None
    assert clew.find_log(flow, "tool.invalid_params") is None
    assert flow.fin is not None
    assert flow.fin.failure is not None
    assert (flow.fin.failure.slug, flow.fin.failure.origin) == ("workflow.step_failed", "workflow")


def test_a_workflow_called_wrongly_begins_nothing(tmp_path: Path) -> None:
    """Its own parameters are held against its own schema; that is for the model to mend."""
    session = Workbench(tmp_path, TOOLS + SHIP + LOOK).call(("ship", {"order": "seven"}))
    (tool,) = tools_of(session)
    assert (tool.slugs, tool.child_session) == (("tool.invalid_params",), None)


def test_a_workflow_can_use_one_that_stands_above_it(tmp_path: Path) -> None:
    """So a workflow never comes back to itself, and its sessions lie in each other."""
    outer = (
        '[[workflows]]\nname = "outer"\n[[workflows.steps]]\nname = "go"\ntool = "ship"\narguments = { order = 8 }\n'
    )
    session = Workbench(tmp_path, TOOLS + SHIP + LOOK + outer).call(("outer", {}))
    inner = _child(session).turns[0].tools[0].child_session
    assert inner is not None
    assert response_of(tools_of(session)[0]) == "order 8"
    with pytest.raises(AgentFileError), open_kit(Workbench(tmp_path, TOOLS + outer + SHIP + LOOK).definition):
        pass


def test_a_tool_of_a_server_that_is_not_there_stops_the_step(tmp_path: Path) -> None:
    """A step may name a tool that only a server has; whether it does shows when it is needed."""
    server = '[[mcp]]\nname = "shop"\nargv = ["./no-such-server"]\n'
    step = '[[workflows]]\nname = "ask"\n[[workflows.steps]]\nname = "look"\ntool = "shop__look"\n'
    session = Workbench(tmp_path, server + step).call(("ask", {}))
    assert clew.find_log(session, "mcp.start_failed") is not None
    assert clew.find_log(_child(session), "workflow.step_failed") is not None


def test_a_step_that_names_nothing_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """It is found before anything runs, with its line."""
    bench = Workbench(tmp_path, SHIP + LOOK)
    with pytest.raises(AgentFileError) as caught, open_kit(bench.definition):
        pass
    assert "line 10" in str(caught.value)
