"""Promises of ``clew replay``: a program, a process of its own, run again with a recorded session and nothing else."""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
START = "import sys; from clew.cli.main import main; sys.argv[0] = 'clew'; main()"
PLAIN = """\
import clew
from anthropic import Anthropic
from clew.instrument.anthropic import record

with clew.session(agent_id="plain") as session, session.turn(user_input="hello") as turn:
    client = {record}(Anthropic({options}))
    client.messages.create(model="m-1", max_tokens=9, messages=[{{"role": "user", "content": "hello"}}])
    with turn.tool("mail", {{}}) as tool:
        {action}
        tool.respond("sent")
with open("typed", "w") as file:
    file.write(input() if {types} else "")
"""


ASKS = """\
import json, os, urllib.request
import clew

request = clew.load({session!r}, dir={folder!r}).turns[0].attempts[0].request.value
url = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
with urllib.request.urlopen(urllib.request.Request(url, json.dumps(request).encode())) as answer:
    print(answer.status)
"""


@pytest.fixture
def errand(tmp_path: Path) -> str:
    """The session of an agent with tools, workflows and a report."""
    script = load_scenario(EXAMPLES / "tools" / "scenarios" / "shipped.toml")
    with ModelServer(script) as server:
        return run_errand(load_definition(AGENT), TASK, folder=tmp_path, server=server.base_url).session_id


def _run(agent: Path, task: str) -> list[str]:
    return [sys.executable, "-c", START, "run", str(agent), task]


def test_a_program_runs_again_offline(tmp_path: Path, errand: str, clew: Callable[..., Outcome]) -> None:
    """The agent of a file, with no key and no network: the same report, no divergence, and a session that says so."""
    outcome = clew("replay", errand, "--dir", tmp_path, "--", *_run(AGENT, TASK))
    assert outcome.code == ExitCode.OK, outcome.err
    assert outcome.out == "Tea is on its way to Ann.\n"
    assert "0 divergences" in outcome.err
    newest = project.load("last", dir=tmp_path)
    assert newest.attributes is not None
    assert newest.attributes.value == {"replay_of": errand}
    assert newest.session_id in outcome.err
    assert clew("diff", errand, newest.session_id, "--dir", tmp_path).code == ExitCode.OK


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


def _plain(
    folder: Path, *, options: str = "", action: str = "pass", types: bool = False, record: str = "record"
) -> Path:
    program = folder / "plain.py"
    program.write_text(PLAIN.format(options=options, action=action, types=types, record=record), "utf-8")
    return program


