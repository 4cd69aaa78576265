"""Promises of a part of a large session: what is shown of it is what the whole session would have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew as recorder
from clew.cli.exit_codes import ExitCode
from clew.store.folder import Folder
from clew.store.index import growth
from clew.store.index import index as index_room
from clew.tree.path import walk
from tests.cli import records
from tests.store.index.library import record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

COMMANDS = [["show"], ["show", "--json"], ["show", "--paths"], ["snapshot"], ["snapshot", "--json"]]


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every session be a large one."""
    monkeypatch.setattr(index_room, "LARGE", 1)
    monkeypatch.setattr(growth, "LARGE", 1)


def shown(folder: Path, session_id: str, clew: Callable[..., Outcome]) -> dict[str, list[Outcome]]:
    """What commands show of every node of a session."""
    paths = [path for path, _ in walk(Folder(folder).load(session_id)) if path]
    return {
        path: [clew(*command, session_id, "--path", path, "--dir", folder) for command in COMMANDS] for path in paths
    }


@pytest.mark.parametrize("seed", [3, 8])
def test_every_node_is_shown_as_from_the_whole_session(
    tmp_path: Path, clew: Callable[..., Outcome], request: pytest.FixtureRequest, seed: int
) -> None:
    """Turns, steps, operations, INIT and FIN, nodes of child sessions, in every format."""
    session_id = record(tmp_path, seed)
    whole = shown(tmp_path, session_id, clew)
    request.getfixturevalue("_large")
    assert shown(tmp_path, session_id, clew) == whole
    assert all(outcome.code == 0 for outcomes in whole.values() for outcome in outcomes)


def test_child_sessions_in_a_part_are_whole(
    folder: Path, clew: Callable[..., Outcome], request: pytest.FixtureRequest
) -> None:
    """The nodes below a call that started a session are there, and on the way of a path only what it needs."""
    whole = shown(folder, records.ID, clew)
    assert "2-2.1" in whole
    request.getfixturevalue("_large")
    assert shown(folder, records.ID, clew) == whole


@pytest.mark.usefixtures("_large")
def test_the_rest_of_a_large_session_is_not_read(
    folder: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the index is there, a turn costs what it holds."""
    clew("ls", "--dir", folder)
    monkeypatch.delattr(Folder, "load")
    told = clew("show", records.ID, "--turn", "1", "--dir", folder)
    assert (told.code, told.out.splitlines()[0].split()[:2]) == (0, ["1", "message"])


@pytest.mark.usefixtures("_large")
def test_a_path_that_leads_nowhere_says_what_there_is(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The sentence counts the turns and steps of the whole session."""
    for path in ("9", "9-1", "2-9", "s1", "1-1.2", "x"):
        assert clew("show", records.ID, "--path", path, "--dir", folder).code == ExitCode.NOT_FOUND
    assert "2 turns and 0 steps" in clew("show", records.ID, "--path", "9", "--dir", folder).err
    with recorder.session("support", dir=folder, trace=False) as live, live.turn("go"):
        told = clew("show", live.session_id, "--path", "fin", "--dir", folder)
        assert told.code == ExitCode.NOT_FOUND


@pytest.mark.usefixtures("_large")
def test_a_session_that_is_written_is_shown_as_it_stands(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """The index is brought up to date first."""
    acts = records.conversation()
    journal = records.begin(tmp_path, records.ID, acts[:13])
    assert clew("show", "--turn", "2", "--dir", tmp_path).code == ExitCode.NOT_FOUND
    for act in acts[13:17]:
        journal.write(act)
    told = clew("show", "--turn", "2", "--dir", tmp_path)
    journal.close()
    assert "tool.timeout" in told.out
