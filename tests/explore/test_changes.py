"""What changed in a library is told once, by whomever it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.explore.changes import Changed, Changes
from clew.explore.library import Library
from clew.store.folder import Folder
from tests.explore.recorded import CHILD, ID, family

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_is_new_at_first_and_nothing_after(tmp_path: Path) -> None:
    """The first look tells of every session, the next one of none."""
    library = Library(Folder(family(tmp_path)))
    library.refresh()
    changes = Changes(library)
    assert changes.look() == Changed(moved=(CHILD, ID))
    assert changes.look() == Changed()
    library.refresh()
    assert changes.look() == Changed()


def test_another_program_may_have_read_it(tmp_path: Path) -> None:
    """What another library took into the catalog that both share is told too."""
    mine, other = Library(Folder(family(tmp_path))), Library(Folder(tmp_path))
    mine.refresh()
    changes = Changes(mine)
    changes.look()
    with clew.session(agent_id="new", dir=tmp_path) as session:
        pass
    other.refresh()
    assert changes.look() == Changed(moved=(session.session_id,))


def test_a_session_changes_with_those_below_it(tmp_path: Path) -> None:
    """A child that is gone changes the sums of the session that it was in."""
    library = Library(Folder(family(tmp_path)))
    library.refresh()
    changes = Changes(library)
    changes.look()
    (tmp_path / f"session_{CHILD}.jsonl").unlink()
    library.refresh()
    assert changes.look() == Changed(moved=(ID,), gone=(CHILD,))
