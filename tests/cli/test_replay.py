"""Promises of ``clew replay``: a program, a process of its own, run again with a recorded session and nothing else."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew as project
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.cli.exit_codes import ExitCode
from clew.protocol import ModelServer, load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

EXAMPLES = Path(__file__).parents[2] / "examples"
AGENT = EXAMPLES / "tools" / "shop.toml"
TASK = "Where is order 17?"
PLAIN = """\
import clew
from anthropic import Anthropic
from clew.instrument.anthropic import record

with clew.session(agent_id="plain") as session, session.turn(user_input="hello") as turn:
    client = record(Anthropic({options}))
    client.messages.create(model="m-1", max_tokens=9, messages=[{{"role": "user", "content": "hello"}}])
    with turn.tool("mail", {{}}) as tool:
        {action}
        tool.respond("sent")
with open("typed", "w") as file:
    file.write(input() if {types} else "")
"""


@pytest.fixture
def errand(tmp_path: Path) -> str:
    """The session of an agent with tools, workflows and a report."""
    script = load_scenario(EXAMPLES / "tools" / "scenarios" / "shipped.toml")
    with ModelServer(script) as server:
        return run_errand(load_definition(AGENT), TASK, folder=tmp_path, server=server.base_url).session_id


def _run(agent: Path, task: str) -> list[str]:
    start = "import sys; from clew.cli.main import main; sys.argv[0] = 'clew'; main()"
    return [sys.executable, "-c", start, "run", str(agent), task]


def test_a_program_runs_again_offline(tmp_path: Path, errand: str, clew: Callable[..., Outcome]) -> None:
    """The agent of a file, with no key and no network: the same report, no divergence, and a session that says so."""
    outcome = clew("replay", errand, "--dir", tmp_path, "--", *_run(AGENT, TASK))
    assert outcome.code == ExitCode.OK, outcome.err
    assert outcome.out == "Tea is on its way to Ann.\n"
    assert "0 divergences" in outcome.err
    newest = next(iter(project.sessions(dir=tmp_path)))
    assert newest.attributes is not None
    assert newest.attributes.value == {"replay_of": errand}
    assert newest.session_id in outcome.err


def test_a_changed_program_is_stopped(tmp_path: Path, errand: str, clew: Callable[..., Outcome]) -> None:
    """Another prompt: the node, the place, what was there and what is, and an exit code of its own."""
    for name in ("shop.toml", "shop_tools.py"):
        text = (AGENT.parent / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("small shop", "large shop"), "utf-8")
    (tmp_path / "anthropic.toml").write_text((EXAMPLES / "anthropic.toml").read_text("utf-8"), "utf-8")
    agent = tmp_path / "agents" / "shop.toml"
    agent.parent.mkdir()
    for name in ("shop.toml", "shop_tools.py"):
        (tmp_path / name).rename(agent.parent / name)
    outcome = clew("replay", errand, "--dir", tmp_path, "--", *_run(agent, TASK))
    assert outcome.code == ExitCode.DIVERGED
    assert "1-1 prompt" in outcome.err
    assert "small shop" in outcome.err
    assert "large shop" in outcome.err


def _plain(folder: Path, *, options: str = "", action: str = "pass", types: bool = False) -> Path:
    program = folder / "plain.py"
    program.write_text(PLAIN.format(options=options, action=action, types=types), "utf-8")
    return program


@pytest.fixture
def mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The session of a program with a tool that does not ask."""
    monkeypatch.chdir(tmp_path)
    with ModelServer(load_scenario(EXAMPLES / "scenarios" / "report.toml")) as server, monkeypatch.context() as patch:
        patch.setenv("CLEW_DIR", str(tmp_path))
        runpy.run_path(str(_plain(tmp_path, options=f"base_url={server.base_url!r}, api_key='x'")))
    return next(iter(project.sessions(dir=tmp_path))).session_id


def test_a_tool_that_does_not_ask_is_refused(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """The program is stopped before its tool runs; with --live-tools it runs."""
    program = _plain(tmp_path, action="open('mail', 'w').close()")
    outcome = clew("replay", mailed, "--dir", tmp_path, "--", sys.executable, program)
    assert outcome.code == ExitCode.REFUSED
    assert "--live-tools" in outcome.err
    assert not (tmp_path / "mail").exists()
    assert clew("replay", mailed, "--dir", tmp_path, "--live-tools", "--", sys.executable, program).code == ExitCode.OK
    assert (tmp_path / "mail").exists()


def test_what_the_user_typed_can_be_typed_again(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """A program that reads its user's words gets those of the session."""
    program = _plain(tmp_path, types=True)
    outcome = clew("replay", mailed, "--dir", tmp_path, "--live-tools", "--say", "--", sys.executable, program)
    assert outcome.code == ExitCode.OK, outcome.err
    assert (tmp_path / "typed").read_text() == "hello"


def test_a_program_cannot_reach_the_provider(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """An address that stands in the program is not reached either: it has not asked for what it should have."""
    program = _plain(tmp_path, options="base_url='https://provider.invalid', max_retries=0")
    outcome = clew("replay", mailed, "--dir", tmp_path, "--", sys.executable, program)
    assert outcome.code == ExitCode.DIVERGED
    assert "was not made" in outcome.err


def test_a_command_that_is_not_there_is_said_so(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """One sentence, and no traceback."""
    outcome = clew("replay", mailed, "--dir", tmp_path, "--", tmp_path / "nothing")
    assert outcome.code == ExitCode.NOT_FOUND
    assert "cannot be started" in outcome.err


def test_a_normaliser_that_is_none_is_refused(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """The names that there are, in one sentence."""
    outcome = clew("replay", mailed, "--dir", tmp_path, "--normalise", "moods", "--", "true")
    assert outcome.code == ExitCode.USAGE
    assert "times, ids, paths" in outcome.err
