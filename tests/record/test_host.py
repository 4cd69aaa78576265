"""The application comes first: whatever happens to the recorder, it sees no exception, no other exit code, no hang."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

import clew
from clew.store.folder import Folder
from tests.record.host import command, environment, run

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = """
    import json, os, resource, shutil, signal, sys, clew
    before = clew.session(agent_id="a", sync=os.environ.get("SYNC", "background"))
    with before as session:
        with session.turn(user_input="one"):
            pass
        {trouble}
        for number in range(5):
            with session.turn(user_input=f"turn {{number}}") as turn, turn.tool("t", {{"n": number}}) as tool:
                clew.log("tool.failed", "x" * 500, n=number)
                with tool.child(agent_id="inner"):
                    pass
                tool.respond("y" * 1_100_000 if number == 2 else number)
        {relief}
        with session.turn(user_input="last"):
            pass
    print(json.dumps([session.session_id, str(session.path)]))
    sys.exit(5)
"""

TROUBLES = {
    "full disk": (
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE); size = session.path.stat().st_size + 700\n"
        + " " * 8
        + "resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))",
    ),
    "no handles": (
        "soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE); free = os.dup(0); os.close(free)\n"
        + " " * 8
        + "resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))",
    ),
    "folder deleted": ("shutil.rmtree(session.dir)", "pass"),
    "file deleted": ("session.path.unlink()", "pass"),
    "file replaced": ("session.path.unlink(); session.path.symlink_to('/dev/full')", "pass"),
    "folder replaced by a link": (
        "os.rename(session.dir, str(session.dir) + '.old'); os.symlink('/nowhere', session.dir)",
        "os.unlink(session.dir)",
    ),
    "fork": ("pid = os.fork()\n        if pid == 0: os._exit(0)", "os.waitpid(pid, 0)"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("sync", ["background", "always"])
def test_trouble_never_reaches_the_application(tmp_path: Path, trouble: str, sync: str) -> None:
    """Exit code and output stay the application's; what is left of the session is readable, and a loss is noted."""
    begin, end = TROUBLES[trouble]
    started = time.monotonic()
    done = run(APPLICATION.format(trouble=begin, relief=end), tmp_path / "s", SYNC=sync)
    assert (done.returncode, "Traceback" in done.stderr) == (5, False), done.stderr
    assert time.monotonic() - started < 15
    session_id, _ = json.loads(done.stdout)
    folder = Folder(tmp_path / ("s.old" if trouble == "folder replaced by a link" else "s"))
    tree = folder.load(session_id)
    whole = len(tree.turns) == 7 and all(tool.response for turn in tree.turns for tool in turn.tools)
    assert whole or tree.notes
    if trouble in {"full disk", "no handles"}:
        assert {"dropped", "missing_child"} & {note.kind for note in tree.notes}
        assert tree.status == "ok"


