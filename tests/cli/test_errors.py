"""Promises about what goes wrong: one sentence, a documented exit code, never a traceback."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click
import pytest

from clew import errors
from clew.cli.errors import exit_code, guard, sentence
from clew.cli.exit_codes import MEANINGS, ExitCode
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def assert_said(outcome: Outcome, code: ExitCode, *words: str) -> None:
    """Nothing on stdout, one sentence with these words on stderr, and this exit code."""
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("clew: ")
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


@pytest.mark.parametrize("command", ["show", "snapshot", "trace", "tail", "rm", "pack"])
def test_a_missing_session(command: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """An id that nobody has is named, with where to look."""
    assert_said(clew(command, "20990101", "--dir", folder), ExitCode.NOT_FOUND, "20990101", "clew ls")


def test_a_missing_file(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A path that leads nowhere is named."""
    assert_said(clew("show", folder / "session_x.jsonl"), ExitCode.NOT_FOUND, "session_x.jsonl")
    assert_said(clew("unpack", folder / "gone.zip", "--dir", folder), ExitCode.NOT_FOUND, "gone.zip")


def test_an_ambiguous_session(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Where several sessions match, the sentence says how to go on."""
    assert_said(clew("show", "20251109", "--dir", folder), ExitCode.AMBIGUOUS, "type more of the id")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every folder")
def test_a_folder_without_permission(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A folder that cannot be read is named."""
    folder.chmod(0)
    try:
        assert_said(clew("ls", "--dir", folder), ExitCode.UNREADABLE, str(folder))
    finally:
        folder.chmod(0o700)


def test_a_folder_that_is_a_file(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A file where a folder should be is named."""
    (tmp_path / "file").write_text("x")
    assert_said(clew("ls", "--dir", tmp_path / "file"), ExitCode.UNREADABLE, "cannot be read", "--dir")


@pytest.mark.parametrize("content", [b"{}\n", b"\x00" * 100, b"hello\n", b"\xff\xfe" * 50])
def test_a_foreign_file(content: bytes, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A file that is no journal is refused under its name, and listed as unreadable."""
    (tmp_path / f"session_{records.ID}.jsonl").write_bytes(content)
    assert_said(clew("show", "--dir", tmp_path), ExitCode.FOREIGN, records.ID)
    assert "unreadable" in clew("ls", "--dir", tmp_path).out


def test_a_file_with_another_name(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A path to something else says what journals are called, and what takes other formats."""
    (tmp_path / "notes.jsonl").write_text("{}\n")
    assert_said(clew("show", tmp_path / "notes.jsonl"), ExitCode.FOREIGN, "clew import")


def test_a_newer_format(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A journal of a newer release is refused with the remedy."""
    from clew.wire.line import seal

    body = {"ev": "journal", "seq": 0, "at": 0.0, "format": 99, "session_id": records.ID}
    line, _ = seal(json.dumps(body, separators=(",", ":")).encode())
    (tmp_path / f"session_{records.ID}.jsonl").write_bytes(line)
    assert_said(clew("show", "--dir", tmp_path), ExitCode.NEWER_FORMAT, "upgrade")


def test_a_damaged_journal_is_shown(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Damage costs its own record and is labelled; the rest of the session is there."""
    path = folder / f"session_{records.ID}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:8], b"x" + lines[8][1:], *lines[9:]]))
    outcome = clew("show", "--dir", folder)
    assert outcome.code == 0
    assert "◌ damaged" in outcome.out
    assert "fin" in outcome.out


def test_a_path_that_no_node_has(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A wrong path is told what there is."""
    assert_said(clew("show", "--path", "9-9", "--dir", folder), ExitCode.NOT_FOUND, "9-9")
    assert_said(clew("snapshot", "--turn", "9", "--dir", folder), ExitCode.NOT_FOUND, "9")


@pytest.mark.parametrize(
    "arguments",
    [["shwo"], ["show", "--nope"], ["show", "--turn", "x"], ["show", "--turn", "1", "--path", "1"], ["rm"], ["unpack"]],
)
def test_a_wrong_command_line(arguments: list[str], folder: Path, clew: Callable[..., Outcome]) -> None:
    """A wrong command line is said in one sentence that names the help."""
    dirless = {"shwo", "rm", "unpack"}
    where = [] if arguments[0] in dirless else ["--dir", folder]
    assert_said(clew(*arguments, *where), ExitCode.USAGE, "--help")


def test_a_sentence_has_its_full_stop(clew: Callable[..., Outcome]) -> None:
    """What is wrong with a command line and where to look are two sentences."""
    assert_said(clew("doctor", "1"), ExitCode.USAGE, "(1). See 'clew doctor --help'.")


@pytest.mark.parametrize("arguments", [["--older-than", "soon"], ["--max-size", "huge"], ["--older-than", "3"]])
def test_a_wrong_quantity(arguments: list[str], folder: Path, clew: Callable[..., Outcome]) -> None:
    """An age or a size that cannot be read is refused with an example, before anything is removed."""
    assert_said(clew("prune", *arguments, "--dir", folder), ExitCode.USAGE, "for instance")
    assert len(list(folder.glob("*.jsonl"))) == 2


def test_every_error_has_a_code_of_its_kind() -> None:
    """Each error that the project raises on purpose has an exit code that says its kind."""
    kinds = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.ClewError)
    ]
    told = {kind.__name__: exit_code(kind.__new__(kind, "why")).name for kind in kinds if kind is not errors.ClewError}
    assert "INTERNAL" not in told.values(), told


def test_every_exit_code_is_documented(clew: Callable[..., Outcome]) -> None:
    """``--help`` says what each exit code means."""
    shown = " ".join(clew("--help").out.partition("Exit codes:")[2].split())
    assert set(MEANINGS) == set(ExitCode)
    assert all(f"{int(code)} {meaning}" in shown for code, meaning in MEANINGS.items())


def test_an_error_inside_is_one_sentence(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug shows its type and how to see more; the traceback comes on demand."""

    def fail() -> None:
        raise ZeroDivisionError("by\nzero")

    assert guard(fail) == ExitCode.INTERNAL
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert "ZeroDivisionError" in told
    assert "CLEW_TRACEBACK=1" in told
    monkeypatch.setenv("CLEW_TRACEBACK", "1")
    guard(fail)
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, click.Abort])
def test_an_interruption_is_quiet(stop: type[BaseException], capfd: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends a command without a word."""

    def interrupt() -> None:
        raise stop

    assert guard(interrupt) == ExitCode.INTERRUPTED
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_said_with_its_file() -> None:
    """An error of the system names the file and what happened."""
    problem = OSError(28, "No space left on device", "/sessions/x")
    assert sentence(problem) == "/sessions/x: No space left on device"
    assert exit_code(problem) == ExitCode.UNREADABLE
