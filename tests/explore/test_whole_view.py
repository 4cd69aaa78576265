"""Promises of `whole_view.py`: it says what the other view says, and asks the catalog nothing for a single node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.corpus import record_long
from clew.errors import ClewError, PathError
from clew.explore.detail import detail_of, part_of
from clew.explore.library import Library
from clew.explore.rows import TreeRows
from clew.explore.whole_view import WholeView
from clew.store.folder import Folder
from tests.explore.recorded import ID, damaged, family, nested

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.explore.view import SessionView


def _library(folder: Path) -> Library:
    library = Library(Folder(folder))
    library.refresh()
    return library


def _paths(view: SessionView) -> Iterator[str]:
    """Every node of a session and of all below it."""
    rows = TreeRows(view, every_entry=True)
    while True:
        more = [row.key for row in rows[:] if row.expandable and row.key not in rows.expanded and row.depth]
        if not more:
            break
        rows = rows.opened(*more)
    for row in rows[:]:
        if row.path or not row.depth:
            yield row.path


@pytest.mark.parametrize("kind", ["family", "nested", "long", "damaged"])
def test_it_says_what_the_other_view_says(tmp_path: Path, kind: str) -> None:
    """Nodes, payloads, what comes before and after: the same, in sessions below too, damaged or not."""
    session_id = ID
    if kind == "nested":
        session_id = nested(tmp_path, 4)
    elif kind == "long":
        session_id = record_long(tmp_path, 60)
    else:
        family(tmp_path) if kind == "family" else damaged(tmp_path)
    library = _library(tmp_path)
    session_id = session_id if kind != "damaged" else library.ids()[0]
    view, whole = library.session(session_id), WholeView(library.index, session_id)
    paths = [*_paths(view)]
    assert paths == [*_paths(whole)]
    for path in paths:
        detail = detail_of(view, path, library.prices)
        assert detail_of(whole, path, library.prices) == detail
        for facts in detail.parts:
            assert part_of(whole, path, facts.name).payload == part_of(view, path, facts.name).payload


def test_nodes_ask_the_catalog_nothing(tmp_path: Path) -> None:
    """Once a session was looked at, all of it is in memory."""
    session_id = record_long(tmp_path, 30)
    library = _library(tmp_path)
    whole = WholeView(library.index, session_id)
    detail_of(whole, "1-1")
    library.index.close()
    for turn in range(1, 31):
        assert detail_of(whole, f"{turn}-1").links
        assert detail_of(whole, str(turn)).links


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """A node that is none is refused as the other view refuses it."""
    library = _library(family(tmp_path))
    whole = WholeView(library.index, ID)
    for path in ("9", "1-9", "2-3.9", "1-1.1"):
        with pytest.raises(PathError):
            whole.node(path)
    with pytest.raises(ClewError):
        WholeView(library.index, "20251109_143414_ffffffff")
