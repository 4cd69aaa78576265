"""`@clew.agent`: a function that is a session, or a child session where it is called by another agent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import clew
from tests.instrument.provider import HELLO, serve, value_of
from tests.instrument.sdks import WAYS
from tests.instrument.test_switch import only_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.protocol import ModelServer


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_DIR", str(tmp_path))


@clew.agent(agent_id="researcher", model="m-1")
def research(topic: str, *, broken: bool = False) -> str:
    """Find something out."""
    clew.log("app.message", topic)
    if broken:
        raise LookupError(topic)
    return f"about {topic}"


@clew.agent
async def asynchronous() -> str:
    """Say who is in force."""
    await asyncio.sleep(0)
    node = clew.current()
    return node.session.session_id if node is not None else ""


@clew.tool
def look(topic: str) -> str:
    """Ask a researcher."""
    return research(topic)


def test_an_agent_is_a_session_with_its_report(tmp_path: Path) -> None:
    """Called from nowhere it is a session of its own, which ends with it; what it returns is its final report."""
    assert research("clews") == "about clews"
    tree = only_tree(tmp_path)
    assert (tree.agent_id, tree.model, tree.status) == ("researcher", "m-1", "ok")
    assert tree.fin is not None
    assert value_of(tree.fin.final_report) == {"source": "return", "content": "about clews"}
    assert clew.current() is None


def test_an_agent_that_raises_is_a_failed_session(tmp_path: Path) -> None:
    """The error is the session's and comes through."""
    with pytest.raises(LookupError):
        research("clews", broken=True)
    clew.assert_session(only_tree(tmp_path)).failed("session.error")


def test_an_agent_in_force_is_the_session_of_what_it_does(tmp_path: Path) -> None:
    """While it runs, asynchronously too, its session is in force."""
    session_id = asyncio.run(asynchronous())
    assert only_tree(tmp_path).session_id == session_id


@pytest.mark.parametrize("called", ["in a turn", "in a tool", "between turns"])
def test_an_agent_called_by_another_is_its_child(tmp_path: Path, called: str) -> None:
    """Inside a turn a call of kind `agent` is made for it; inside a tool call it is the child of that."""
    with clew.session(agent_id="boss") as session:
        if called == "in a turn":
            with session.turn():
                research("x")
        elif called == "in a tool":
            with session.turn():
                look("x")
        else:
            research("x")
    tree = only_tree(tmp_path)
    tool = clew.find_tool(tree.steps[0] if called == "between turns" else tree.turns[0])
    assert tool is not None
    assert (tool.name, tool.kind) == (("look", "function") if called == "in a tool" else ("researcher", "agent"))
    assert value_of(tool.response) == "about x"
    assert tool.child_session is not None
    assert (tool.child_session.agent_id, tool.child_session.status) == ("researcher", "ok")
    assert clew.check(tree) == []


def test_a_failed_child_fails_its_call(tmp_path: Path) -> None:
    """The failure is in the child, in the call and in the turn, and told once as the cause."""
    with clew.session(agent_id="boss") as session, pytest.raises(LookupError), session.turn():
        research("x", broken=True)
    tree = only_tree(tmp_path)
    clew.assert_session(tree).has_tool("researcher", status="failed").has("session", status="failed", path="1-1")


def test_the_turns_of_an_agent_are_found_in_its_own_session(tmp_path: Path) -> None:
    """With the switch on, what a sub-agent asks a model is a turn of the sub-agent."""

    @clew.agent
    def sub(server: ModelServer) -> None:
        """Ask once."""
        WAYS[0].ask(server)

    @clew.agent
    def boss(server: ModelServer) -> None:
        """Ask, and let another one ask."""
        WAYS[0].ask(server)
        sub(server)

    with serve(HELLO, HELLO) as server, clew.instrument():
        boss(server)
    tree = only_tree(tmp_path)
    assert (tree.agent_id, len(tree.turns), tree.totals.turns) == ("boss", 1, 2)
    tool = clew.find_tool(tree, "sub")
    assert tool is not None
    assert tool.child_session is not None
    assert len(tool.child_session.turns) == 1


def test_an_agent_may_stream(tmp_path: Path) -> None:
    """A generator is a session as long as it is read."""

    @clew.agent
    def counting(to: int) -> Iterator[int]:
        """Count."""
        yield from range(to)

    assert list(counting(3)) == [0, 1, 2]
    tree = only_tree(tmp_path)
    assert tree.fin is not None
    assert value_of(tree.fin.final_report) == {"source": "return", "content": [0, 1, 2]}


def test_the_decorators_work_beside_the_reference_agent() -> None:
    """`clew.agent` is a package too; once that is imported the decorator works all the same."""
    import clew.agent.prompts

    @clew.agent(agent_id="late")
    def late() -> str:
        """Come late."""
        return "late"

    assert late() == "late"
