"""Why a session failed: what is told, against what the rules say of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

import clew
from clew.model import event
from clew.model.session import Failure
from clew.store.segment import read_segment
from clew.tree.failure import explain
from clew.tree.fold import Fold
from clew.tree.path import locate
from tests.tree import failures
from tests.tree.failures import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act
    from clew.model.session import Session

ORIGINS = {"configuration", "workflow", "tool", "model", "context", "agent", "user", "host"}


@pytest.mark.parametrize("name", CASES)
def test_the_first_cause_is_told(name: str, tmp_path: Path) -> None:
    """Origin, path and slug of a failure are those of the table, and so are the chain and what was made good."""
    one = CASES[name]
    _, told = failures.tell(name, tmp_path)
    assert failures.summary(told) == (one.origin, one.path, one.slug), told.chain
    if one.chain:
        assert " ".join(link.path for link in told.chain) == one.chain
    if one.recovered:
        assert " ".join(link.path for link in told.recovered) == one.recovered


def test_every_origin_is_tried_often() -> None:
    """The table holds at least 60 failures, and at least 5 of each origin."""
    counts = Counter(one.origin for one in CASES.values())
    assert len(CASES) >= 60
    assert {origin: counts[origin] for origin in ORIGINS if counts[origin] < 5} == {}


def test_the_published_table_is_fresh(tmp_path: Path) -> None:
    """``docs/failures-tried.md`` is what trying each failure gives, and every one of them is told right."""
    told = {}
    for name in CASES:
        (tmp_path / name).mkdir()
        told[name] = failures.summary(failures.tell(name, tmp_path / name)[1])
    assert failures.PAGE.read_text("utf-8") == failures.page(told), f"write it anew: {failures.COMMAND}"
    assert f"Told right: {len(CASES)} of {len(CASES)}." in failures.page(told)


@pytest.mark.parametrize("name", ["tool_given_up", "tool_in_flow", "server_missed", "healed_then_key", "stopped_later"])
def test_any_prefix_of_a_journal_has_an_answer(name: str, tmp_path: Path) -> None:
    """However early the writer died, the answer names a node that is there, and the writer's death as the cause."""
    failures.record(name, tmp_path)
    journal = min(tmp_path.glob("*.jsonl"))
    acts = read_segment(journal).acts
    for length in range(1, len(acts)):
        fold = Fold("20251109_143414_a1b2c3d4")
        for act in acts[:length]:
            fold.add(act)
        session = fold.session()
        told = explain(session)
        if session.status != "failed":
            assert told.cause is not None
            assert told.cause.origin == "host"
            locate(session, told.cause.path)


def test_a_child_explains_itself(tmp_path: Path) -> None:
    """A child session looked at alone tells its part, with paths of its own."""
    failures.record("tool_in_flow", tmp_path)
    (child,) = (tree for tree in map(clew.load, tmp_path.glob("*.jsonl")) if tree.parent is not None)
    cause = explain(child).cause
    assert cause is not None
    assert (cause.origin, cause.path, cause.slug) == ("tool", "1-1", "tool.failed")


def test_thousands_of_failures_are_no_trouble(tmp_path: Path) -> None:
    """A session that failed for days is explained whole, without end or depth."""
    with clew.session(dir=tmp_path, sync="never", trace=False) as session:
        for _ in range(3000):
            with session.turn() as turn:
                failures.breaks(turn)
        session.fail("enough")
    tree = clew.load(session.session_id, dir=tmp_path)
    told = explain(tree)
    assert told.cause is not None
    assert (told.cause.path, len(told.chain)) == ("1-1", 3001)


def _folded(*acts: Act) -> Session:
    fold = Fold("20251109_143414_a1b2c3d4")
    for seconds, act in enumerate(acts):
        act.at = 1_762_698_854_000.0 + seconds * 1000
        fold.add(act)
    return fold.session()


def test_a_slug_of_an_application_has_the_origin_that_the_end_names() -> None:
    """Where the reader's process does not know an application's slug, the session's own word counts."""
    failure = Failure(origin="configuration", slug="stall.unlit", path="1")
    told = explain(
        _folded(
            event.TurnStart(n=1, index=1),
            event.Logged(of=1, slug="stall.unlit", severity="ERR", message="no lamp"),
            event.NodeEnd(n=1, status="failed"),
            event.FinEnd(success=False, failure=failure),
        )
    )
    assert told.cause is not None
    assert (told.cause.origin, told.cause.path, told.cause.slug) == ("configuration", "1", "stall.unlit")


def test_a_loss_of_the_record_is_blamed_only_for_want_of_anything_else() -> None:
    """That the recorder met a full disk explains an end that nothing else explains, and no other."""
    lost = event.Dropped(acts=3, bytes=900, reason="No space left on device")
    alone = explain(_folded(event.TurnStart(n=1, index=1), lost, event.FinEnd(success=False)))
    assert alone.cause is not None
    assert (alone.cause.origin, alone.damaged) == ("host", True)
    beside = explain(
        _folded(
            event.TurnStart(n=1, index=1),
            event.ToolStart(n=2, of=1, name="search"),
            event.ToolEnd(n=2, status="failed", slugs=["tool.failed"], error="no"),
            event.Dropped(acts=3, bytes=900, reason="No space left on device"),
            event.FinEnd(success=False),
        )
    )
    assert beside.cause is not None
    assert (beside.cause.origin, beside.cause.path) == ("tool", "1-1")
