"""The explanation of a session of a library: that of the whole tree, from a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.explore import why as explaining
from clew.explore.why import telling, why
from clew.model.session import Parent
from clew.store.index import index as catalog
from clew.tree.failure import explain
from tests.explore.recorded import CHILD, ID, begin, child, family, long, nested, opened, support, write
from tests.store.index.library import record

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Map every session, and read none as a whole."""
    monkeypatch.setattr(catalog, "LARGE", 1)
    monkeypatch.setattr(explaining, "WHOLE", 0)


@pytest.mark.parametrize("count", range(1, 33))
def test_every_beginning_of_a_session_is_explained_alike(tmp_path: Path, count: int) -> None:
    """Wherever the writer of a session with a retry, a child and failures dies or stands, the part tells the whole."""
    write(tmp_path, CHILD, child(), parent=Parent(session_id=ID, path="2-3"))
    journal = begin(tmp_path, ID, support()[:count])
    try:
        view = opened(tmp_path)
        assert why(view) == explain(view.whole())
    finally:
        journal.close()
    view = opened(tmp_path)
    assert why(view) == explain(view.whole())


@pytest.mark.parametrize("seed", range(25))
def test_recorded_sessions_are_explained_alike(tmp_path: Path, seed: int) -> None:
    """The same holds of sessions made at random, with failures that were made good and others that were not."""
    session_id = record(tmp_path, seed, turns=6)
    view = opened(tmp_path, session_id)
    assert why(view) == explain(view.whole())


def test_a_long_session_is_explained_by_a_few_of_its_turns(tmp_path: Path) -> None:
    """Turns in which nothing went wrong are not loaded but for the last ones."""
    long(tmp_path, 200)
    view = opened(tmp_path)
    assert len(telling(view).turns) < 30
    assert why(view) == explain(view.whole())


def test_children_are_explained_as_deep_as_they_nest(tmp_path: Path) -> None:
    """Sessions below sessions are looked into where something is wrong, and only there."""
    view = opened(tmp_path / "deep", nested(tmp_path / "deep", 60))
    assert why(view) == explain(view.whole())
    whole = opened(family(tmp_path / "family"))
    assert why(whole) == explain(whole.whole())
