"""Sessions inside sessions: in one process, across processes, and a thousand deep."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import clew
from clew.store.folder import Folder
from clew.tree.path import locate, walk
from clew.tree.query import find_logs
from tests.record.host import command, environment

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder

pytestmark = pytest.mark.usefixtures("untroubled")

clew.register_slug("test.said", "TRC")

_BROKEN = "ValueError: invalid literal for int() with base 10: 'broken'"


def recording(folder: Path) -> SessionRecorder:
    """A session without a trace."""
    return clew.session(agent_id="parent", dir=folder, trace=False)


def test_a_child_session_is_whole_inside_its_tool_call(tmp_path: Path) -> None:
    """The child has its own journal, its own turns, totals and paths; from outside, its paths continue the tool's."""
    with recording(tmp_path) as session, session.turn() as turn:
        turn.attempt().start().end()
        with turn.tool("research", {"q": 1}, kind="agent") as tool:
            with tool.child(agent_id="researcher", model="m") as child, child.turn(user_input="look") as inner:
                clew.log("test.said", "inside")
                with inner.attempt(request={"x": 1}) as attempt:
                    attempt.respond("found", usage=clew.Usage(input_tokens=5))
            tool.respond("done")
    tree = clew.load(session.session_id, dir=tmp_path)
    inside = tree.turns[0].tools[0].child_session
    assert inside is not None
    assert inside.parent is not None
    assert (inside.session_id, inside.agent_id, inside.parent.path) == (child.session_id, "researcher", "1-2")
    assert (inside.status, inside.totals.turns, tree.totals.turns, tree.totals.child_sessions) == ("ok", 1, 2, 1)
    assert tree.fin is not None
    assert tree.fin.totals is not None
    assert (tree.fin.totals.turns, tree.totals.usage.input_tokens) == (1, 5)
    assert (inner.node_path, attempt.node_path) == ("1", "1-1")
    assert locate(tree, "1-2.1-1") == inside.turns[0].attempts[0]
    assert [entry.message for entry in inside.turns[0].logs] == ["inside"]
    assert (clew.check(tree), tree.notes, inside.notes) == ([], (), ())
    assert [read.session_id for read in clew.sessions(dir=tmp_path)] == [session.session_id]


def test_a_session_begun_inside_a_tool_call_is_its_child(tmp_path: Path) -> None:
    """An agent that knows nothing of its caller still ends up in the caller's tree."""
    with (
        recording(tmp_path) as session,
        session.turn() as turn,
        turn.tool("agent"),
        clew.session(agent_id="inner") as inner,
    ):
        assert clew.current() is inner
    tree = clew.load(session.session_id, dir=tmp_path)
    assert tree.turns[0].tools[0].child_session is not None
    assert tree.turns[0].tools[0].child_session.agent_id == "inner"


def test_a_failing_child_fails_its_tool_and_each_says_so_once(tmp_path: Path) -> None:
    """An exception that passes the child and the parent is logged once in each session, where it entered it."""
    with (
        suppress(ValueError),
        recording(tmp_path) as session,
        session.turn() as turn,
        turn.tool("agent") as tool,
        tool.child(agent_id="inner") as child,
        child.turn() as inner,
        inner.tool("deep"),
    ):
        int("broken")
    tree = clew.load(session.session_id, dir=tmp_path)
    assert [(entry.slug, entry.message) for entry in find_logs(tree, "tool.failed")] == [("tool.failed", _BROKEN)] * 2
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert (tree.fin.failure.slug, tree.fin.failure.path, tree.fin.failure.origin) == ("tool.failed", "1-1", "tool")
    assert clew.check(tree) == []


