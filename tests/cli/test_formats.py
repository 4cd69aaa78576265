"""Promises about what the reading commands write: bytes are contracts, held by golden files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from clew.cli.exit_codes import ExitCode
from clew.model.catalog import catalog
from tests.cli import records
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

COMMANDS = {
    "ls": ["ls"],
    "ls_children": ["ls", "--children"],
    "show": ["show", records.ID],
    "show_paths": ["show", "last", "--paths"],
    "show_ascii": ["show", "last", "--ascii"],
    "show_turn": ["show", "last", "--turn", "2"],
    "show_path": ["show", "last", "--path", "2-2.1"],
    "show_depth": ["show", "last", "--depth", "1"],
    "show_verbose": ["show", "last", "--verbose-in-tree"],
    "snapshot": ["snapshot", "last"],
    "snapshot_turn": ["snapshot", "last", "--turn", "2"],
    "snapshot_slug": ["snapshot", "last", "--slug", "llm.rate_limited"],
    "tail": ["tail", "last", "-n", "0"],
}
"""Command lines whose text is golden."""

JSON = {
    "ls": ["ls"],
    "show": ["show"],
    "show_path": ["show", "--path", "2-1"],
    "snapshot": ["snapshot"],
    "snapshot_path": ["snapshot", "--path", "1-1"],
    "snapshot_slug": ["snapshot", "--slug", "tool.timeout"],
    "trace": ["trace"],
    "verify": ["verify"],
}
"""Command lines whose JSON is golden."""


@pytest.mark.parametrize("name", COMMANDS)
def test_text(name: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a person reads is what was agreed upon."""
    outcome = clew(*COMMANDS[name], "--dir", folder)
    assert outcome.code == 0
    assert agrees(f"cli_{name}.txt", outcome.out)


@pytest.mark.parametrize("name", JSON)
def test_json(name: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a program reads is JSON, and what was agreed upon."""
    outcome = clew(*JSON[name], "--dir", folder, "--json")
    assert outcome.code == 0
    json.loads(outcome.out)
    assert agrees(f"cli_{name}.json", outcome.out.replace(str(folder), "sessions"))


def test_the_catalog_is_listed_whole(clew: Callable[..., Outcome]) -> None:
    """Every slug is there, in text with its description, in JSON with its public sentence too."""
    known = catalog().values()
    rows = clew("slugs").out.splitlines()[1:]
    assert all(
        row.startswith(f"{slug.name} ") and slug.description in row for row, slug in zip(rows, known, strict=True)
    )
    assert json.loads(clew("slugs", "--json").out) == [msgspec.to_builtins(slug) for slug in known]


def test_tail_as_json_is_one_act_per_line(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Each act is an object of its own, payloads whole, under the path of its node."""
    lines = [json.loads(line) for line in clew("tail", "--dir", folder, "--json", "-n", "0").out.splitlines()]
    assert [line["ev"] for line in lines[:2]] == ["journal", "session.start"]
    asked = next(line for line in lines if line["ev"] == "attempt.start")
    assert (asked["path"], asked["request"]["messages"][0]["content"]) == ("1-1", "find my order")


def test_tail_begins_with_the_last_acts(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Only as many as asked for, and the last ones."""
    assert len(clew("tail", "--dir", folder, "-n", "3", "--json").out.splitlines()) == 3


def test_what_is_wanted_of_a_snapshot_is_whole(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The snapshot of an attempt holds the request that was sent."""
    document = json.loads(clew("snapshot", "--dir", folder, "--path", "1-1", "--json").out)
    assert "find my order" in json.dumps(document)


def test_ls_hides_children_and_bounds_itself(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Sessions that other sessions started are shown on demand; what is left out is said on stderr."""
    assert records.CHILD not in clew("ls", "--dir", folder).out
    limited = clew("ls", "--dir", folder, "--children", "-n", "1")
    assert len(limited.out.splitlines()) == 2
    assert "1 older" in limited.err


def test_an_empty_folder_is_no_error(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Before the first session there is nothing to show, and that is said on stderr."""
    said = f"There are no sessions in {tmp_path / 'none'}; another folder is named by --dir or CLEW_DIR.\n"
    assert clew("ls", "--dir", tmp_path / "none") == (0, "", said)
    assert json.loads(clew("ls", "--dir", tmp_path / "none", "--json").out) == []


@pytest.mark.parametrize("command", [("ls",), ("search", "text"), ("stats",), ("ls", "agent:a")])
def test_a_folder_that_is_not_there_is_no_error_wherever_it_is_looked_for(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clew: Callable[..., Outcome]
) -> None:
    """Who asks in the wrong place, or too early, is told that nothing is there, also of a folder beside him."""
    monkeypatch.chdir(tmp_path)
    asked = clew(*command, "--dir", "none")
    assert asked.code in {ExitCode.OK, ExitCode.NOT_FOUND}, asked.err
    assert asked == clew(*command, "--dir", tmp_path / "none")._replace(err=asked.err)
