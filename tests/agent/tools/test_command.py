"""Programs as tools: no shell between, all output kept, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

import clew
from tests.agent.tools.workbench import PYTHON, Workbench, response_of, tools_of

if TYPE_CHECKING:
    from pathlib import Path


def _command(*argv: str, more: str = "") -> str:
    """A command ``run`` with the parameters ``word`` and ``extra``."""
    return (
        f'[[commands]]\nname = "run"\nargv = {json.dumps(argv)}\n{more}\n'
        '[commands.parameters]\ntype = "object"\nrequired = ["word"]\n'
        '[commands.parameters.properties]\nword = { type = "string" }\nextra = { type = "integer" }\n'
    )


@pytest.mark.parametrize("word", ["plain", "two words", "$(touch x); `id` && echo 'y' | {}", 'ü\n\t"', "--help"])
def test_a_parameter_is_one_argument_whatever_is_in_it(tmp_path: Path, word: str) -> None:
    """No shell reads what a model wrote."""
    bench = Workbench(tmp_path, _command(PYTHON, "-c", "import sys; print(sys.argv[1:], {1: 2})", "{word}"))
    session = bench.call(("run", {"word": word}))
    (tool,) = tools_of(session)
    assert (tool.kind, tool.status) == ("command", "ok")
    assert response_of(tool) == {"exit_status": 0, "stdout": f"{[word]} {{1: 2}}\n", "stderr": ""}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.toml", "sessions"]


def test_an_argument_without_its_parameter_is_left_out(tmp_path: Path) -> None:
    """So an option can be one argument with the place of its value in it."""
    program = ("-c", "import sys; print(sys.argv[1:])", "--n={extra}", "{word}")
    bench = Workbench(tmp_path, _command(PYTHON, *program))
    bench.call(("run", {"word": "a"}), ("run", {"word": "a", "extra": 3}))
    assert bench.told == ["['a']\n", "['--n=3', 'a']\n"]


def test_output_is_kept_whole_and_failure_is_failure(tmp_path: Path) -> None:
    """Both outputs, a megabyte of them and bytes that are no text, come with the exit status; the session goes on."""
    program = "import sys; sys.stdout.write('x' * 1_000_000); sys.stderr.buffer.write(b'\\xff\\x00'); sys.exit(2)"
    session = Workbench(tmp_path, _command(PYTHON, "-c", program)).call(("run", {"word": ""}))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("failed", ("tool.failed",))
    response = response_of(tool)
    assert (response["exit_status"], response["stdout"]) == (2, "x" * 1_000_000)
    assert response["stderr"] != "\ufffd\0"
    assert session.status == "ok"


def test_a_program_that_is_not_there_is_a_failed_call(tmp_path: Path) -> None:
    """It may be there tomorrow."""
    session = Workbench(tmp_path, _command("./no-such-program")).call(("run", {"word": ""}))
    assert tools_of(session)[0].slugs == ("tool.failed",)


def test_a_program_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    """Neither it nor its children run on, and what they had said is kept."""
    program = "sleep 60 & echo $! > child; echo begun; sleep 60"
    session = Workbench(tmp_path, _command("sh", "-c", program, more="timeout = 0.3")).call(("run", {"word": ""}))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("timeout", ("tool.timeout",))
    assert response_of(tool)["stdout"] == "begun\n"
    child = int((tmp_path / "child").read_text())
    assert not _runs(child)


def test_who_is_interrupted_takes_the_program_along(tmp_path: Path) -> None:
    """Ctrl-C ends the program with all it started, and passes on; the call is recorded as cancelled."""
    program = "sleep 60 & echo $! > child; sleep 0.5; kill -ALRM $PPID; sleep 60"
    bench = Workbench(tmp_path, _command("sh", "-c", program))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            bench.call(("run", {"word": ""}))
    finally:
        signal.signal(signal.SIGALRM, before)
    (tree,) = clew.sessions(dir=tmp_path / "sessions")
    assert (tools_of(tree)[0].status, tools_of(tree)[0].slugs) == ("cancelled", ("tool.cancelled",))
    assert not _runs(int((tmp_path / "child").read_text()))


def test_a_program_that_records_hangs_its_session_on_the_call(tmp_path: Path) -> None:
    """The environment tells it where it belongs."""
    program = "import clew\nwith clew.session(agent_id='worker') as s:\n with s.turn(user_input='hi'): pass"
    session = Workbench(tmp_path, _command(PYTHON, "-c", program)).call(("run", {"word": ""}))
    child = tools_of(session)[0].child_session
    assert child is not None
    assert (child.agent_id, child.status) == ("worker", "ok")
    assert clew.check(session) == []


def _runs(process: int, patience: float = 5.0) -> bool:
    """Whether a process still runs; one that was killed may need a moment to be gone."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        with open(f"/proc/{process}/stat", encoding="ascii") as stat:  # noqa: PTH123 - as short as it is
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                return False
        time.sleep(0.01)
    return True
