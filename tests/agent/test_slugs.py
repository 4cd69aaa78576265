"""Slugs that ride along or come from the agent's surroundings, each through its front door: over HTTP, with real tools.

Those of models, reports and the context are tried in ``test_errand.py``, those of tools in ``tools/test_errands.py``.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.agent.talk import HELP
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse
from tests.agent.stage import Stage

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
"""
TOOLS = '''\
import logging
from pathlib import Path

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


def test_who_stops_the_agent_before_it_began_has_cancelled_the_session(tmp_path: Path) -> None:
    """Ctrl-C while an MCP server is waited for: no turn was there to be cancelled, so the session was."""
    argv = json.dumps([sys.executable, "-c", IMPATIENT])
    (tmp_path / "agent.toml").write_text(f'{AGENT}[[mcp]]\nname = "late"\nargv = {argv}\n', "utf-8")
    (tmp_path / "desk.py").write_text(TOOLS, "utf-8")
    (tmp_path / "script.toml").write_text('name = "script"\n[[answers]]\nkind = "message"\n', "utf-8")
    command = ["run", "agent.toml", "Do it.", "--scenario", "script.toml", "--dir", "s"]
    ended = subprocess.run([sys.executable, "-c", START, *command], cwd=tmp_path, check=False, timeout=60)
    (session,) = clew.sessions(dir=tmp_path / "s")
    assert ended.returncode == 130
    assert (session.status, session.turns) == ("failed", ())
    assert clew.find_log(session, "session.cancelled") is not None
    assert clew.find_log(session, "session.error") is None


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
