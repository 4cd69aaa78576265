"""Questions to a tree: by slug, path, kind, status and name, with patterns, into child sessions or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model.session import Attempt, Init, Turn
from clew.tree.query import kind_of, slugs_of, status_of
from tests.testing.trees import shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.model.session import Session
    from clew.record.turn import TurnRecorder


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
    assert repr(tree.turns[0].attempts[0]) == "<Attempt 0 · anthropic · m-1 · failed · llm.rate_limited · 1 log>"
    assert repr(tree.turns[0]) == "<Turn 1 · ok · 2 attempts · 2 tools · 1 log>"
    assert repr(tree).startswith(f"<Session {tree.session_id} · shop · failed · 2 turns")
    assert repr(clew.find_log(tree, "llm.retry")).startswith(
        "<LogEntry WRN · llm.retry · 'Request to the model is sent"
    )


def _states(tree: Session, folder: Path) -> Iterator[Session]:
    """The tree of a session that does not exist yet, one that was killed anywhere, and one that is damaged anywhere."""
    yield clew.Session(session_id="x", init=Init(started_at=0.0))
    tree_bytes = (folder / f"session_{tree.session_id}.jsonl").read_bytes()
    path = folder / "spoilt" / f"session_{tree.session_id}.jsonl"
    path.parent.mkdir()
    for share in range(1, 10):
        cut = len(tree_bytes) * share // 10
        for data in (tree_bytes[:cut], tree_bytes[:cut] + b"\x00\xff" + tree_bytes[cut + 2 :]):
            path.write_bytes(data)
            yield clew.load(path)


def test_every_state_of_a_session_can_be_asked(tmp_path: Path) -> None:
    """Empty, cut off and damaged sessions answer every question: with what is there, ``None``, 0 or nothing."""
    for session in _states(shop(tmp_path, broken=True), tmp_path):
        turns = [node for _, node in clew.walk(session, kind="turn", children=False)]
        assert turns == list(session.turns)
        assert clew.find_turn(session, 1) in [None, *turns]
        assert clew.find_turn(session, 99) is None
        assert clew.find_tool(session, "nobody") is None
        assert len(clew.find_tools(session)) <= len(clew.find_tools(session, children=True))
        assert len(clew.find_logs(session, children=False)) <= len(clew.find_logs(session))
        assert clew.count_retries(session) <= clew.count_retries(session, children=True)
        assert list(clew.walk(session, slug="no.such", children=True)) == []
        assert clew.check(session) is not None


def test_retries_of_child_sessions_count_where_that_is_asked_for(tmp_path: Path) -> None:
    """Of a session, of a turn, and of what a turn's tools started."""
    with clew.session(dir=tmp_path, trace=False) as session, session.turn() as turn:
        _retry(turn)
        with turn.tool("researcher", kind="agent") as tool, tool.child("researcher") as child, child.turn() as inner:
            _retry(inner)
    tree = clew.load(session.session_id, dir=tmp_path)
    assert (clew.count_retries(tree), clew.count_retries(tree, children=True)) == (1, 2)
    assert (clew.count_retries(tree.turns[0]), clew.count_retries(tree.turns[0], children=True)) == (1, 2)


def _retry(turn: TurnRecorder) -> None:
    turn.attempt(model="m").fail("slow")
    turn.attempt(model="m").respond("well")


@pytest.mark.parametrize(
    ("ask", "of"),
    [
        (clew.find_turn, None),
        (clew.find_tool, None),
        (clew.find_log, "llm.retry"),
        (clew.find_logs, None),
        (clew.find_tools, Init(started_at=0.0)),
        (clew.find_turn, Turn(index=1)),
        (clew.count_retries, Attempt(number=0)),
        (clew.walk, Turn(index=1)),
        (clew.check, None),
    ],
)
def test_only_a_tree_can_be_asked(ask: Callable[..., object], of: object) -> None:
    """A question to nothing, or to something else, fails: its empty answer would let a wrong test pass."""
    with pytest.raises(TypeError, match="can be asked this, not"):
        ask(of, *([1] if ask is clew.find_turn else []))


def test_a_recorder_is_told_where_its_tree_is(tmp_path: Path) -> None:
    """Who asks the session that is being recorded learns how its tree is got."""
    with clew.session(dir=tmp_path, trace=False) as session, pytest.raises(TypeError, match=r"session\.tree\(\)"):
        clew.find_log(session, "llm.retry")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("asked", [{"kind": "tol"}, {"status": "fail"}, {"kind": "tool", "status": "error"}])
def test_a_misspelt_kind_or_status_is_refused(tree: Session, asked: dict[str, Any]) -> None:
    """With what there is instead; also in tools, and in assertions that something is not there."""
    with pytest.raises(ValueError, match=r"There is no (kind|status) '\w+', but \w+"):
        clew.walk(tree, **asked)
    with pytest.raises(ValueError, match="There is no status 'fail', but rejected, ok"):
        clew.find_tool(tree, status="fail")
    with pytest.raises(ValueError, match="There is no status"):
        clew.assert_session(tree).has_no_tool(status="fail")
