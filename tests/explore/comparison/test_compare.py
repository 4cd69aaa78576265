"""Promises of the comparison: every injected change is found at its origin, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import given

from clew.explore.comparison import MEANINGS, compare
from clew.explore.comparison.difference import Kind
from clew.model import session
from clew.tree.path import walk
from tests.explore.comparison.errand import plan, record
from tests.explore.comparison.injections import INJECTIONS
from tests.wire.trees import sessions

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.comparison import Comparison
    from clew.model.session import Session

MIRRORED = {"added": "removed", "removed": "added"}


def _found(told: Comparison) -> list[tuple[str, str | None, str | None]]:
    return [(one.kind, one.path_a, one.path_b) for one in told.differences]


def _nodes(session: Session) -> list[str]:
    return sorted(path for path, _ in walk(session))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The session that all others are compared with."""
    return record(tmp_path_factory.mktemp("original"))


def test_a_second_run_is_the_same(original: Session, tmp_path: Path) -> None:
    """Other ids and other times are no differences."""
    told = compare(original, record(tmp_path))
    assert told.same, told.differences
    assert (told.first, told.echoes) == (None, 0)


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_change_is_found_where_it_began(name: str, original: Session, tmp_path: Path) -> None:
    """An injected change is found once, with its kind and place, and nothing that only follows from it is reported.

    From the changed session back to the original the same places differ, with added for removed. Every node of both
    sessions stands in exactly one pair.
    """
    changed = plan()
    INJECTIONS[name].change(changed)
    other = record(tmp_path, changed)
    told, back = compare(original, other), compare(other, original)
    assert _found(told) == [*INJECTIONS[name].expected], told.differences
    assert told.first == told.differences[0]
    mirrored = [(_mirrored_kind(kind), path_b, path_a) for kind, path_a, path_b in INJECTIONS[name].expected]
    assert sorted(_found(back), key=str) == sorted(mirrored, key=str), back.differences
    assert sorted(pair.path_a for pair in told.pairs if pair.path_a is not None) == _nodes(original)
    assert sorted(pair.path_b for pair in told.pairs if pair.path_b is not None) == _nodes(other)


def test_many_kinds_are_told_apart() -> None:
    """The injected changes are of far more than twenty kinds, and every kind says what it means."""
    kinds = {kind for injection in INJECTIONS.values() for kind, _, _ in injection.expected}
    print(f"{len(INJECTIONS)} injected changes of {len(kinds)} kinds")
    assert len(kinds) >= 20
    assert set(MEANINGS) == set(get_args(Kind))


def test_all_changes_at_once_are_found(original: Session, tmp_path: Path) -> None:
    """Changes in different places do not hide one another."""
    names = ["system prompt", "tool schema", "temperature", "user's message", "part of a result", "order of calls"]
    names += ["report of a child session", "later message of the user", "usage", "HTTP status", "outcome", "warning"]
    changed = plan()
    for name in names:
        INJECTIONS[name].change(changed)
    found = _found(compare(original, record(tmp_path, changed)))
    assert sorted(found, key=str) == sorted((one for name in names for one in INJECTIONS[name].expected), key=str)


def test_a_kind_can_be_ignored(original: Session, tmp_path: Path) -> None:
    """What is to be ignored is not reported, and neither is what follows from it."""
    changed = plan()
    INJECTIONS["result"].change(changed)
    assert compare(original, record(tmp_path, changed), ignore=["tool_result_changed"]).same


@given(sessions())
def test_every_session_is_the_same_as_itself_and_not_without_a_turn(tree: Session) -> None:
    """No tree differs from itself, whatever is in it; without its last turn it has one difference, seen both ways."""
    told = compare(tree, tree)
    assert told.same, told.differences
    assert {pair.change for pair in told.pairs} == {"same"}
    if not tree.turns:
        return
    shorter = msgspec.structs.replace(tree, turns=tree.turns[:-1])
    there, back = compare(tree, shorter), compare(shorter, tree)
    assert [one.kind for one in there.differences] == ["turn_removed"]
    assert [one.kind for one in back.differences] == ["turn_added"]
    alone = [pair.path_a for pair in there.pairs if pair.change == "removed"]
    assert alone == [pair.path_b for pair in back.pairs if pair.change == "added"]


@given(sessions(), sessions())
def test_two_sessions_differ_both_ways(one: Session, other: Session) -> None:
    """Any two trees can be compared, and are the same from both sides or from neither."""
    assert compare(one, other).same == compare(other, one).same


def test_a_thousand_sessions_inside_one_another_are_compared() -> None:
    """The depth of child sessions is bounded by nothing but memory."""
    there, back = _nested(1000, "left"), _nested(1000, "right")
    told = compare(there, back)
    assert [one.kind for one in told.differences] == ["title_changed"]
    assert len(told.pairs) == 4 * 1000 - 2


def _nested(depth: int, title: str) -> Session:
    child: session.Session | None = None
    for level in range(depth):
        tools = () if child is None else (session.ToolCall(index=1, name="agent", kind="agent", child_session=child),)
        turns = (session.Turn(index=1, tools=tools),) if tools else ()
        name = title if level == 0 else None
        child = session.Session(session_id=str(level), title=name, init=session.Init(started_at=0.0), turns=turns)
    assert child is not None
    return child


def _mirrored_kind(kind: str) -> str:
    noun, _, change = kind.rpartition("_")
    return f"{noun}_{MIRRORED.get(change, change)}"
