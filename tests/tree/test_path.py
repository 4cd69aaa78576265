"""Paths: every node has one, each is found by it, and a wrong one is answered with what there is."""

from __future__ import annotations

import pytest

from clew.errors import PathError
from clew.model.session import Attempt, Fin, Init, Session, Step, ToolCall, Turn
from clew.tree.path import locate, operations, walk
from clew.tree.query import count_retries, find_tool, find_tools, find_turn
from clew.tree.totals import node_totals, totals


def _session(session_id: str = "s", child: Session | None = None) -> Session:
    first = Turn(
        index=1,
        started_at=10,
        attempts=(Attempt(number=0, started_at=11), Attempt(number=1, started_at=13)),
        tools=(
            ToolCall(index=1, name="memory", started_at=12, status="ok"),
            ToolCall(index=2, name="agent", started_at=14, status="failed", child_session=child),
        ),
    )
    step = Step(index=1, started_at=20, tools=(ToolCall(index=1, name="memory", started_at=21, status="timeout"),))
    second = Turn(index=2, started_at=30, attempts=(Attempt(number=0, started_at=31),))
    bare = Session(
        session_id=session_id, init=Init(started_at=1), turns=(first, second), steps=(step,), fin=Fin(started_at=40)
    )
    import msgspec

    return msgspec.structs.replace(bare, totals=totals(bare))


TREE = _session("outer", _session("inner"))
PATHS = ["", "init", "1", "1-1", "1-2", "1-3", "1-4", "s1", "s1-1", "2", "2-1", "fin"]


def test_walking_names_every_node_in_reading_order() -> None:
    """Attempts and tools in time, steps between turns, a child session inside its call."""
    inner = [f"1-4.{path}" for path in PATHS[1:]]
    assert [path for path, _ in walk(TREE)] == [*PATHS[:7], "1-4", *inner, *PATHS[7:]]


def test_every_path_leads_back_to_its_node() -> None:
    """What a screen shows can be typed into every command."""
    for path, node in walk(TREE):
        assert locate(TREE, path) == node or isinstance(node, Session)
    assert isinstance(locate(TREE, "1-4.1-1"), Attempt)
    assert isinstance(locate(TREE, ""), Session)


@pytest.mark.parametrize(
    "path",
    [
        "3",
        "0",
        "-1",
        "1-0",
        "1-5",
        "1-",
        "1-x",
        "x",
        "s2",
        "s",
        "1-1.1",
        "1-4.9",
        ".",
        "1.1",
        "1-4.",
        "fin-1",
        "1--1",
        "1-²",
    ],
)
def test_a_path_that_leads_nowhere_is_a_clear_error(path: str) -> None:
    """Never a traceback, never another node."""
    if path == "1-4.":
        assert isinstance(locate(TREE, path), Session)
        return
    with pytest.raises(PathError, match="There is no"):
        locate(TREE, path)


def test_a_dot_for_a_dash_is_understood() -> None:
    """Who writes the path of a call with a dot is told how it is written; a part is not said to be of itself."""
    with pytest.raises(PathError, match=r"at '1' of '1\.1'; did you mean '1-1'\?$"):
        locate(TREE, "1.1")
    with pytest.raises(PathError, match=r"no node '9': "):
        locate(TREE, "9")


def test_a_session_that_has_not_ended_has_no_fin() -> None:
    """A path that will exist later is missing now."""
    with pytest.raises(PathError):
        locate(Session(session_id="s", init=Init(started_at=1)), "fin")


def test_operations_are_in_time() -> None:
    """Attempts and tool calls as they began, whatever their kind."""
    assert [operation.started_at for operation in operations(TREE.turns[0])] == [11, 12, 13, 14]


def test_nodes_are_found_by_what_they_are() -> None:
    """By index, name and status, with or without child sessions."""
    second, step_tool = find_turn(TREE, 2), TREE.steps[0].tools[0]
    assert second is TREE.turns[1]
    assert find_turn(TREE, 3) is None
    assert find_tools(TREE, "memory") == (TREE.turns[0].tools[0], step_tool)
    assert find_tool(TREE, status="timeout") is step_tool
    assert len(find_tools(TREE, "memory", children=True)) == 4
    assert find_tool(TREE.turns[0], "memory") is TREE.turns[0].tools[0]
    assert find_tool(TREE, "nothing") is None
    assert (count_retries(TREE), count_retries(TREE.turns[0])) == (1, 1)


def test_totals_are_sums_of_leaves() -> None:
    """Child sessions count with what they add up to, and once themselves."""
    both, own = totals(TREE), totals(TREE, children=False)
    assert (own.turns, own.attempts, own.retries, own.tools, own.tools_failed, own.child_sessions) == (2, 3, 1, 3, 2, 0)
    assert (both.turns, both.attempts, both.retries, both.tools, both.tools_failed, both.child_sessions) == (
        4,
        6,
        2,
        6,
        4,
        1,
    )
    assert both.cost is None
    assert node_totals(TREE.turns[0].tools[1]).turns == 2
    assert node_totals(TREE.turns[0].attempts[0]).attempts == 1
