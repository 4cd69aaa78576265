"""Promises of ``clew play``: a session as it happened, with its sub-agents, in a terminal and without one."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from clew.cli.exit_codes import ExitCode
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

START = "import sys; from clew.cli.main import main; sys.argv[0] = 'clew'; main()"


def test_without_a_terminal_it_is_plain_lines(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Every act that says something, in the order of time, the child's with its paths inside the parent's."""
    outcome = clew("play", "--speed", "1000000", "--dir", folder)
    lines = outcome.out.splitlines()
    assert outcome.code == ExitCode.OK
    assert [line[:8] for line in lines] == sorted(line[:8] for line in lines)
    assert any("2-2.1 " in line and "look" in line for line in lines)
    assert "fin  failed" in lines[-1]


def test_it_can_begin_elsewhere(folder: Path, clew: Callable[..., Outcome]) -> None:
    """What came before is shown at once, so that the story is whole."""
    whole = clew("play", "--speed", "1000000", "--dir", folder).out
    assert clew("play", "--speed", "1000000", "--from", "2", "--dir", folder).out == whole


def test_a_place_that_is_not_there_is_said_so(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A path of which nothing is told."""
    assert clew("play", "--from", "9", "--dir", folder).code == ExitCode.NOT_FOUND


def test_a_session_without_an_end_says_so(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Its writer died, before or in the first turn; it is still being written; or lines of it are lost."""
    dead = tmp_path / "dead"
    records.write(dead, records.ID, records.conversation()[:6])
    assert "its writer died." in clew("play", "--speed", "1000000", "--dir", dead).err
    (dead / f"session_{records.ID}.jsonl").write_bytes(b"")
    outcome = clew("play", "--dir", dead)
    assert (outcome.code, outcome.out) == (ExitCode.OK, "")
    assert "before the first turn" in outcome.err
    live = records.begin(tmp_path / "live", records.ID, records.conversation()[:6])
    outcome = clew("play", "--speed", "1000000", "--dir", tmp_path / "live")
    live.close()
    assert "clew tail -f" in outcome.err


def test_a_damaged_record_is_played_and_said(folder: Path, clew: Callable[..., Outcome]) -> None:
    """What is left is shown, and that something is lost is said."""
    path = folder / f"session_{records.ID}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:7], b"\x00" * len(lines[7]), *lines[8:]]))
    outcome = clew("play", "--speed", "1000000", "--dir", folder)
    assert "fin  failed" in outcome.out
    assert "clew verify" in outcome.err


def test_at_a_terminal_keys_say_how_to_go_on(folder: Path) -> None:
    """Begun paused, a key press brings one act, and `e` the rest; the terminal is as it was."""
    parent, child = pty.openpty()
    command = [sys.executable, "-c", START, "play", "--step", "--dir", str(folder), records.ID]
    plain = {**os.environ, "NO_COLOR": "1"}
    with subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=plain) as process:
        os.close(child)
        seen = _read_until(parent, b"support")
        assert b"find my order" not in seen
        os.write(parent, b"\n")
        os.write(parent, b"e")
        seen = _read_until(parent, b"fin  failed")
        assert b"find my order" in seen
        assert process.wait(60) == 0
    os.close(parent)


def _read_until(terminal: int, wanted: bytes) -> bytes:
    """What a terminal shows up to some words."""
    seen = b""
    deadline = time.monotonic() + 60
    while wanted not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65_536)
    return seen
