"""Promises of kept explanations: they last until a session of the family is written again, and never longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.store.folder import Folder
from clew.store.index.explanations import Explained, FailureRow, keep, stamp
from clew.store.index.index import Index

if TYPE_CHECKING:
    from pathlib import Path

FAILURE = FailureRow("tool.timeout", "tool", "support", "1-1", "ended")


def kept(index: Index) -> list[str]:
    """The sessions whose failures are known."""
    index.refresh()
    rows = index.rows("SELECT session_id FROM explained JOIN session ON session.id = explained.session ORDER BY 1")
    assert len(rows) == index.rows("SELECT count(*) FROM failure")[0][0]
    return [session_id for (session_id,) in rows]


def explain(index: Index, session_id: str) -> bool:
    """Keep a failure of a family."""
    ((key,),) = index.rows("SELECT id FROM session WHERE session_id = ?", (session_id,))
    return keep(index, [Explained(key, stamp(index, key), (FAILURE,))])


def test_what_was_found_is_kept_until_the_session_goes_on(tmp_path: Path) -> None:
    """Looking again changes nothing; a further act of the session does."""
    index = Index(tmp_path)
    with clew.session("support", dir=tmp_path, trace=False) as session, session.turn("go"):
        index.refresh()
        assert explain(index, session.session_id)
        assert kept(index) == [session.session_id]
        session.set(title="later")
        assert kept(index) == []
    index.close()


def test_a_child_that_goes_on_forgets_the_explanation_of_its_outermost_session(tmp_path: Path) -> None:
    """The explanation is of the whole family; those of other families stay."""
    index = Index(tmp_path)
    with clew.session("other", dir=tmp_path, trace=False) as other:
        pass
    with (
        clew.session("support", dir=tmp_path, trace=False) as session,
        session.turn("go") as turn,
        turn.tool("ask", {}, kind="agent") as tool,
        tool.child("researcher") as child,
        child.turn("look") as look,
        look.tool("ask", {}, kind="agent") as again,
        again.child("reader") as grandchild,
    ):
        index.refresh()
        assert explain(index, session.session_id)
        assert explain(index, other.session_id)
        assert kept(index) == sorted([other.session_id, session.session_id])
        grandchild.set(title="later")
        assert kept(index) == [other.session_id]
    index.close()


def test_what_changed_while_it_was_read_is_not_kept(tmp_path: Path) -> None:
    """Between reading a family and writing down what was found somebody may have brought the index up to date."""
    index = Index(tmp_path)
    with clew.session("support", dir=tmp_path, trace=False) as session, session.turn("go"):
        index.refresh()
        ((key,),) = index.rows("SELECT id FROM session")
        before = stamp(index, key)
        session.set(title="later")
        index.refresh()
        assert keep(index, [Explained(key, before, (FAILURE,))])
        assert kept(index) == []
    index.close()


def test_a_removed_child_forgets_it_too(tmp_path: Path) -> None:
    """A family that lost a session is another family."""
    index = Index(tmp_path)
    with (
        clew.session("support", dir=tmp_path, trace=False) as session,
        session.turn("go") as turn,
        turn.tool("ask", {}, kind="agent") as tool,
        tool.child("researcher") as child,
    ):
        pass
    index.refresh()
    explain(index, session.session_id)
    Folder(tmp_path).journal_path(child.session_id).unlink()
    assert kept(index) == []
    index.close()
