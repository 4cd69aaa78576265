"""Promises of the log's sinks: whatever they do, the agent does not notice, and what is lost is counted."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest
from anthropic import Anthropic

import clew
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text
from clew.record.backlog import Backlog
from clew.record.dispatch import dispatch
from clew.sinks.journald import Journald
from clew.sinks.jsonl import JsonLines
from tests.record import host
from tests.record.lines import Kept, converse, session
from tests.sinks.journal import FakeJournal
from tests.sinks.test_journald import line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.sinks.line import Line

ANSWERS = tuple(Message(content=(Text(f"answer {number}"),)) for number in range(5))


class Blocked:
    """Takes one line and never comes back until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.lines: list[Line] = []

    def write(self, line: Line) -> None:
        """Wait."""
        self.go.wait(30)
        self.lines.append(line)


class Broken:
    """Raises on every line."""

    def __init__(self, words: str = "broken") -> None:
        self.words = words

    def write(self, line: Line) -> None:
        """Raise."""
        raise OSError(f"{self.words} at {line.event}")


@pytest.fixture(autouse=True)
def _no_sinks() -> Iterator[None]:
    """Leave no sink behind."""
    yield
    clew.configure(sinks=[])


def answers(folder: Path) -> list[str]:
    """What an agent answers to five questions, over HTTP, through the official SDK."""
    with (
        ModelServer(Scenario(name="answers", answers=ANSWERS)) as server,
        Anthropic(api_key="scripted", base_url=server.base_url, max_retries=0) as client,
        session(folder) as recorder,
    ):
        return [_answer(recorder, client, number) for number in range(len(ANSWERS))]


def _answer(recorder: clew.record.session.SessionRecorder, client: Anthropic, number: int) -> str:
    with recorder.turn(f"question {number}") as turn, turn.tool("ask", {"number": number}) as tool:
        message = client.messages.create(
            model="m", max_tokens=99, messages=[{"role": "user", "content": f"question {number}"}]
        )
        clew.log("shop.asked", "asked", "WRN")
        tool.respond(message)
    return "".join(block.text for block in message.content if block.type == "text")


@pytest.mark.parametrize("trouble", ["stopped", "removed", "dead", "full", "broken", "blocked"])
def test_the_agents_answers_do_not_depend_on_its_log(tmp_path: Path, trouble: str) -> None:
    """A reader that is stopped, a socket that is closed or gone, a full disk, a sink that raises or blocks."""
    expected = answers(tmp_path / "without")
    journal = FakeJournal(tmp_path / "socket")
    sinks: dict[str, Journald | JsonLines | Broken | Blocked] = {
        "stopped": Journald(journal.path),
        "removed": Journald(journal.path),
        "dead": Journald(journal.path),
        "full": JsonLines("/dev/full"),
        "broken": Broken(),
        "blocked": Blocked(),
    }
    if trouble == "dead":
        journal.close()
    elif trouble == "removed":
        (tmp_path / "socket").unlink()
    sink = sinks[trouble]
    clew.configure(sinks=[sink])
    began = time.monotonic()
    assert answers(tmp_path / "with") == expected == [f"answer {number}" for number in range(5)]
    dispatch.flush(0.1)
    seconds = time.monotonic() - began
    lost = sink.loss.total if isinstance(sink, Journald | JsonLines) else 0
    print(f"{trouble}: {seconds:.2f} s, {lost} lines counted as lost")
    assert lost > 0 or trouble in {"broken", "blocked"}
    if isinstance(sink, Blocked):
        sink.go.set()
        dispatch.flush(5)
        assert len(sink.lines) == 20
    journal.close()


