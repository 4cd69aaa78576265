"""Death of the process, of every kind: a returned call is never lost, and what was left open says so."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

import clew
from clew.model.message import text_in
from clew.store.folder import Folder
from clew.tree.query import find_logs
from tests.record.host import command, environment, run

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

HAMMER = """
    import os, itertools, clew
    with clew.session(agent_id="hammer") as session:
        print(session.session_id, flush=True)
        messages = []
        for number in itertools.count():
            with session.turn(user_input=f"turn {number} " * 30) as turn:
                messages.append({"role": "user", "content": f"turn {number} " * 30})
                with turn.attempt(provider="p", model="m", request={"messages": messages}) as attempt:
                    for piece in range(3):
                        attempt.chunk(f"{number}.{piece} ")
                        session.log("test.said", f"{number}.{piece}", "TRC")
                        os.write(1, f"{number}.{piece}\\n".encode())
                    attempt.respond({"content": [{"type": "text", "text": f"answer {number}"}]})
                    os.write(1, f"answer {number}\\n".encode())
"""


def only(folder: Path) -> Session:
    """The one session of a folder."""
    (session,) = clew.sessions(dir=folder)
    return session


def _kill_after_some_acts(folder: Path, wait: float) -> tuple[int, int]:
    """Kill a writer in the middle; how many calls had returned, and how many of those are lost."""
    with subprocess.Popen(command(HAMMER), env=environment(folder), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        session_id = process.stdout.readline().decode().strip()
        time.sleep(wait)
        process.kill()
        acknowledged = process.stdout.read().decode().splitlines()
    tree = clew.load(session_id, dir=folder)
    assert tree.status in {"interrupted", "abandoned"}
    assert {note.kind for note in tree.notes} <= {"torn"}
    assert all(turn.status == "ok" for turn in tree.turns[:-1])
    said = {entry.message for entry in find_logs(tree, "test.said")}
    answers = [attempt.response for turn in tree.turns for attempt in turn.attempts if attempt.response is not None]
    said |= {text_in(answer.payload) for answer in answers}
    for turn in tree.turns:
        for attempt in turn.attempts:
            assert attempt.request is not None
            assert len(attempt.request.value["messages"]) == turn.index
            assert attempt.status in {"ok", "interrupted"}
    return len(acknowledged), sum(line not in said for line in acknowledged)


def test_no_returned_call_is_lost_by_a_kill(tmp_path: Path) -> None:
    """20 times `kill -9` in the middle of recording, streams included: what was acknowledged is in the tree."""
    chance = random.Random(3)
    results = [_kill_after_some_acts(tmp_path / "s", chance.uniform(0.005, 0.08)) for _ in range(20)]
    acknowledged, lost = map(sum, zip(*results, strict=True))
    print(f"20 kills, {acknowledged} acknowledged, {lost} lost")
    assert acknowledged > 200
    assert lost == 0


@pytest.mark.parametrize(
    ("death", "code"),
    [
        ("os._exit(7)", 7),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGHUP)", -signal.SIGHUP),
        ("os.abort()", -signal.SIGABRT),
        ("ctypes.string_at(0)", -signal.SIGSEGV),
    ],
)
def test_a_sudden_end_leaves_everything_up_to_it(tmp_path: Path, death: str, code: int) -> None:
    """Exits that run no handlers lose nothing; the open nodes are interrupted, and the exit code is the same."""
    done = run(
        f"""
        import ctypes, os, signal, clew
        session = clew.session(agent_id="a")
        turn = session.turn(user_input="go").start()
        with turn.tool("first", {{"x": 1}}) as tool:
            tool.respond("done")
        open_tool = turn.tool("second", {{"x": 2}}).start()
        attempt = turn.attempt(request={{"q": 1}}).start()
        attempt.chunk("half an ")
        {death}
        """,
        tmp_path / "s",
    )
    tree = only(tmp_path / "s")
    assert done.returncode == code
    assert "clew" not in done.stderr
    assert (tree.status, tree.turns[0].status, tree.notes) == ("interrupted", "interrupted", ())
    assert [tool.status for tool in tree.turns[0].tools] == ["ok", "interrupted"]
    assert tree.turns[0].tools[0].response is not None
    assert tree.turns[0].tools[0].response.value == "done"
    attempt = tree.turns[0].attempts[0]
    assert attempt.response is not None
    assert (attempt.status, attempt.response.text, attempt.response.partial) == ("interrupted", "half an ", True)


@pytest.mark.parametrize(
    ("end", "code", "status", "last"),
    [
        ("sys.exit(3)", 3, "failed", ""),
        ("sys.exit(0)", 0, "ok", ""),
        ("raise KeyError('shop')", 1, "failed", "KeyError: 'shop'"),
        ("os.kill(os.getpid(), signal.SIGINT)", -signal.SIGINT, "failed", "KeyboardInterrupt"),
    ],
)
def test_an_orderly_end_is_recorded_and_unchanged(tmp_path: Path, end: str, code: int, status: str, last: str) -> None:
    """Exit codes and tracebacks are the application's; the session says how it ended."""
    done = run(
        f"""
        import os, signal, sys, clew
        with clew.session(agent_id="a") as session, session.turn(user_input="go"):
            {end}
        """,
        tmp_path / "s",
    )
    assert done.returncode == code
    assert (done.stderr.strip().splitlines() or [""])[-1] == last
    assert only(tmp_path / "s").status == status


def test_a_session_that_died_before_its_first_turn_is_abandoned(tmp_path: Path) -> None:
    """INIT alone is told from work that was cut off."""
    run("import clew, os; clew.session(agent_id='a').config(tools=[1]); os._exit(0)", tmp_path / "s")
    tree = only(tmp_path / "s")
    assert (tree.status, tree.phase) == ("abandoned", "init")
    assert tree.init.config.tools is not None
    assert tree.init.config.tools.value == [1]


def test_a_session_without_an_end_is_interrupted_after_a_clean_exit(tmp_path: Path) -> None:
    """Whoever forgets to end a session gets no invented FIN."""
    done = run("import clew; s = clew.session(); t = s.turn().start(); t.end()", tmp_path / "s")
    tree = only(tmp_path / "s")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tree.status, tree.turns[0].status, tree.fin) == ("interrupted", "ok", None)


def test_a_stopped_writer_is_alive(tmp_path: Path) -> None:
    """A writer that is suspended still holds its session: running until it dies, then interrupted."""
    code = HAMMER.replace("for number in itertools.count()", "for number in [0]").rstrip() + "\n        os.read(0, 1)\n"
    with subprocess.Popen(
        command(code), env=environment(tmp_path / "s"), stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        session_id = process.stdout.readline().decode().strip()
        while not process.stdout.readline().startswith(b"answer 0"):
            pass
        os.kill(process.pid, signal.SIGSTOP)
        folder = Folder(tmp_path / "s")
        assert folder.is_live(session_id)
        assert folder.load(session_id).status == "running"
        os.kill(process.pid, signal.SIGCONT)
        process.kill()
        process.wait()
    assert not folder.is_live(session_id)
    assert folder.load(session_id).status == "interrupted"
