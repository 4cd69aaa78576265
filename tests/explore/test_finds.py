"""Promises of finds: every hit of a search has its node, whatever the catalog knows of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.explore.finds import finds
from clew.explore.library import Library
from clew.store.folder import Folder
from clew.store.index import index as index_room
from clew.store.index.text.search import scan
from clew.tree.path import locate
from tests.cli import records

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("large", [1, 1 << 60])
def test_a_hit_has_its_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """In a session with a map as in one without: the path leads to a node of that name."""
    monkeypatch.setattr(index_room, "LARGE", large)
    library = Library(Folder(records.recorded(tmp_path)))
    library.refresh()
    found = [*finds(library, scan(tmp_path, "order"))]
    tree = library.folder.load(records.ID)
    named = {find.path: find.operation.name for find in found if find.operation is not None}
    assert named == {"1-1": records.MODEL, "2-1": "orders.search"}
    for find in found:
        assert locate(tree, find.path) is not None
        assert find.session is not None
        assert find.session.agent_id == "support"


def test_a_hit_in_a_session_that_is_not_in_the_catalog_is_kept(tmp_path: Path) -> None:
    """A session that began a moment ago is found; what it is called is not known yet."""
    library = Library(Folder(tmp_path))
    library.refresh()
    records.recorded(tmp_path)
    (first, *_) = finds(library, scan(tmp_path, "order"))
    assert (first.hit.session_id, first.session, first.path) == (records.ID, None, "")