@pytest.mark.parametrize(
    "place",
    [
        "os.mkdir(place, 0o500)",
        "os.mkdir(place); os.chmod(place, 0o777)",
        "os.mkdir(place + '.target'); os.symlink(place + '.target', place)",
        "open(place, 'w').close()",
        "os.mkdir(place); os.chmod(place, 0)",
        "place = place + '/\\0'",
    ],
)
def test_a_folder_that_cannot_be_used_is_reported_once(tmp_path: Path, place: str) -> None:
    """Without a place to write to the application runs as ever, and stderr has one line about it."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest", "popen", "test_")):
            folder.chmod(0o755 if folder != tmp_path else 0o777)
    done = run(
        f"""
        import os, clew
        with clew.session(dir={str(tmp_path / "warm")!r}), clew.session().turn() as turn, turn.tool("t"):
            pass  # afterwards every module is loaded, should Python itself be out of reach
        if os.getuid() == 0: os.setuid(65534)
        place = {str(tmp_path / "s")!r}
        {place}
        for _ in range(3):
            with clew.session(dir=place) as session, session.turn("x") as turn, turn.tool("t") as tool:
                tool.respond(1)
        print("done")
        """,
        tmp_path / "unused",
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("clew: ")
    assert not list((tmp_path / "s").rglob("*.jsonl")) + list((tmp_path / "s.target").rglob("*.jsonl"))


def test_a_failure_without_handles_stays_the_applications_own(tmp_path: Path) -> None:
    """Where not even a module can be loaded, the exception that comes out of a block is the one that went in."""
    done = run(
        """
        import os, resource, clew
        with clew.session() as session:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            free = os.dup(0)
            os.close(free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
            try:
                with session.turn("x") as turn, turn.tool("t", {"n": 1}) as tool:
                    tool.environ()
                    raise KeyError("mine")
            except KeyError as problem:
                print(problem.args, problem.__context__)
            clew.session(session_id="20260101_000000_aaaa0001").end()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        """,
        tmp_path / "s",
    )
    assert (done.returncode, done.stdout) == (0, "('mine',) None\n"), done.stderr
    assert clew.load("last", dir=tmp_path / "s").turns[0].tools[0].slugs == ("tool.failed",)


def test_an_interpreter_that_shuts_down_is_not_held_up(tmp_path: Path) -> None:
    """Recording from `atexit`, from a finaliser and from a daemon thread: no output, no hang, and it is all there."""
    started = time.monotonic()
    done = run(
        """
        import atexit, threading, time, clew
        session = clew.session(agent_id="a")
        turn = session.turn("x").start()
        class Finaliser:
            def __del__(self): session.log("tool.failed", "from a finaliser")
        keep = Finaliser()
        def hammer():
            while True: session.log("tool.failed", "from a thread")
        threading.Thread(target=hammer, daemon=True).start()
        atexit.register(lambda: session.log("tool.failed", "from atexit"))
        time.sleep(0.05)
        """,
        tmp_path / "s",
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    assert time.monotonic() - started < 5
    tree = clew.load("last", dir=tmp_path / "s")
    assert {"from a thread", "from atexit"} <= {entry.message for entry in tree.logs}
    assert {note.kind for note in tree.notes} <= {"torn"}


def test_a_signal_handler_may_record(tmp_path: Path) -> None:
    """A handler that runs in the middle of a recording call neither hangs nor loses an act."""
    done = run(
        """
        import signal, clew
        count = 0
        def handler(*_):
            global count
            count += 1
            clew.log("tool.failed", f"signal {count}")
        signal.signal(signal.SIGALRM, handler)
        with clew.session(agent_id="a") as session:
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            said = 0
            while count < 50:
                session.log("tool.failed", f"main {said}", text="x" * 5000 + str(said))
                said += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
        print(count, said)
        """,
        tmp_path / "s",
    )
    assert done.returncode == 0, done.stderr
    count, said = map(int, done.stdout.split())
    tree = clew.load("last", dir=tmp_path / "s")
    messages = [entry.message for entry in (*tree.init.logs, *tree.logs)]
    assert tree.notes == ()
    assert sorted(messages) == sorted([f"signal {n + 1}" for n in range(count)] + [f"main {n}" for n in range(said)])


def test_a_broken_stderr_is_no_reason_to_fail(tmp_path: Path) -> None:
    """Where nobody can be told, nobody is told."""
    (tmp_path / "s").write_text("")
    with subprocess.Popen(
        command("import os, clew; os.close(2); clew.session().end(); print('done')"),
        env=environment(tmp_path / "s"),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
        assert process.wait() == 0


def test_a_reader_that_holds_the_lock_for_a_moment_does_not_stop_a_writer(tmp_path: Path) -> None:
    """Readers asking for signs of life all the time: the writer begins, writes and ends as ever."""
    with subprocess.Popen(
        command(
            """
            import os, time
            from clew.store.segment import is_live
            from pathlib import Path
            while True:
                for path in Path(os.environ["CLEW_DIR"]).glob("*.jsonl"):
                    is_live(path)
            """
        ),
        env=environment(tmp_path),
    ) as reader:
        for _ in range(20):
            with clew.session(dir=tmp_path, trace=False) as session, session.turn():
                assert Folder(tmp_path).is_live(session.session_id)
        reader.send_signal(signal.SIGKILL)
