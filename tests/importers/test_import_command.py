"""``clew import``, as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clew.cli.errors import Stop
from clew.cli.exit_codes import ExitCode
from clew.cli.import_ import import_command
from clew.errors import ForeignFormat
from tests.importers.transcripts import SESSION, Transcript


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(import_command, arguments, standalone_mode=False)


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """A place with one transcript, in a folder whose name begins with a dash."""
    Transcript().user("hello").answer("m1", "hi").write(
        tmp_path / "claude" / "projects" / "-home-x" / f"{SESSION}.jsonl"
    )
    return tmp_path / "claude" / "projects"


def test_one_line_per_session(projects: Path, tmp_path: Path) -> None:
    """Id, what was done, title; done again, nothing was done."""
    arguments = ["--dir", str(tmp_path / "sessions"), str(projects)]
    first, second = _run(*arguments), _run(*arguments)
    assert first.stdout.split()[1:] == ["new", "hello"]
    assert second.stdout.split()[1:] == ["unchanged", "hello"]


def test_without_an_argument_the_place_of_claude_code(
    projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing named means where Claude Code keeps its transcripts."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(projects.parent))
    result = _run("--dir", str(tmp_path / "sessions"), "--json")
    (row,) = json.loads(result.stdout)
    assert (row["outcome"], row["format"], row["foreignId"], row["parent"]) == ("new", "claude-code", SESSION, None)


@pytest.mark.parametrize("arguments", [["--", "-home-x"], ["./-home-x"]])
def test_names_that_begin_with_a_dash(
    projects: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A folder name that looks like an option can be given after ``--`` or with its place."""
    monkeypatch.chdir(projects)
    assert "new" in _run("--dir", str(tmp_path / "sessions"), *arguments).stdout


def test_what_is_missing_and_what_is_foreign(projects: Path, tmp_path: Path) -> None:
    """A bad file does not keep the good ones from being imported; the error has its exit code."""
    notes = tmp_path / "notes.txt"
    notes.write_text("hello")
    result = _run("--dir", str(tmp_path / "sessions"), str(notes), str(projects), str(tmp_path / "gone"))
    assert "new" in result.stdout
    assert "no known format" in result.stderr
    assert isinstance(result.exception, Stop)
    assert result.exception.code == ExitCode.NOT_FOUND
    alone = _run("--dir", str(tmp_path / "sessions"), str(notes))
    assert isinstance(alone.exception, Stop)
    assert alone.exception.code == ExitCode.FOREIGN
    assert not isinstance(alone.exception, ForeignFormat)


def test_titles_never_reach_the_terminal_as_they_are(tmp_path: Path) -> None:
    """A prompt with an escape sequence is printed without it."""
    path = Transcript().user("\x1b]0;gotcha\x07hello").write(tmp_path / f"{SESSION}.jsonl")
    result = _run("--dir", str(tmp_path / "sessions"), str(path))
    assert "\x1b" not in result.stdout
    assert "hello" in result.stdout


def test_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place and without an argument, the error says what to name."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "none"))
    result = _run("--dir", str(tmp_path / "sessions"))
    assert isinstance(result.exception, Stop)
    assert result.exception.code == ExitCode.NOT_FOUND
