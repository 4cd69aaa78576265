"""``clew run`` and ``clew chat AGENT.toml`` as a person calls them: a report, a sentence on stderr, an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew as api
from clew.cli.exit_codes import ExitCode
from clew.errors import RecordError
from clew.model.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

EXAMPLES = Path(__file__).parents[2] / "examples"
TASK = "Where is order 17?"
START = "from clew.cli.main import main; main()"


def _scenario(name: str) -> Path:
    return EXAMPLES / "scenarios" / f"{name}.toml"


def _plain(folder: Path, provider: str = "anthropic", extra: str = "") -> Path:
    """An agent file of this test, with a model and nothing else."""
    path = folder / "agent.toml"
    path.write_text(
        f'name = "plain"\n{extra}[[models]]\nprovider = "{provider}"\nmodel = "m-1"\n[limits]\ntimeout = 0.3\n'
    )
    return path


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_the_report_is_all_that_is_on_stdout(tmp_path: Path, clew: Callable[..., Outcome], provider: str) -> None:
    """A task that goes well prints its report, says nothing else, and leaves its session."""
    agent = _plain(tmp_path, provider)
    outcome = clew("run", agent, TASK, "--scenario", _scenario("report"), "--dir", tmp_path / "s")
    assert (outcome.code, outcome.out, outcome.err) == (ExitCode.OK, "Order 17 is on its way.\n", "")
    (session,) = api.sessions(dir=tmp_path / "s")
    assert (session.status, session.agent_id) == ("ok", "plain")
    assert session.turns[0].action is not None


@pytest.mark.parametrize(
    ("scenario", "code", "slug"),
    [
        ("auth_error", ExitCode.BAD_CREDENTIALS, "llm.auth_error"),
        ("unreachable", ExitCode.NO_MODEL, "llm.unreachable"),
        ("timeout", ExitCode.FAILED, "llm.timeout"),
        ("quota_exceeded", ExitCode.FAILED, "llm.quota_exceeded"),
        ("missing", ExitCode.FAILED, "final_report.missing"),
        ("context_exceeded", ExitCode.FAILED, "context.exceeded"),
    ],
)
def test_a_failed_task_is_told_in_public_words(
    tmp_path: Path, clew: Callable[..., Outcome], scenario: str, code: ExitCode, slug: str
) -> None:
    """One sentence of the catalog, an incident and where to look; nothing internal, and nothing on stdout."""
    outcome = clew("run", _plain(tmp_path), TASK, "--scenario", _scenario(scenario), "--dir", tmp_path / "s")
    (session,) = api.sessions(dir=tmp_path / "s")
    assert (outcome.code, outcome.out) == (code, "")
    assert session.fin is not None
    assert session.fin.failure is not None
    assert session.fin.failure.slug == slug
    incident = session.fin.failure.incident
    assert outcome.err == f"clew: {catalog()[slug].public} Incident {incident}; 'clew why {incident}' says why.\n"


def test_a_wrong_agent_file_is_a_wrong_command_line(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """File, line and key in one sentence; nothing is recorded."""
    outcome = clew("run", _plain(tmp_path, "nobody"), TASK, "--dir", tmp_path / "s")
    assert outcome.code == ExitCode.USAGE
    assert "agent.toml, line 3," in outcome.err
    assert "`models[0].provider`" in outcome.err
    assert not (tmp_path / "s").exists()
    assert clew("run", tmp_path / "none.toml", TASK).code == ExitCode.USAGE


def test_without_a_key_nothing_is_sent_or_recorded(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """The person is told which variable is missing."""
    outcome = clew("run", _plain(tmp_path, "openai"), TASK, "--dir", tmp_path / "s")
    assert outcome.code == ExitCode.BAD_CREDENTIALS
    assert "OPENAI_API_KEY" in outcome.err
    assert not (tmp_path / "s").exists()


def test_ctrl_c_leaves_a_cancelled_session(tmp_path: Path) -> None:
    """Stopped while a model is asked: exit code 130, and the attempt, the turn and the session say who it was."""
    folder = tmp_path / "s"
    agent = _plain(tmp_path)
    agent.write_text(agent.read_text().replace("timeout = 0.3", "timeout = 60"))
    arguments = ["run", str(agent), TASK, "--scenario", str(_scenario("timeout")), "--dir", str(folder)]
    with subprocess.Popen([sys.executable, "-c", START, *arguments], env={"PATH": os.environ["PATH"]}) as process:
        _until(lambda: _asking(folder))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == ExitCode.INTERRUPTED
    (session,) = api.sessions(dir=folder)
    (attempt,) = session.turns[0].attempts
    assert (session.status, session.turns[0].status) == ("failed", "cancelled")
    assert (attempt.status, attempt.slugs) == ("cancelled", ("llm.cancelled",))


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_a_chat_with_the_agent_of_a_file(tmp_path: Path, talk: Callable[..., Outcome], provider: str) -> None:
    """The same prompt and commands as without a file; words are the answer, said while they arrive."""
    agent, folder = _plain(tmp_path, provider), tmp_path / "s"
    (tmp_path / "talk.toml").write_text(
        'name = "talk"\n[[answers]]\nkind = "message"\ntimes = 2\n'
        'content = [{ type = "text", text = "It is on its way." }]\n'
        '[[answers]]\nkind = "error"\nstatus = 529\ntimes = 3\n'
    )
    chat = talk(agent, "--scenario", "talk.toml", "--dir", folder, typed=f"{TASK}\n/clear\nhi\nho\n")
    assert (chat.code, chat.err) == (ExitCode.OK, "")
    assert chat.out.count("It is on its way.\n") == 2
    assert catalog()["llm.overloaded"].public in chat.out
    first, second = sorted(api.sessions(dir=folder), key=lambda session: session.started_at)
    assert [len(first.turns), len(second.turns)] == [1, 2]
    assert [turn.status for turn in second.turns] == ["ok", "failed"]
    assert {first.status, second.status} == {"ok"}
    assert first.turns[0].attempts[0].response is not None
    assert first.turns[0].attempts[0].response.streamed_text == "It is on its way."


@pytest.mark.parametrize(
    ("scenario", "code"), [("auth_error", ExitCode.BAD_CREDENTIALS), ("unreachable", ExitCode.NO_MODEL)]
)
def test_a_chat_that_cannot_go_on_ends(
    tmp_path: Path, talk: Callable[..., Outcome], scenario: str, code: ExitCode
) -> None:
    """A key that nobody accepts and a server that nobody finds end the chat with a sentence and a code."""
    chat = talk(_plain(tmp_path), "--scenario", _scenario(scenario), typed="hello\n")
    assert chat.code == code
    assert chat.err.startswith("clew: ")
    assert chat.err.count("\n") == 1
    assert "Session trace saved to:" in chat.out


def _asking(folder: Path) -> bool:
    """Whether a request is under way."""
    try:
        return any(turn.attempts for session in api.sessions(dir=folder) for turn in session.turns)
    except RecordError:
        return False


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another process, whose clock is not ours."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_message_too_large_for_the_window_does_not_end_a_chat(tmp_path: Path, talk: Callable[..., Outcome]) -> None:
    """The person is told in public words, the record says why, and the next message is answered."""
    agent = _plain(tmp_path)
    small = "context_window = 1300\nmax_output_tokens = 500\n[limits]\n"
    agent.write_text(agent.read_text().replace("[limits]\n", small))
    hello = '[[answers]]\nkind = "message"\ncontent = [{ type = "text", text = "Hello!" }]\n'
    (tmp_path / "talk.toml").write_text(f'name = "talk"\n{hello}')
    typed = f"{'x' * 9000}\nhello\n"
    chat = talk(agent, "--scenario", "talk.toml", "--dir", tmp_path / "s", typed=typed)
    assert chat.code == ExitCode.OK
    assert catalog()["context.exceeded"].public in chat.out
    assert "Hello!\n" in chat.out
    (session,) = api.sessions(dir=tmp_path / "s")
    assert (session.status, len(session.turns)) == ("ok", 1)
    assert api.find_log(session, "context.exceeded") is not None
