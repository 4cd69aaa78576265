"""Promises of an extract: the part of a session that a path leads into, equal to that part of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.errors import PathError, SessionNotFound
from clew.explore.extract import extract
from clew.explore.library import Library
from clew.store.folder import Folder
from clew.store.index import index as index_room
from clew.text.outline import node_outline
from clew.tree.path import locate, walk
from tests.cli import records

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A session and its child, both with maps."""
    monkeypatch.setattr(index_room, "LARGE", 1)
    known = Library(Folder(records.recorded(tmp_path)))
    known.refresh()
    return known


def test_it_says_of_its_part_what_the_whole_says(library: Library) -> None:
    """The same rows for every node, into child sessions."""
    whole = library.folder.load(records.ID)
    for path, node in walk(whole):
        part = extract(library, records.ID, path) if path else None
        if part is not None:
            assert node_outline(part, path, locate(part, path)) == node_outline(whole, path, locate(whole, path))
            assert len(part.turns) + len(part.steps) <= 1
        else:
            assert node is whole or path == ""


def test_on_the_way_of_a_path_there_is_nothing_else(library: Library) -> None:
    """The child that the path leads through is an extract, too."""
    part = extract(library, records.ID, "2-2.init")
    assert part is not None
    child = part.turns[0].tools[1].child_session
    assert child is not None
    assert child.turns == ()


def test_a_session_without_a_map_has_none(tmp_path: Path) -> None:
    """It is as quickly read as a whole."""
    library = Library(Folder(records.recorded(tmp_path)))
    library.refresh()
    assert extract(library, records.ID, "1") is None


def test_what_is_not_there_is_an_error(library: Library) -> None:
    """A path that leads nowhere, a session that does not exist."""
    with pytest.raises(PathError, match="2 turns and 0 steps"):
        extract(library, records.ID, "9")
    with pytest.raises(SessionNotFound):
        extract(library, "20250101_000000_00000000", "1")
