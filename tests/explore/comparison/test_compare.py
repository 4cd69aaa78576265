"""Promises of the comparison: every injected change is found at its origin, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given

from clew.explore.comparison import MEANINGS, compare
from clew.explore.comparison.difference import Kind
from clew.tree.path import walk
from tests.explore.comparison.errand import plan, record
from tests.explore.comparison.injections import INJECTIONS
from tests.wire.trees import sessions

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.comparison import Comparison, Pair
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
    """An injected change is found with its kind and place, once, and nothing that only follows from it is reported."""
    changed = plan()
    INJECTIONS[name].change(changed)
    told = compare(original, record(tmp_path, changed))
    assert _found(told) == [*INJECTIONS[name].expected], told.differences
    assert told.first == told.differences[0]


@pytest.mark.parametrize("name", INJECTIONS)
def test_taking_a_change_back_is_the_mirrored_change(name: str, original: Session, tmp_path: Path) -> None:
    """From the changed session to the original the same places differ, with added for removed."""
    changed = plan()
    INJECTIONS[name].change(changed)
    told = compare(record(tmp_path, changed), original)
    mirrored = [
        (kind.replace("added", "?").replace("removed", "added").replace("?", "removed"), path_b, path_a)
        for kind, path_a, path_b in INJECTIONS[name].expected
    ]
    assert sorted(_found(told), key=str) == sorted(mirrored, key=str), told.differences


def test_many_kinds_are_told_apart() -> None:
    """The injected changes are of far more than twenty kinds, and every kind says what it means."""
    kinds = {kind for injection in INJECTIONS.values() for kind, _, _ in injection.expected}
    print(f"{len(INJECTIONS)} injected changes of {len(kinds)} kinds")
    assert len(kinds) >= 20
    assert set(MEANINGS) == set(get_args(Kind))


@pytest.mark.parametrize("name", INJECTIONS)
def test_every_node_stands_in_one_pair(name: str, original: Session, tmp_path: Path) -> None:
    """Each node of both sessions is in the list of pairs exactly once."""
    changed = plan()
    INJECTIONS[name].change(changed)
    other = record(tmp_path, changed)
    pairs = compare(original, other).pairs
    assert sorted(pair.path_a for pair in pairs if pair.path_a is not None) == _nodes(original)
    assert sorted(pair.path_b for pair in pairs if pair.path_b is not None) == _nodes(other)


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
def test_every_session_is_the_same_as_itself(session: Session) -> None:
    """No tree differs from itself, whatever is in it."""
    told = compare(session, session)
    assert told.same, told.differences
    assert {pair.change for pair in told.pairs} == {"same"}


@given(sessions(), sessions())
def test_two_sessions_differ_both_ways(one: Session, other: Session) -> None:
    """Seen from the other side, what was added is removed."""
    there, back = compare(one, other), compare(other, one)
    assert there.same == back.same
    assert len(there.pairs) == len(back.pairs) or not there.same
    assert sorted(map(_mirrored, _alone(there)), key=str) == sorted(_alone(back), key=str) or not there.same


def _alone(told: Comparison) -> list[tuple[str | None, str | None, str]]:
    return [_key(pair) for pair in told.pairs if pair.change in MIRRORED]


def _key(pair: Pair) -> tuple[str | None, str | None, str]:
    return pair.path_a, pair.path_b, pair.change


def _mirrored(key: tuple[str | None, str | None, str]) -> tuple[str | None, str | None, str]:
    return key[1], key[0], MIRRORED[key[2]]
