"""Questions to a tree: by slug, path, kind, status and name, with patterns, into child sessions or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.tree.query import kind_of, slugs_of, status_of
from tests.testing.trees import shop

if TYPE_CHECKING:
    from clew.model.session import Session


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session with everything in it."""
    return shop(tmp_path_factory.mktemp("shop"), broken=True)


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ({"kind": "turn"}, ["1", "1-4.1", "2"]),
        ({"kind": "turn", "children": False}, ["1", "2"]),
        ({"kind": "session"}, ["", "1-4"]),
        ({"kind": "session", "children": False}, [""]),
        ({"kind": "init", "children": False}, ["init"]),
        ({"path": "1-*"}, ["1-1", "1-2", "1-3", "1-4", "1-4", "1-4.init", "1-4.1", "1-4.1-1", "1-4.fin"]),
        ({"path": "?-1"}, ["1-1", "2-1"]),
        ({"status": "timeout"}, ["1-4.1-1"]),
        ({"status": "failed", "kind": "fin"}, ["fin"]),
        ({"slug": "llm.*"}, ["1", "1-1"]),
        ({"name": "orders.*"}, ["1-3", "2-1"]),
        ({"name": "m-?", "kind": "attempt"}, ["1-1", "1-2"]),
        ({"name": "researcher"}, ["1-4", "1-4"]),
        ({"name": "[a-z]*"}, []),
        ({"slug": "no.such"}, []),
    ],
)
def test_nodes_are_found_by_all_that_is_given(tree: Session, asked: dict[str, Any], paths: list[str]) -> None:
    """Every filter alone and together; a bracket is no pattern; what is not there is no error."""
    assert [path for path, _ in clew.walk(tree, **asked)] == paths


def test_tools_and_logs_take_patterns(tree: Session) -> None:
    """Names of tools and slugs may be patterns; child sessions are looked into where that is asked for."""
    assert [tool.name for tool in clew.find_tools(tree, "*.search")] == ["orders.search"]
    assert [tool.name for tool in clew.find_tools(tree, "*.search", children=True)] == ["orders.search", "web.search"]
    assert [entry.slug for entry in clew.find_logs(tree, "llm.*")] == ["llm.retry", "llm.rate_limited"]
    assert clew.find_log(tree, "tool.*", children=False) is not None
    assert clew.find_tool(tree, "nobody.*") is None


def test_every_node_says_what_it_is(tree: Session) -> None:
    """Its kind, how it went, and the slugs on it, each once."""
    found = {path: (kind_of(node), status_of(node), slugs_of(node)) for path, node in clew.walk(tree, children=False)}
    assert found["1-1"] == ("attempt", "failed", ("llm.rate_limited",))
    assert found["2-1"] == ("tool", "failed", ("tool.failed",))
    assert found["init"] == ("init", None, ())


def test_a_node_in_an_interpreter_says_what_a_person_wants_to_know(tree: Session) -> None:
    """What it is, how it went and what it holds, in a line; not its payloads."""
    tool = clew.find_tool(tree, "orders.search")
    assert repr(tool) == "<ToolCall 1 · function · orders.search · by_id · ok>"
    assert repr(tree.turns[0].attempts[0]) == "<Attempt 0 · anthropic · m-1 · failed · llm.rate_limited · 1 logs>"
    assert repr(tree.turns[0]) == "<Turn 1 · ok · 2 attempts · 2 tools · 1 logs>"
    assert repr(tree).startswith(f"<Session {tree.session_id} · shop · failed · 2 turns")
