"""Promises of what a tool did itself: known by the times, unless the model asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.session import Attempt, Init, Session, Step, ToolCall, Turn
from clew.tree.inner import inner_calls, is_stood_in

if TYPE_CHECKING:
    from clew.model.session import ToolKind


def _call(begin: float, end: float | None, *, call_id: str | None = None, kind: ToolKind = "function") -> ToolCall:
    return ToolCall(index=1, name="x", kind=kind, call_id=call_id, started_at=begin, ended_at=end)


def _inner(*tools: ToolCall, beside: Attempt | None = None) -> list[bool]:
    """Whether each of the tool calls of one turn, and an attempt in a step beside it, was made by another one."""
    steps = (Step(index=1, kind="system", attempts=(beside,)),) if beside is not None else ()
    found = inner_calls(
        Session(session_id="s", init=Init(started_at=0.0), turns=(Turn(index=1, tools=tools),), steps=steps)
    )
    return [id(node) in found for node in (*tools, *([beside] if beside is not None else []))]


def test_what_lies_within_a_call_was_made_by_it() -> None:
    """From its beginning to its end; what only overlaps, or comes after it, was not."""
    assert _inner(_call(1, 9), _call(2, 8), _call(3, 4)) == [False, True, True]
    assert _inner(_call(1, 5), _call(2, 6), _call(7, 8)) == [False, False, False]
    assert _inner(_call(1, 9), beside=Attempt(number=0, started_at=2, ended_at=3)) == [False, True]


def test_what_the_model_asked_for_was_not_made_by_a_tool() -> None:
    """Calls that are under way at the same time have ids of their own."""
    assert _inner(_call(1, 9, call_id="a"), _call(2, 8, call_id="b")) == [False, False]


def test_what_runs_again_makes_its_calls_again() -> None:
    """An agent or a workflow is not stood in for, nor is a tool with a session of its own."""
    assert _inner(_call(1, 9, kind="agent"), _call(2, 8)) == [False, False]
    assert [is_stood_in(_call(1, 2, kind=kind)) for kind in ("function", "mcp", "workflow")] == [True, True, False]


def test_a_call_without_an_end_holds_nothing() -> None:
    """Its writer died in it, or the line is lost: what follows is not taken for its work."""
    assert _inner(_call(1, None), _call(2, 3), _call(4, None)) == [False, False, False]
