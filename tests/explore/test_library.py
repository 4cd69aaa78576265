"""A library answers by query, and what it sums up is what the trees add up to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew
from bench.corpus import nested
from clew.errors import PathError, SessionNotFound
from clew.explore.library import Library
from clew.explore.listing import SessionRow
from clew.explore.prices import Prices
from clew.model.session import Attempt
from clew.model.usage import Usage
from clew.store.folder import Folder
from clew.tree.path import walk
from clew.tree.totals import sum_cost, sum_usage
from tests.importers.transcripts import imported
from tests.store.index.library import record

if TYPE_CHECKING:
    from clew.model.session import Session

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Ten sessions, some with children."""
    for seed in range(10):
        record(tmp_path, seed)
    found = Library(Folder(tmp_path))
    found.refresh()
    return found


def summed(session: Session, prices: Prices | None = None) -> tuple[int, Usage, Decimal | None]:
    """Attempts, usage and cost of a tree, leaf by leaf."""
    attempts = [node for _, node in walk(session) if isinstance(node, Attempt)]
    answers = [(attempt, attempt.response) for attempt in attempts if attempt.response is not None]
    costs = [
        answer.cost
        if answer.cost is not None or prices is None or answer.usage is None
        else prices.cost(attempt.provider, answer.model or attempt.model, answer.usage, attempt.started_at)
        for attempt, answer in answers
    ]
    return len(attempts), sum_usage(answer.usage for _, answer in answers), sum_cost(costs)


def of_row(row: SessionRow) -> tuple[int, Usage, Decimal | None]:
    """The same as the library says it."""
    return row.attempts, row.usage, row.cost


def test_totals_are_the_sums_of_the_leaves(library: Library) -> None:
    """Of a session with all below it: attempts, each kind of token, and cost."""
    rows = library.sessions(children=True)
    assert len(rows) > 10
    for row in rows:
        assert of_row(row) == summed(clew.load(row.session_id, dir=library.path))


@pytest.mark.skipif(not (SAMPLES / "expected.json").exists(), reason=f"there are no samples in {SAMPLES}")
def test_totals_of_the_samples_are_the_sums_of_their_leaves(tmp_path: Path) -> None:
    """Of real transcripts too, with what their answers cost at public prices."""
    imported(SAMPLES / "claude-code", tmp_path, verbose=False)
    prices = Prices.load()
    library = Library(Folder(tmp_path), prices=prices)
    library.refresh()
    rows = library.sessions(children=True)
    assert len(rows) >= 2
    for row in rows:
        attempts, usage, cost = summed(clew.load(row.session_id, dir=tmp_path), prices)
        assert (row.attempts, row.usage) == (attempts, usage)
        assert abs((row.cost or Decimal(0)) - (cost or Decimal(0))) < Decimal("1e-9")


def test_a_session_is_named_by_what_is_known_of_it(tmp_path: Path) -> None:
    """A list tells sessions apart by their title, else by what the user began with, else by their last status."""
    for title, words, status in (("refund", "hello", None), (None, "where is it?", "searching"), (None, None, "idle")):
        with clew.session(dir=tmp_path, title=title) as session, session.turn(user_input=words):
            session.set(latest_status=status)
    library = Library(Folder(tmp_path))
    library.refresh()
    rows = library.sessions("", order="oldest")
    assert {row.name for row in rows} == {"refund", "“where is it?”", "idle"}


def test_a_list_has_the_sessions_that_no_other_started(library: Library) -> None:
    """Newest first; those below others come on demand."""
    rows = library.sessions()
    assert [row.session_id for row in rows] == sorted((row.session_id for row in rows), reverse=True)
    assert all(row.parent_id is None for row in rows)
    assert library.count(children=True) == len(Folder(library.path).ids())
    assert [row.session_id for row in library.sessions(limit=2, offset=1)] == [row.session_id for row in rows[1:3]]


def test_free_text_is_found_in_titles_and_payloads(library: Library) -> None:
    """A word that only one of them has finds it; a negated one finds the others."""
    assert library.count('"session 7"') == 1
    assert library.count('-"session 7" is:root') == library.count() - 1
    assert library.count('"question 1" is:root') == library.count()


def test_an_orphan_stands_for_itself(library: Library) -> None:
    """A session whose starter is gone is in the list."""
    child = library.sessions("is:child")[0]
    assert child.parent_id is not None
    Folder(library.path).journal_path(child.parent_id).unlink()
    library.refresh()
    assert child.session_id in [row.session_id for row in library.sessions()]


def test_a_session_is_looked_into_by_path(library: Library) -> None:
    """Every node of the tree is found at its path, into child sessions, and is the same node."""
    for row in library.sessions():
        view = library.session(row.session_id)
        tree = clew.load(row.session_id, dir=library.path)
        for path, node in walk(tree):
            if type(node).__name__ == "Session":
                continue
            found = view.node(path)
            assert (type(found), found.started_at, found.ended_at) == (type(node), node.started_at, node.ended_at)
        assert [held.path for held in view.rounds()] == [
            path for path, node in walk(tree) if type(node).__name__ in {"Turn", "Step"} and "." not in path
        ]
        assert len(view.operations()) == sum("-" in path and "." not in path for path in {p for p, _ in walk(tree)})


@pytest.mark.parametrize("path", ["99", "1-99", "x", "1-1.2", "s77", "1-", "99.1"])
def test_a_path_that_leads_nowhere_is_said(library: Library, path: str) -> None:
    """In a sentence, with what there is instead."""
    view = library.session(library.sessions()[0].session_id)
    with pytest.raises(PathError):
        view.node(path)


def test_a_session_that_is_not_there_is_said(library: Library) -> None:
    """By its own error."""
    with pytest.raises(SessionNotFound):
        library.session("20200101_000000_00000000")
    assert library.row("20200101_000000_00000000") is None


def test_a_thousand_sessions_in_each_other_open(tmp_path: Path) -> None:
    """Each is looked into from the one above, however deep, and the whole tree is read."""
    outermost = nested(tmp_path, 1000)
    library = Library(Folder(tmp_path))
    library.refresh()
    (row,) = library.sessions()
    assert (row.session_id, row.children, row.tools) == (outermost, 1000, 1000)
    innermost = library.session(outermost).child(".".join(["1-1"] * 1000))
    assert innermost.row.agent_id == "agent 1000"
    assert clew.load(outermost, dir=tmp_path).totals.child_sessions == 1000
