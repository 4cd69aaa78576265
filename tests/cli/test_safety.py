"""Promises about terminals: no payload speaks to one, whatever command shows it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from clew.cli.stats.group import COMMANDS
from tests.cli import records
from tests.text.corpus import ESCAPES, HARMFUL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

READING = (
    ["ls"],
    ["ls", "--csv"],
    ["stats"],
    *(["stats", kind, *form] for kind in COMMANDS for form in ([], ["--csv"], ["--json"])),
    ["stats", "cost", "--by", "agent", "--by", "tag", "--by", "provider", "--check"],
    ["show"],
    ["show", "--paths", "--verbose-in-tree"],
    ["snapshot"],
    ["tail", "-n", "0"],
    ["verify", "--tree"],
    ["trace"],
    ["ls", "--json"],
    ["show", "--json"],
    ["snapshot", "--json"],
    ["tail", "-n", "0", "--json"],
    ["verify", "--tree", "--json"],
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", ESCAPES)
def test_no_command_shows_a_sequence(name: str, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A hostile text in every field of a session leaves no control character on stdout or stderr, and JSON is valid."""
    folder = records.hostile(tmp_path / "sessions", ESCAPES[name])
    for command in READING:
        outcome = clew(*command, "--dir", folder)
        assert outcome.code in {0, 2}, (command, outcome.err)
        assert HARMFUL.search(outcome.out + outcome.err) is None, command
        if "--json" in command and "tail" not in command:
            json.loads(outcome.out)


def test_on_a_terminal_only_colours_are_sent(tmp_path: Path) -> None:
    """With a terminal of twenty columns, hostile fields send nothing but the colours of clew itself."""
    folder = records.hostile(tmp_path / "sessions", "".join(ESCAPES.values()))
    for command in (["show"], ["ls"], ["snapshot"], ["tail"]):
        shown = _on_a_terminal([*command, "--dir", str(folder)])
        assert COLOUR.search(shown)
        assert HARMFUL.search(COLOUR.sub("", shown).replace("\r\n", "\n")) is None


def test_errors_are_clean_too(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A name on the command line cannot speak to the terminal through an error."""
    outcome = clew("show", "\x1b]0;owned\x07nothing\x1b[31m", "--dir", tmp_path)
    assert HARMFUL.search(outcome.err) is None
    assert "\x1b" not in clew("show", "--path", "\x1b[31m", "--dir", records.recorded(tmp_path / "s")).err


def _on_a_terminal(arguments: list[str]) -> str:
    """What a command writes to a terminal of twenty columns."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "20"}
    command = [sys.executable, "-c", "from clew.cli.main import main; main()", *arguments]
    with subprocess.Popen(command, stdout=follower, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(follower)
        written = bytearray()
        while chunk := _read(leader):
            written += chunk
        os.close(leader)
        assert process.wait() == 0
    return written.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""