def test_a_sink_that_raises_is_reported_once_and_its_lines_are_counted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One sentence on stderr, however many lines it raises on."""
    clew.configure(sinks=[Broken("no luck")])
    with session(tmp_path) as recorder:
        converse(recorder)
    (backlog,) = dispatch._sinks  # noqa: SLF001 - the queue is no part of the API
    assert isinstance(backlog, Backlog)
    assert backlog.drain(5)
    assert backlog.loss.total == 12
    assert capfd.readouterr().err.count("no luck at log") == 1


def test_more_lines_than_may_wait_are_counted_and_told() -> None:
    """The queue before a sink that blocks has an end; what it lost is told when the sink is back."""
    sink = Blocked()
    backlog = Backlog(sink, room=10)
    for number in range(30):
        backlog.write(line(message=str(number)))
    assert backlog.loss.total >= 19
    sink.go.set()
    assert backlog.drain(5)
    assert len(sink.lines) == 30 - backlog.loss.total + 1
    assert [told.message for told in sink.lines if told.slug == "log.lines_lost"] == [
        f"{backlog.loss.total} log lines were lost (too many lines waited)"
    ]


def test_without_a_sink_a_session_costs_nothing_more(tmp_path: Path) -> None:
    """No narrator is loaded, and no act is told to anybody."""
    code = """
        import sys, clew
        with clew.session("a") as session, session.turn("go"):
            assert not session._outlet._subscribers
        clew.log("shop.x", "outside")
        print([name for name in sys.modules if name.startswith(("clew.sinks", "clew.record.narrator", "logging"))])
    """
    assert host.run(code, tmp_path / "sessions").stdout == "[]\n"


def test_the_environment_names_sinks(tmp_path: Path) -> None:
    """`CLEW_LOG` takes several; what a person sees on the console is what the file holds."""
    code = """
        import clew
        with clew.session("a") as session, session.turn("go"):
            pass
    """
    told = host.run(code, tmp_path / "sessions", CLEW_LOG=f"console, jsonl:{tmp_path}/log.jsonl")
    assert [json.loads(text)["event"] for text in (tmp_path / "log.jsonl").read_text().splitlines()] == [
        "interaction.begin",
        "interaction.end",
    ]
    assert [text.split(" ")[1:6] for text in told.stderr.splitlines()] == [
        ["VRB", "a", "1", "message", "begins"],
        ["FIN", "a", "1", "message:", "ok"],
    ]


def test_a_misspelt_sink_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    """In the environment it is reported; in a program it is an error of the program."""
    told = host.run("import clew\nwith clew.session('a'): pass", tmp_path / "sessions", CLEW_LOG="jurnald")
    assert told.returncode == 0
    assert "There is no log sink 'jurnald'" in told.stderr
    with pytest.raises(clew.ClewError, match="say console, jsonl:PATH"):
        clew.configure(sinks=["jsonl"])


def test_a_process_with_a_blocked_sink_ends_in_time(tmp_path: Path) -> None:
    """The end of the process waits a second for lines to get out, not longer."""
    code = """
        import time, clew
        class Blocked:
            def write(self, line): time.sleep(60)
        clew.configure(sinks=[Blocked(), Blocked()])
        with clew.session("a") as session, session.turn("go"):
            pass
    """
    began = time.monotonic()
    assert host.run(code, tmp_path / "sessions").returncode == 0
    assert time.monotonic() - began < 4


def test_what_a_sink_logs_does_not_come_back_to_it() -> None:
    """A sink that logs, at once or in its thread, is no loop."""

    class Talkative(Kept):
        def write(self, line: Line) -> None:
            super().write(line)
            clew.log("shop.sink", "a line came")

    for instant in (True, False):
        sink = Talkative()
        sink.instant = instant
        clew.configure(sinks=[sink])
        clew.log("shop.x", "one")
        dispatch.flush(5)
        assert [told.slug for told in sink.lines] == ["shop.x"]


def test_a_forked_child_writes_on(tmp_path: Path) -> None:
    """The child has its parent's sinks, also those with a thread, and both tell what they do."""
    code = """
        import os, clew
        with clew.session("a") as session:
            with session.turn("parent"): pass
            if os.fork() == 0:
                with session.turn("child"): pass
                from clew.record.dispatch import dispatch
                dispatch.flush(5)
                os._exit(0)
            os.wait()
    """
    told = host.run(code, tmp_path / "sessions", CLEW_LOG=f"console,jsonl:{tmp_path}/log.jsonl")
    for lines in (told.stderr.splitlines(), (tmp_path / "log.jsonl").read_text().splitlines()):
        assert len([text for text in lines if "begin" in text]) == 2
        assert len([text for text in lines if "ok" in text]) == 2