@pytest.fixture
def mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The session of a program with a tool that does not ask."""
    monkeypatch.chdir(tmp_path)
    with ModelServer(load_scenario(EXAMPLES / "scenarios" / "report.toml")) as server, monkeypatch.context() as patch:
        patch.setenv("CLEW_DIR", str(tmp_path))
        runpy.run_path(str(_plain(tmp_path, options=f"base_url={server.base_url!r}, api_key='x'")))
    return project.load("last", dir=tmp_path).session_id


def test_a_tool_that_does_not_ask_is_refused(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """The program is stopped before its tool runs; with --live-tools it runs."""
    program = _plain(tmp_path, action="open('mail', 'w').close()")
    outcome = clew("replay", mailed, "--dir", tmp_path, "--", sys.executable, program)
    assert outcome.code == ExitCode.REFUSED
    assert "1-2 live: the tool mail would be called for real" in outcome.err
    assert "--live-tools" in outcome.err
    assert "decorate its function with @clew.tool" in outcome.err
    assert "processing of request" not in outcome.err, "the server said no in good order"
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
    """An address that stands in the program leads to the record; where the client is not recorded, nowhere."""
    own = "base_url='https://provider.invalid', max_retries=0"
    given = ("replay", mailed, "--dir", tmp_path, "--live-tools", "--", sys.executable)
    outcome = clew(*given, _plain(tmp_path, options=own))
    assert outcome.code == ExitCode.OK, outcome.err
    outcome = clew(*given, _plain(tmp_path, options=own, record=""))
    assert outcome.code == ExitCode.DIVERGED
    assert "1-1 missing: no request to a model reached the replay" in outcome.err


def test_a_program_that_asks_elsewhere_is_told_so(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """A client that is not recorded and has an address on this machine reaches it: what can be done is said."""
    with ModelServer(load_scenario(EXAMPLES / "scenarios" / "report.toml")) as server:
        program = _plain(tmp_path, options=f"base_url={server.base_url!r}", record="")
        outcome = clew("replay", mailed, "--dir", tmp_path, "--", sys.executable, program)
    assert outcome.code == ExitCode.DIVERGED
    assert "1-1: no request to a model reached the replay; the client may have an address of its own" in outcome.err
    assert "clew.instrument()" in outcome.err


def test_a_replay_needs_no_sdk(tmp_path: Path, errand: str) -> None:
    """A program that speaks HTTP by itself is replayed where none is installed."""
    program = tmp_path / "asks.py"
    program.write_text(ASKS.format(session=errand, folder=str(tmp_path)), "utf-8")
    absent = "import sys; sys.modules.update(dict.fromkeys(['anthropic', 'openai', 'httpx2', 'mcp', 'jsonschema']))"
    start = f"{absent}; from clew.cli.main import main; sys.argv[0] = 'clew'; main()"
    command = ["replay", errand, "--dir", str(tmp_path), "--live-tools", "--", sys.executable, str(program)]
    told = subprocess.run([sys.executable, "-c", start, *command], capture_output=True, text=True, check=False)
    assert told.stdout == "200\n", told.stderr
    assert "1 request to models and 0 calls of tools" in told.stderr


def test_a_replay_is_tagged(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """It is marked in lists and can be left out of them; beside its original the tag is no difference."""
    program = _plain(tmp_path)
    given = ("--dir", tmp_path, "--live-tools", "--", sys.executable, program)
    assert clew("replay", mailed, *given).code == ExitCode.OK
    again = project.load("last", dir=tmp_path)
    assert again.tags == ("replay",)
    rows = {line.split()[0]: line for line in clew("ls", "--dir", tmp_path).out.splitlines()}
    assert "(replay)" in rows[again.session_id]
    assert "(replay)" not in rows[mailed]
    for query, only in (("tag:replay", again.session_id), ("-tag:replay", mailed)):
        told = clew("ls", "--json", "--dir", tmp_path, "--", query)
        assert [row["sessionId"] for row in json.loads(told.out)] == [only]
    assert clew("diff", mailed, again.session_id, "--dir", tmp_path).code == ExitCode.OK


def test_a_run_that_warns_is_told_whole(tmp_path: Path, mailed: str, clew: Callable[..., Outcome]) -> None:
    """It goes on with what the record has, each place is shown, and the exit code says that it differed."""
    program = _plain(tmp_path, types=True)
    text = program.read_text().replace('"content": "hello"', '"content": "howdy"')
    program.write_text(text)
    given = ("--dir", tmp_path, "--live-tools", "--on-divergence", "warn", "--say")
    outcome = clew("replay", mailed, *given, "--", sys.executable, program)
    assert outcome.code == ExitCode.DIVERGED
    assert (tmp_path / "typed").read_text() == "hello"
    told = outcome.err.splitlines()
    place = told.index("    messages[0].content")
    assert told[place - 1].startswith("1-1 messages: ")
    assert told[place + 1 : place + 3] == ["      recorded: hello", "         found: howdy"]
    assert "1 request to models and 0 calls of tools, 1 divergence; the command ended with 0." in outcome.err


def test_the_last_session_is_the_one_that_was_recorded_first(
    tmp_path: Path, mailed: str, clew: Callable[..., Outcome]
) -> None:
    """A replay is a session, too; asked for the last one, it is not the replay that is replayed."""
    program = _plain(tmp_path)
    for _ in range(2):
        outcome = clew("replay", "last", "--dir", tmp_path, "--live-tools", "--", sys.executable, program)
        assert outcome.code == ExitCode.OK, outcome.err
        assert f"Replayed {mailed}:" in outcome.err
    assert "its original is replayed" in outcome.err


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("raise SystemExit(3)", "The command ended with 3"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "The command was ended by the signal SIGKILL"),
    ],
)
def test_a_command_that_fails_is_said_so(
    tmp_path: Path, mailed: str, clew: Callable[..., Outcome], action: str, words: str
) -> None:
    """After all that was recorded, where the recorded session did not fail."""
    program = _plain(tmp_path)
    program.write_text(f"{program.read_text()}\n{action}\n")
    outcome = clew("replay", mailed, "--dir", tmp_path, "--live-tools", "--", sys.executable, program)
    assert outcome.code == ExitCode.FAILED
    assert f"{words}, and the recorded session did not fail." in outcome.err


def test_a_session_without_calls_is_refused(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """There is nothing to replay, and the command is not run."""
    with project.session(dir=tmp_path) as session, session.turn(user_input="hello"):
        pass
    outcome = clew("replay", "last", "--dir", tmp_path, "--", "touch", tmp_path / "run")
    assert (outcome.code, (tmp_path / "run").exists()) == (ExitCode.NOT_FOUND, False)
    assert (
        outcome.err
        == f"clew: The session {session.session_id} called no model and no tool: there is nothing to replay.\n"
    )


def test_a_session_that_is_not_there_is_said_so(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """As by every command."""
    assert clew("replay", "20251109", "--dir", tmp_path, "--", "true").code == ExitCode.NOT_FOUND


def test_without_a_command_it_is_said_how_to_give_one(clew: Callable[..., Outcome]) -> None:
    """With an example, whether the session was given or not."""
    for given in ([], ["last"]):
        outcome = clew("replay", *given)
        assert outcome.code == ExitCode.USAGE
    assert "clew replay last -- python my_agent.py" in outcome.err


def test_an_interrupted_replay_ends_its_command(tmp_path: Path, mailed: str) -> None:
    """One sentence, the exit code of an interruption, and no process that is left behind."""
    program = tmp_path / "waits.py"
    program.write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n", "utf-8")
    command = ["replay", mailed, "--dir", str(tmp_path), "--", sys.executable, str(program)]
    start = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {START}"
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", start, *command], **options) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Interrupted after 0 requests to models and 0 calls of tools; the command was ended." in told
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


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
