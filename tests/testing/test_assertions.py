"""`assert_session(tree)`: what has to be in a tree, and what a failure shows instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.testing import SessionAssertion, assert_session
from tests.testing.trees import shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_what_holds_reads_as_one_sentence(tmp_path: Path) -> None:
    """Tools by name, status, command, part of the parameters and count; logs by slug, path and details."""
    found = (
        assert_session(shop(tmp_path))
        .ok()
        .sound()
        .turns(1)
        .retries(1)
        .has_tool("orders.search", status="ok", command="by_id", request={"deep": {"a": 1}})
        .has_tool("orders.*", times=1)
        .has_tool("web.search", status="timeout", children=True)
        .has_no_tool("web.search")
        .calls("orders.search", "researcher")
        .has_log("llm.retry", path="1", attempt=1)
        .has_log("llm.*", times=2)
        .has_no_log("session.error")
        .has("attempt", slug="llm.rate_limited", path="1-1", name="m-1", times=1)
        .has("session", name="researcher")
    )
    assert isinstance(found, SessionAssertion)


def test_a_failed_session_is_known_by_its_cause(tmp_path: Path) -> None:
    """The slug, the path and the origin of the first cause."""
    assert_session(shop(tmp_path, broken=True)).failed().failed("tool.failed", path="2-1", origin="tool")


@pytest.mark.parametrize(
    ("say", "shown"),
    [
        (lambda one: one.failed(), "expected a session that failed"),
        (lambda one: one.turns(2), "expected 2 turns"),
        (lambda one: one.retries(0), "expected 0 retries"),
        (lambda one: one.has_tool("orders.search", status="failed"), "expected a call of a tool with name="),
        (lambda one: one.has_tool("orders.search", request={"order": 8}), "orders.search by_id"),
        (lambda one: one.has_tool(times=3), "expected 3 calls of a tool"),
        (lambda one: one.has_no_tool("researcher"), "found 1 of these"),
        (lambda one: one.calls("researcher"), "found calls of orders.search, researcher"),
        (lambda one: one.has_log("mcp.error"), "1-1  llm.rate_limited"),
        (lambda one: one.has_log("llm.retry", attempt=2), "expected an entry llm.retry with attempt=2"),
        (lambda one: one.has_no_log("llm.retry"), "found 1 of these"),
        (lambda one: one.has("turn", status="failed"), "1  turn  ok  llm.retry"),
    ],
)
def test_a_failure_shows_what_is_there_instead(
    tmp_path: Path, say: Callable[[SessionAssertion], object], shown: str
) -> None:
    """What was expected, what was found, the nearest nodes, and the outline of the session."""
    with pytest.raises(AssertionError) as told:
        say(assert_session(shop(tmp_path)))
    words = str(told.value)
    assert shown in words
    assert "◆" in words


def test_a_session_that_failed_is_not_ok(tmp_path: Path) -> None:
    """The refusal names the cause and its path; a wrong cause is told apart."""
    tree = shop(tmp_path, broken=True)
    with pytest.raises(AssertionError) as told:
        assert_session(tree).ok()
    assert "tool.failed at 2-1, origin tool" in str(told.value)
    with pytest.raises(AssertionError) as told:
        assert_session(tree).failed("llm.failed")
    assert "found a session that failed with slug='tool.failed'" in str(told.value)


def test_an_unsound_tree_is_refused(tmp_path: Path) -> None:
    """A broken invariant is told by its rule and its path."""
    import msgspec

    tree = shop(tmp_path)
    wrong: Any = msgspec.structs.replace(tree, turns=())
    with pytest.raises(AssertionError) as told:
        assert_session(wrong).sound()
    assert "totals" in str(told.value)


def test_a_session_that_is_being_recorded_can_be_asked(tmp_path: Path) -> None:
    """What it holds so far, by its recorder; `clew.assert_session` is the same function."""
    with clew.session(dir=tmp_path) as session:
        session.turn().start()
        clew.assert_session(session).turns(1).ok()
