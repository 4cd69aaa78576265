"""Sub-agents as tools, with scripted models over real HTTP: child sessions, several at once, tools of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.agent.tools.kit import open_kit
from clew.errors import AgentFileError
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse, When
from tests.agent.tools.workbench import PYTHON

if TYPE_CHECKING:
    from clew.model.session import Session
    from clew.protocol.scenario import Answer

SERVERS = Path(__file__).parents[1] / "mcp_servers"
BOSS = """\
name = "boss"
system = "You are the boss."
[[models]]
provider = "anthropic"
model = "m-1"
[[agents]]
name = "clerk"
file = "clerk.toml"
"""
CLERK = """\
name = "clerk"
system = "You are the clerk."
[[models]]
provider = "anthropic"
model = "m-1"
"""
SERVER = f'[[mcp]]\nname = "shop"\nargv = {json.dumps([PYTHON, str(SERVERS / "shop.py")])}\n'
MEET = '[[functions]]\nname = "meet"\ntarget = "bench_meeting:meet"\n'
MEETING = """\
import threading

barrier = threading.Barrier(2)

def meet() -> str:
    barrier.wait(20)
    return "met"
"""


def _files(folder: Path, boss: str = BOSS, clerk: str = CLERK) -> Path:
    (folder / "boss.toml").write_text(boss, "utf-8")
    (folder / "clerk.toml").write_text(clerk, "utf-8")
    return folder / "boss.toml"


def _play(file: Path, *answers: Answer) -> Session:
    folder = file.parent / "sessions"
    with ModelServer(Scenario(name="agents", answers=answers)) as server:
        errand = run_errand(load_definition(file), "Find two orders.", folder=folder, server=server.base_url)
    return clew.load(errand.session_id, dir=folder)


def _report(text: str) -> ToolUse:
    return ToolUse("final_report", {"content": text})


def test_two_agents_work_at_once_each_in_a_session_of_its_own(tmp_path: Path) -> None:
    """Each waits in a tool for the other, so they go well only together; each has its own turns and report."""
    (tmp_path / "bench_meeting.py").write_text(MEETING, "utf-8")
    boss = When(system_contains="boss")
    ask = Message(content=(ToolUse("clerk", {"task": "one"}), ToolUse("clerk", {"task": "two"})), when=boss)
    meet = [
        Message(content=(ToolUse("meet", {}),), when=When(system_contains="clerk", last_user_contains=task))
        for task in ("one", "two")
    ]
    done = Message(content=(_report("It is shipped."),), when=When(last_user_contains="met"), times=2)
    both = Message(content=(_report("Both."),), when=boss)
    session = _play(_files(tmp_path, clerk=CLERK + MEET), ask, *meet, done, both)
    first, second = session.turns[0].tools
    assert {first.kind, second.kind} == {"agent"}
    assert (first.status, second.status, session.status) == ("ok", "ok", "ok")
    for tool in (first, second):
        child = tool.child_session
        assert child is not None
        assert (child.agent_id, child.status, len(child.turns)) == ("clerk", "ok", 2)
        assert child.turns[0].tools[0].status == "ok"
        assert tool.response is not None
        assert tool.response.value == "It is shipped."
    assert clew.check(session) == []


def test_an_agent_that_brings_nothing_back_is_a_failed_call(tmp_path: Path) -> None:
    """Its session says why; the agent that asked goes on."""
    boss, clerk = When(system_contains="boss"), When(system_contains="clerk")
    ask = Message(content=(ToolUse("clerk", {"task": "one"}),), when=boss)
    mute = Message(when=clerk, times=6)
    session = _play(_files(tmp_path), ask, mute, Message(content=(_report("Sorry."),), when=boss))
    (tool,) = session.turns[0].tools
    assert tool.slugs == ("tool.failed",)
    child = tool.child_session
    assert child is not None
    assert child.status == "failed"
    assert clew.find_log(child, "final_report.missing") is not None
    assert session.status == "ok"


def test_an_agents_server_belongs_to_its_own_session(tmp_path: Path) -> None:
    """The child's INIT says that it is there, and the child's turn has the call."""
    boss, clerk = When(system_contains="boss"), When(system_contains="clerk")
    ask = Message(content=(ToolUse("clerk", {"task": "one"}),), when=boss)
    search = Message(content=(ToolUse("shop__search", {"query": "7"}),), when=clerk)
    session = _play(
        _files(tmp_path, clerk=CLERK + SERVER),
        ask,
        search,
        Message(content=(_report("Found."),), when=clerk),
        Message(content=(_report("Ok."),), when=boss),
    )
    child = session.turns[0].tools[0].child_session
    assert child is not None
    assert [(tool.name, tool.kind, tool.status) for tool in child.turns[0].tools] == [("shop__search", "mcp", "ok")]
    full = clew.load(child.session_id, dir=tmp_path / "sessions", verbose_in_tree=True)
    assert "mcp.connect" in [entry.slug for entry in full.init.logs]


@pytest.mark.parametrize("task", [{}, {"task": ""}, {"task": 7}])
def test_an_agent_without_a_task_is_not_asked(tmp_path: Path, task: dict[str, object]) -> None:
    """The model reads what is missing, and no child session begins."""
    boss = When(system_contains="boss")
    session = _play(
        _files(tmp_path),
        Message(content=(ToolUse("clerk", task),), when=boss),
        Message(content=(_report("Never mind."),), when=boss),
    )
    (tool,) = session.turns[0].tools
    assert (tool.slugs, tool.child_session) == (("tool.invalid_params",), None)


@pytest.mark.parametrize("file", ["boss.toml", "./boss.toml", "clerk.toml"])
def test_agents_that_lead_back_are_a_fault_of_the_file(tmp_path: Path, file: str) -> None:
    """An agent that could ask itself, directly or through others, is refused before anything runs."""
    path = _files(tmp_path, clerk=f'{CLERK}[[agents]]\nname = "other"\nfile = "{file}"\n')
    with pytest.raises(AgentFileError) as caught, open_kit(load_definition(path)):
        pass
    assert "leads back" in str(caught.value)
    assert "clerk.toml, line" in str(caught.value)


def test_an_agent_without_a_file_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """It is found before anything runs."""
    path = _files(tmp_path)
    (tmp_path / "clerk.toml").unlink()
    with pytest.raises(AgentFileError), open_kit(load_definition(path)):
        pass


def test_text_of_an_agent_that_needs_no_report_is_its_result(tmp_path: Path) -> None:
    """A sub-agent whose file asks for no report answers in words."""
    boss, clerk = When(system_contains="boss"), When(system_contains="clerk")
    ask = Message(content=(ToolUse("clerk", {"task": "one"}),), when=boss)
    file = _files(tmp_path, clerk=CLERK + "[limits]\nreport = false\n")
    session = _play(
        file, ask, Message(content=(Text("Shipped."),), when=clerk), Message(content=(_report("Ok."),), when=boss)
    )
    (tool,) = session.turns[0].tools
    assert tool.response is not None
    assert tool.response.value == "Shipped."
