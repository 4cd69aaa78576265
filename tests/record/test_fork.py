"""Forked processes: each writes a segment of its own, nothing is doubled, and nobody waits for a lock left behind."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import TYPE_CHECKING

import pytest

import clew
from clew.store.folder import Folder
from clew.store.segment import read_segment
from clew.tree.query import find_logs
from tests.record.host import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.record.session import SessionRecorder

pytestmark = pytest.mark.usefixtures("untroubled")

for _slug in ("test.said", "test.child", "test.parent"):
    clew.register_slug(_slug, "TRC")


def in_child(work: Callable[[], None]) -> int:
    """Run something in a forked child that is killed after five seconds; its exit status."""
    import signal

    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def test_a_forked_child_writes_a_segment_of_its_own(tmp_path: Path) -> None:
    """Acts of both processes land on the same nodes of one merged tree, each once."""
    with clew.session(agent_id="a", dir=tmp_path, trace=False) as session:
        turn = session.turn(user_input="go").start()
        tool = turn.tool("work", {"x": 1}).start()

        def child() -> None:
            tool.log("test.child", "in the child", "TRC")
            with turn.tool("inner", {"y": 2}) as inner:
                inner.respond("from the child")
            tool.respond("done in the child")
            session.log("test.child", "last words", "TRC")

        assert in_child(child) == 0
        turn.log("test.parent", "in the parent", "TRC")
        turn.end()
    first, second = Folder(tmp_path).segments(session.session_id)
    assert [read_segment(path).notes for path in (first, second)] == [[], []]
    tree = clew.load(session.session_id, dir=tmp_path)
    assert (tree.status, tree.notes) == ("ok", ())
    assert len(tree.turns) == 1
    assert [(tool.name, tool.status) for tool in tree.turns[0].tools] == [("work", "ok"), ("inner", "ok")]
    assert [entry.message for entry in find_logs(tree, "test.child")] == ["last words", "in the child"]
    assert clew.check(tree) == []


def test_a_child_that_records_nothing_leaves_nothing(tmp_path: Path) -> None:
    """A fork that only runs a program, or ends the session's block, adds no segment and no FIN."""
    with clew.session(dir=tmp_path, trace=False) as session:
        assert in_child(session.end) == 0
        assert in_child(lambda: None) == 0
        assert clew.load(session.session_id, dir=tmp_path).status == "running"
    assert len(Folder(tmp_path).segments(session.session_id)) == 1
    assert clew.load(session.session_id, dir=tmp_path).status == "ok"


def test_the_parents_liveness_ends_with_the_parent(tmp_path: Path) -> None:
    """A child that lives on does not keep its parent's segment alive."""
    done = run(
        """
        import os, time, clew
        session = clew.session()
        turn = session.turn().start()
        if os.fork() == 0:
            os.close(1); os.close(2)
            time.sleep(20)
        print(session.session_id, flush=True)
        os._exit(0)
        """,
        tmp_path / "s",
    )
    assert not Folder(tmp_path / "s").is_live(done.stdout.strip())


def test_forks_under_load_neither_hang_nor_double(tmp_path: Path) -> None:
    """40 forks while other threads hold the lock most of the time: every act of everybody is there once."""
    stop = threading.Event()
    with clew.session(dir=tmp_path, trace=False) as session:
        said: list[str] = []

        def hammer(who: int) -> None:
            number = 0
            while not stop.is_set():
                session.log("test.said", f"{who}:{number}", "TRC", text="x" * 500)
                said.append(f"{who}:{number}")
                number += 1

        threads = [threading.Thread(target=hammer, args=(who,)) for who in range(3)]
        for thread in threads:
            thread.start()
        statuses = [in_child(lambda: session.log("test.said", f"child {os.getpid()}", "TRC")) for _ in range(40)]
        stop.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {0}
    tree = clew.load(session.session_id, dir=tmp_path)
    told = [entry.message for entry in find_logs(tree, "test.said")]
    assert tree.notes == ()
    assert len(told) == len(set(told)) == len(said) + 40
    assert set(said) < set(told)


def _work(session: SessionRecorder, number: int) -> None:
    with session.turn(user_input=f"job {number}") as turn, turn.tool("work", {"n": number}) as tool:
        tool.respond(number * 2)


def test_processes_of_multiprocessing_record_into_one_session(tmp_path: Path) -> None:
    """Workers that each take the next turn: every turn has a path of its own in the merged tree."""
    context = multiprocessing.get_context("fork")
    with clew.session(dir=tmp_path, trace=False) as session:
        workers = [context.Process(target=_work, args=(session, number)) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(10)
        assert [worker.exitcode for worker in workers] == [0] * 4
    tree = clew.load(session.session_id, dir=tmp_path)
    assert [turn.index for turn in tree.turns] == [1, 2, 3, 4]
    assert {turn.action.content.value for turn in tree.turns if turn.action and turn.action.content} == {
        f"job {number}" for number in range(4)
    }
    assert sorted(tool.response.value for turn in tree.turns for tool in turn.tools if tool.response) == [0, 2, 4, 6]
    assert clew.check(tree) == []


@pytest.mark.parametrize("times", [2])
def test_a_child_of_a_child_has_a_segment_too(tmp_path: Path, times: int) -> None:
    """Double forks, as daemons make them."""
    with clew.session(dir=tmp_path, trace=False) as session:

        def child() -> None:
            session.log("test.said", "child", "TRC")
            for _ in range(times):
                assert in_child(lambda: session.log("test.said", "grandchild", "TRC")) == 0

        assert in_child(child) == 0
    tree = clew.load(session.session_id, dir=tmp_path)
    assert len(Folder(tmp_path).segments(session.session_id)) == 2 + times
    assert sorted(entry.message for entry in find_logs(tree, "test.said")) == ["child"] + ["grandchild"] * times
