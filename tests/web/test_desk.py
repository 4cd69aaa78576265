"""The desk: what lies open stays so until it goes on, and what is not read yet is told apart from what is not there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from clew.errors import SessionNotFound
from clew.explore.library import Library
from clew.store.folder import Folder
from clew.web.answers.costs import timeline
from clew.web.answers.trees import grown
from clew.web.asked import One, Window
from clew.web.desk import Desk, Kept
from clew.web.refusal import Refusal
from tests.explore.recorded import begin
from tests.web.folder import ABSENT, WHOLE, started

if TYPE_CHECKING:
    from pathlib import Path

    from clew.web.keeper import Reading


class Moving:
    """A library whose sessions go on when they are told to."""

    def __init__(self, library: Library) -> None:
        """Nothing goes on yet."""
        self.library = library
        self.reading: Reading | None = None
        self.problem: Exception | None = None
        self.ready = threading.Event()
        self.ready.set()
        self.moved = self.number = 0

    def version(self, session_id: str) -> int:  # noqa: ARG002 - the question of a desk
        """How often they went on."""
        return self.number


def _desk(folder: Path) -> tuple[Desk, Moving]:
    """A desk over a catalog that nobody brings up to date."""
    library = Library(Folder(folder))
    keeper = Moving(library)
    return Desk(keeper, lambda: Library(Folder(folder)), library.prices), keeper


def test_a_session_lies_open_until_it_goes_on(tmp_path: Path) -> None:
    """Asked for again, a session and its timeline are the same ones; when it went on, both are made anew."""
    begin(tmp_path, WHOLE, started()).close()
    desk, keeper = _desk(tmp_path)
    keeper.library.refresh()
    opened, drawn = desk.session(WHOLE), timeline(desk, Window(id=WHOLE))
    assert desk.session(WHOLE) is opened
    assert timeline(desk, Window(id=WHOLE)) is drawn
    other = timeline(desk, Window(id=WHOLE, pixels=64))
    assert other is not drawn
    assert other.window == drawn.window
    keeper.number += 1
    assert desk.session(WHOLE) is not opened
    anew = timeline(desk, Window(id=WHOLE))
    assert anew is not drawn
    assert anew == drawn


def test_what_is_not_read_yet_is_not_missing(tmp_path: Path) -> None:
    """A session that lies in the folder but not in the catalog is asked for again; one that is nowhere is not there."""
    begin(tmp_path, WHOLE, started()).close()
    desk, keeper = _desk(tmp_path)
    with pytest.raises(Refusal, match=r"web\.reading"):
        desk.session(WHOLE)
    assert grown(desk, One(id=WHOLE)).row is None
    with pytest.raises(SessionNotFound):
        desk.session(ABSENT)
    with pytest.raises(Refusal, match=r"web\.no_session"):
        grown(desk, One(id=ABSENT))
    keeper.library.refresh()
    assert desk.session(WHOLE).view.session_id == WHOLE
    row = grown(desk, One(id=WHOLE)).row
    assert row is not None
    assert row.status == "interrupted"


def test_so_many_things_are_kept_and_no_more() -> None:
    """The things asked for last are kept; the others are made again; what failed is tried again."""
    kept, made = Kept(2), iter(range(100))
    assert [kept.get(key, lambda: next(made)) for key in "abaca"] == [0, 1, 0, 2, 0]
    assert kept.get("b", lambda: next(made)) == 3
    with pytest.raises(ZeroDivisionError):
        kept.get("z", lambda: 1 // 0)
    assert kept.get("z", lambda: 7) == 7