def test_another_process_records_a_child(tmp_path: Path) -> None:
    """The environment of a tool call makes the sessions of a subprocess its children; the first one is shown inside."""
    folder = tmp_path / "s"
    code = """
        import clew
        for name in ("first", "second"):
            with clew.session(agent_id=name) as session, session.turn(user_input=name):
                clew.log("test.said", name, "TRC")
    """
    with recording(folder) as session, session.turn() as turn, turn.tool("program", kind="command") as tool:
        subprocess.run(command(code), env={**environment(tmp_path / "wrong"), **tool.environ()}, check=True, timeout=30)
        tool.respond(0)
    tree = clew.load(session.session_id, dir=folder)
    child = tree.turns[0].tools[0].child_session
    assert child is not None
    assert (child.agent_id, child.status) == ("first", "ok")
    assert [entry.message for entry in find_logs(child, "test.said")] == ["first"]
    (note,) = tree.notes
    assert note.kind == "extra_child"
    assert any(session_id in note.message for session_id in Folder(folder).ids())
    assert not [violation for violation in clew.check(tree) if violation.rule != "slug"]
    assert not (tmp_path / "wrong").exists()


def test_a_process_that_records_nothing_leaves_no_note(tmp_path: Path) -> None:
    """A program that was offered a child session need not take it."""
    with recording(tmp_path) as session, session.turn() as turn, turn.tool("program") as tool:
        assert set(tool.environ()) == {"CLEW_PARENT", "CLEW_DIR"}
    tree = clew.load(session.session_id, dir=tmp_path)
    assert (tree.turns[0].tools[0].child_session, tree.notes) == (None, ())


def test_programs_of_programs_hang_on_the_call_that_started_them(tmp_path: Path) -> None:
    """A worker that inherits the same environment takes an id of its own, and nobody writes to another's journal."""
    folder = tmp_path / "s"
    code = """
        import os, subprocess, sys, clew
        with clew.session(agent_id="outer"):
            inner = "import clew; clew.session(agent_id='inner').end()"
            subprocess.run([sys.executable, "-c", inner], check=True)
    """
    with recording(folder) as session, session.turn() as turn, turn.tool("program") as tool:
        done = subprocess.run(
            command(code), env={**environment(folder), **tool.environ()}, capture_output=True, check=True, timeout=30
        )
    assert done.stderr == b""
    tree = clew.load(session.session_id, dir=folder)
    child = tree.turns[0].tools[0].child_session
    assert child is not None
    assert child.agent_id == "outer"
    assert len(Folder(folder).ids()) == 3


def test_a_lost_child_is_noted(tmp_path: Path) -> None:
    """A child whose journal was deleted leaves a note, and one that cannot be read does not take its parent along."""
    with recording(tmp_path) as session, session.turn() as turn:
        for name in ("gone", "broken"):
            with turn.tool(name) as tool, tool.child(agent_id=name):
                pass
    tree = clew.load(session.session_id, dir=tmp_path)
    gone, broken = (tool.child_session.session_id for tool in tree.turns[0].tools if tool.child_session is not None)
    Folder(tmp_path).journal_path(gone).unlink()
    Folder(tmp_path).journal_path(broken).write_bytes(b"this is no journal\n")
    tree = clew.load(session.session_id, dir=tmp_path)
    assert sorted(note.kind for note in tree.notes) == ["missing_child", "missing_child", "unreadable"]
    assert [tool.child_session for tool in tree.turns[0].tools] == [None, None]


def test_a_thousand_sessions_inside_each_other(tmp_path: Path) -> None:
    """Depth costs no recursion: the tree is loaded, walked, checked and searched."""
    sessions: list[SessionRecorder] = []
    session = clew.session(agent_id="0", dir=tmp_path, trace=False, sync="never")
    for depth in range(1, 1001):
        sessions.append(session)
        tool = session.turn().start().tool("agent").start()
        session = tool.child(agent_id=str(depth)).start()
    session.end()
    for outer in reversed(sessions):
        outer.end()
    tree = clew.load(sessions[0].session_id, dir=tmp_path)
    assert tree.totals.child_sessions == 1000
    assert sum(1 for _ in walk(tree)) > 4000
    deepest = locate(tree, ".".join(["1-1"] * 1000))
    assert deepest.child_session.agent_id == "1000"  # type: ignore[union-attr]  # a tool call
    assert clew.check(tree) == []
    assert clew.find_log(tree, "llm.retry") is None
    assert clew.find_tool(tree, "nothing", children=True) is None
