"""Promises of the group of commands: quick, lazy, kind to pipes and to old terminals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from clew.cli.main import COMMANDS, clew
from clew.store.process import VERSION
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

MAIN = [sys.executable, "-c", "from clew.cli.main import main; main()"]
HEAVY = {"rich", "textual", "starlette", "anthropic", "openai", "mcp", "asyncio", "sqlite3", "importlib.metadata"}
"""What no reading command needs to start."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_documented(name: str) -> None:
    """The one line in the help is the command's own, every option says what it does, and usage is text."""
    command = clew.get_command(click.Context(clew), name)
    assert command is not None
    assert command.help
    if command.short_help:
        assert command.short_help == COMMANDS[name].summary
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[-1]} has no help"


@pytest.mark.parametrize("name", ["ls", "show", "snapshot", "tail", "verify", "trace", "slugs"])
def test_reading_commands_take_json(name: str) -> None:
    """``--json`` is an option everywhere."""
    command = clew.get_command(click.Context(clew), name)
    assert command is not None
    assert "--json" in {option for parameter in command.params for option in parameter.opts}


def test_showing_imports_only_what_it_needs(folder: Path) -> None:
    """``clew show`` into a pipe starts without Rich, SDKs and servers."""
    code = "import sys; from clew.cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code, "show", "--dir", str(folder)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr.split()
    assert HEAVY & set(loaded) == set()


def test_the_version_is_one_word_after_the_name(clew: Callable[..., Outcome]) -> None:
    """Scripts can cut the version out."""
    assert clew("--version") == (0, f"clew {VERSION}\n", "")


def test_without_a_command_there_is_help(clew: Callable[..., Outcome]) -> None:
    """A newcomer who types only the name sees what there is."""
    outcome = clew()
    assert outcome.code == 0
    assert all(f"  {name} " in outcome.out for name in COMMANDS)


@pytest.mark.parametrize("command", [["show"], ["snapshot"], ["snapshot", "--json"], ["trace"], ["tail", "-n", "0"]])
def test_a_pipe_may_be_closed_early(command: list[str], tmp_path: Path) -> None:
    """``clew … | head -1`` says nothing on stderr, however much there was to write."""
    acts = [*records.conversation()[:-3]]
    from clew.model import event

    acts += [event.Logged(slug="llm.retry", severity="WRN", message="x" * 70, details="y" * 400) for _ in range(2000)]
    records.write(tmp_path, records.ID, acts)
    line = f"{MAIN[0]} -c '{MAIN[2]}' {' '.join(command)} --dir {tmp_path} | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert done.returncode == 0


@pytest.mark.parametrize("locale", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0"}])
def test_old_locales_show_everything(locale: dict[str, str], folder: Path) -> None:
    """Whatever the encoding of the terminal, an outline is shown, in ASCII where there is nothing else."""
    environment = {**os.environ, **locale, "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([*MAIN, "show", "--dir", folder], capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert b"find my order" in done.stdout
    assert len(done.stdout.splitlines()) == 14


def test_twenty_columns_lose_nothing(
    folder: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A narrow terminal wraps rows; it does not cost words."""
    wide = clew("show", "--dir", folder).out
    monkeypatch.setenv("COLUMNS", "20")
    assert clew("show", "--dir", folder).out == wide
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "too many requests" in clew("show", "--dir", folder).out


@pytest.mark.parametrize("reference", ["last", records.ID, "20251109_143414", "a1b2c3d4", "c3d4"])
def test_a_session_goes_by_many_names(reference: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """An id, its beginning, its end and ``last`` all mean the session."""
    assert json.loads(clew("show", reference, "--dir", folder, "--json").out)[0]["sessionId"] == records.ID


def test_a_session_goes_by_its_path(
    folder: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of a journal means its session, wherever the folder of sessions is."""
    path = folder / f"session_{records.ID}.jsonl"
    assert records.ID in clew("show", path).out
    monkeypatch.chdir(folder)
    assert records.ID in clew("show", path.name).out


def test_a_folder_may_begin_with_a_dash(
    tmp_path: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ``--`` a path that looks like an option is a path."""
    records.recorded(tmp_path / "-odd")
    monkeypatch.chdir(tmp_path)
    path = f"-odd/session_{records.ID}.jsonl"
    assert records.ID in clew("show", "--", path).out
    assert clew("verify", "--", "-odd").code == 0


def test_the_environment_names_the_folder(
    folder: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``CLEW_DIR`` is where sessions are, unless ``--dir`` says otherwise."""
    monkeypatch.setenv("CLEW_DIR", str(folder))
    assert records.ID in clew("ls").out
    assert records.ID not in clew("ls", "--dir", folder / "other").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(shell: str, clew: Callable[..., Outcome]) -> None:
    """The completion script calls back into clew."""
    outcome = clew("completion", shell)
    assert outcome.code == 0
    assert "_CLEW_COMPLETE" in outcome.out


def test_a_shell_completes_ids(folder: Path) -> None:
    """Typing the beginning of an id and the tabulator key gives the ids that begin so."""
    typed = f"clew show --dir {folder} 2025"
    environment = {**os.environ, "_CLEW_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": "4"}
    done = subprocess.run(MAIN, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.splitlines() == [f"plain,{records.CHILD}", f"plain,{records.ID}"]
