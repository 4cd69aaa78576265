"""Slugs that ride along or come from the agent's surroundings, each through its front door: over HTTP, with real tools.

Those of models, reports and the context are tried in ``test_errand.py``, those of tools in ``tools/test_errands.py``.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.agent.talk import HELP
from clew.cli.exit_codes import ExitCode
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse
from clew.record.dispatch import dispatch
from clew.sinks.journald import Journald
from tests.agent.stage import Stage
from tests.sinks.journal import FakeJournal, flat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.log import LogEntry
    from clew.model.session import Session

AGENT = """\
name = "clerk"
[[models]]
provider = "anthropic"
model = "m-1"
[[commands]]
name = "label"
description = "Prints a label."
argv = ["printf", "To Ann"]
[commands.parameters]
type = "object"
[commands.parameters.properties]
[[functions]]
name = "note"
target = "desk:note"
[[functions]]
name = "save"
target = "desk:save"
[[functions]]
name = "pay"
target = "desk:pay"
"""
TOOLS = '''\
import logging
from pathlib import Path

import clew

def note() -> str:
    """Write a note."""
    desk = logging.getLogger("desk")
    desk.info("a note is written")
    desk.warning("the ink is low")
    desk.error("the ink is spilt")
    return "written"

def save() -> str:
    """Save the day's work."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"order 17")
    return "saved"

def pay() -> str:
    """Pay; who cannot is told so in public words."""
    try:
        raise ConnectionError("bank.internal:5432 refused clerk")
    except ConnectionError as error:
        return " ".join(clew.public_error(error))
