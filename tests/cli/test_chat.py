"""``clew chat`` as a person runs it: a real server, real files, an exit code, and once a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import clew
from clew.cli.exit_codes import ExitCode
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

SCENARIO = """
name = "greeting"

[[answers]]
kind = "message"
content = [{ type = "text", text = "Hello!\\u001b]0;owned\\u0007\\u001b[2J" }]
"""
START = "from clew.cli.main import main; main()"


def _chat(folder: Path, *options: str, key: str = "", start: str = START) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with an environment that holds nothing but a key."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "ANTHROPIC_API_KEY": key}
    return subprocess.run(
        [sys.executable, "-c", start, "chat", *options],
        cwd=folder,
        env=environment,
        input="hello\n/quit\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _is_one_sentence(text: str) -> bool:
    return text.startswith("clew: ") and text.count("\n") == 1 and "Traceback" not in text


def test_a_scripted_chat_needs_no_key_and_ends_well(tmp_path: Path) -> None:
    """The person reads the answer without what a terminal would obey, and where the trace is; the session is there."""
    (tmp_path / "greeting.toml").write_text(SCENARIO)
    chat = _chat(tmp_path, "--scenario", "greeting.toml")
    assert (chat.returncode, chat.stderr) == (ExitCode.OK, "")
    (session,) = clew.sessions(dir=tmp_path / "sessions")
    trace = f"sessions/session_{session.session_id}.json"
    assert chat.stdout == f"You: Hello!\nYou: \nSession trace saved to: {trace}\n\nGoodbye!\n"
    assert (tmp_path / trace).exists()
    assert session.turns[0].llm_response is not None
    assert session.turns[0].llm_response.text == "Hello!\x1b]0;owned\x07\x1b[2J"


def test_without_a_key_nothing_is_begun(tmp_path: Path) -> None:
    """One sentence says what is missing, before a session or a memory is made."""
    chat = _chat(tmp_path)
    assert (chat.returncode, chat.stdout) == (ExitCode.BAD_CREDENTIALS, "")
    assert _is_one_sentence(chat.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_is_said_and_the_session_kept(tmp_path: Path, talk: Callable[..., Outcome]) -> None:
    """A key that the server refuses ends the chat with its own exit code; the record of it is named and readable."""
    scenario = Scenario(name="strict", answers=(Message(content=(Text("no"),)),), rejected_keys=("wrong",))
    with ModelServer(scenario) as server:
        chat = talk("--base-url", server.base_url, "--dir", "here", key="wrong")
    assert chat.code == ExitCode.BAD_CREDENTIALS
    assert _is_one_sentence(chat.err)
    (session,) = clew.sessions(dir=tmp_path / "here")
    assert f"Session trace saved to: here/session_{session.session_id}.json" in chat.out
    assert (session.status, session.turns[0].attempts[0].slugs) == ("failed", ("llm.auth_error",))


def test_a_server_that_is_away_is_said_and_the_session_kept(tmp_path: Path, talk: Callable[..., Outcome]) -> None:
    """No model server is an exit code of its own, and no reason to lose what was recorded."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    chat = talk("--base-url", f"http://127.0.0.1:{port}")
    assert chat.code == ExitCode.NO_MODEL
    assert _is_one_sentence(chat.err)
    (session,) = clew.sessions(dir=tmp_path / "sessions")
    assert session.session_id in chat.out
    assert clew.find_log(session, "llm.unreachable") is not None


def test_a_bad_option_is_a_sentence(tmp_path: Path, talk: Callable[..., Outcome]) -> None:
    """A scenario that is not there, an address that is none and a memory that cannot be made are each said plainly."""
    (tmp_path / "file").write_text("")
    for options in (("--scenario", "none.toml"), ("--base-url", "http://[::"), ("--memory", "file/below")):
        chat = talk(*options, key="k")
        assert chat.code in {ExitCode.USAGE, ExitCode.NO_MODEL, ExitCode.UNREADABLE}, options
        assert _is_one_sentence(chat.err), chat.err


def test_without_the_sdk_the_person_is_told_what_to_install(tmp_path: Path) -> None:
    """A plain installation has the command, and says which extra it needs."""
    chat = _chat(tmp_path, key="k", start=f"import sys; sys.modules['anthropic'] = None; {START}")
    assert chat.returncode == ExitCode.MISSING_EXTRA
    assert _is_one_sentence(chat.stderr)
    assert "clew[agent]" in chat.stderr