'''
IMPATIENT = """\
import os, signal, sys
os.kill(os.getppid(), signal.SIGINT)
sys.stdin.read()
"""
"""An MCP server that never greets; while it is waited for, the person at the terminal loses patience."""
START = (
    "import signal; from clew.cli.main import main\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler); main()"  # what runs in the background ignores Ctrl-C
)
REPORT = Message(content=(ToolUse("final_report", {"content": "Done."}),))


@pytest.fixture
def _bridge() -> Iterator[None]:
    """Have all that the application logs in the tree."""
    root, handler = logging.getLogger(), clew.LoggingHandler(logging.INFO)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield
    root.removeHandler(handler)
    root.setLevel(before)


def perform(folder: Path, tool: str) -> Session:
    """Have the agent call one tool and report; everything that it said is in the tree."""
    (folder / "agent.toml").write_text(AGENT, "utf-8")
    (folder / "desk.py").write_text(TOOLS, "utf-8")
    script = Scenario(name="slugs", answers=(Message(content=(ToolUse(tool),)), REPORT))
    with ModelServer(script) as server:
        definition = load_definition(folder / "agent.toml")
        errand = run_errand(definition, "Do it.", folder=folder / "s", server=server.base_url)
    return clew.load(errand.session_id, dir=folder / "s", verbose_in_tree=True)


def said(entries: tuple[LogEntry, ...]) -> list[tuple[str, str]]:
    """Severity and slug of some entries."""
    return [(entry.severity, entry.slug) for entry in entries]


def test_what_begins_and_ends_says_so(tmp_path: Path) -> None:
    """A task that goes well, with a shell command: each beginning and end has its entry, at its own node."""
    session = perform(tmp_path, "label")
    (tool,) = session.turns[0].tools
    assert session.fin is not None
    assert tool.status == "ok"
    assert said(session.init.logs) == [("VRB", "session.init"), ("VRB", "session.init_complete")]
    for turn in session.turns:
        assert said(turn.attempts[0].logs) == [("VRB", "llm.request"), ("VRB", "llm.response")]
    assert said(tool.logs) == [("VRB", "tool.request"), ("VRB", "tool.response")]
    assert ("FIN", "session.fin") in said(session.fin.logs)


@pytest.mark.usefixtures("_bridge")
def test_what_a_tools_own_code_logs_is_told_at_its_call(tmp_path: Path) -> None:
    """A function that knows nothing of clew uses ``logging``: its messages are entries of the tool call."""
    session = perform(tmp_path, "note")
    told = said(session.turns[0].tools[0].logs)
    assert [entry for entry in told if entry[1].startswith("app.")] == [
        ("VRB", "app.message"),
        ("WRN", "app.warning"),
        ("ERR", "app.error"),
    ]


def test_a_tool_that_finds_the_disk_full_is_not_to_blame(tmp_path: Path) -> None:
    """The call has failed for the machine's sake, and the agent goes on."""
    session = perform(tmp_path, "save")
    (tool,) = session.turns[0].tools
    assert (tool.status, tool.slugs) == ("failed", ("host.disk_full",))
    assert session.status == "ok"


def test_what_a_user_was_told_of_a_failure_is_noted_where_it_was(tmp_path: Path) -> None:
    """A function that answers with a public sentence: its call knows the incident that the user was given."""
    (tool,) = perform(tmp_path, "pay").turns[0].tools
    (told,) = clew.find_logs(tool, "incident.told")
    assert tool.response is not None
    assert told.details is not None
    assert told.details.value["incident"] in tool.response.value
    assert "bank.internal" not in tool.response.value


def test_a_log_that_was_away_hears_how_much_it_missed(tmp_path: Path) -> None:
    """The agent works while nobody takes its log; when somebody does again, the first news is the loss."""
    sink = Journald(str(tmp_path / "socket"))
    clew.configure(sinks=[sink])
    try:
        assert perform(tmp_path, "label").status == "ok"
        dispatch.flush()
        lost = sink.loss.total
        with FakeJournal(tmp_path / "socket") as journal:
            assert perform(tmp_path, "label").status == "ok"
            dispatch.flush()
            (entry,) = [told for told in map(flat, journal.entries()) if told.get("AI_SLUG") == "log.lines_lost"]
    finally:
        clew.configure(sinks=[])
    assert 0 < lost <= int(entry["AI_LABEL_LOST"])


def test_who_stops_the_agent_before_it_began_has_cancelled_the_session(tmp_path: Path) -> None:
    """Ctrl-C while an MCP server is waited for: no turn was there to be cancelled, so the session was."""
    argv = json.dumps([sys.executable, "-c", IMPATIENT])
    with start(tmp_path, f'[[mcp]]\nname = "late"\nargv = {argv}\n') as process:
        assert process.wait(60) == ExitCode.INTERRUPTED
    (session,) = clew.sessions(dir=tmp_path / "s")
    assert (session.status, session.turns) == ("failed", ())
    assert clew.find_log(session, "session.cancelled") is not None
    assert clew.find_log(session, "session.error") is None


def test_who_stops_the_agent_while_it_asks_has_cancelled_the_request(tmp_path: Path) -> None:
    """Ctrl-C while the model is silent: the attempt says who ended it."""
    with start(tmp_path) as process:
        deadline = time.monotonic() + 30
        while not _asking(tmp_path / "s"):
            assert time.monotonic() < deadline
            time.sleep(0.02)  # another process, whose clock is not ours
        assert _stopped(process) == ExitCode.INTERRUPTED
    (session,) = clew.sessions(dir=tmp_path / "s")
    (attempt,) = session.turns[0].attempts
    assert (attempt.status, attempt.slugs) == ("cancelled", ("llm.cancelled",))


def start(folder: Path, more: str = "") -> subprocess.Popen[bytes]:
    """`clew run`, with a model that is silent for a minute."""
    (folder / "agent.toml").write_text(f"{AGENT}{more}", "utf-8")
    (folder / "desk.py").write_text(TOOLS, "utf-8")
    (folder / "late.toml").write_text('name = "late"\n[[answers]]\nkind = "message"\ndelay = 60\n', "utf-8")
    command = ["run", "agent.toml", "Do it.", "--scenario", "late.toml", "--dir", "s"]
    return subprocess.Popen([sys.executable, "-c", START, *command], cwd=folder)


def _stopped(process: subprocess.Popen[bytes]) -> int:
    """Press Ctrl-C, and again after a while: Python forgets one that comes while a finalizer runs."""
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(20)
    process.kill()
    return process.wait()


def _asking(folder: Path) -> bool:
    """Whether a request is under way."""
    with suppress(clew.ClewError):
        return any(turn.attempts for session in clew.sessions(dir=folder) for turn in session.turns)
    return False


class Torn(Stage):
    """A person whose screen breaks when it is to show the help."""

    def _say(self, text: str) -> None:
        super()._say(text)
        if text.endswith(HELP):
            raise RuntimeError("the screen is gone")


def test_a_command_that_breaks_the_chat_has_failed(tmp_path: Path) -> None:
    """An error of the program between its calls is told at the step that it happened in."""
    stage = Torn(tmp_path, Message(content=(Text("Hello!"),)))
    with pytest.raises(RuntimeError):
        stage.play("hello", "/help")
    (session,) = stage.sessions
    (step,) = session.steps
    assert (session.status, step.status) == ("failed", "failed")
    assert clew.find_log(step, "step.failed") is not None
