"""Promises of the comparison: every injected change is found at its origin, and nothing else is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import given

import clew
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


def test_a_type_that_is_no_text_is_a_value_like_any_other(tmp_path: Path) -> None:
    """What stands where a message says its type may be anything."""
    kinds: list[object] = [[], {}, 1, None]
    for kind in kinds:
        with clew.session(dir=tmp_path) as session, session.turn() as turn, turn.attempt(request={}) as attempt:
            attempt.respond({"content": [{"type": kind, "text": "hello"}]})
        told = compare(session.tree(), session.tree())
        assert told.same, told.differences


def _a_dollar_a_token(provider: str | None, model: str | None, usage: clew.Usage, at: float) -> Decimal | None:  # noqa: ARG001 - the shape of a price
    return Decimal(usage.input_tokens)


def test_costs_that_nobody_told_are_estimated(tmp_path: Path) -> None:
    """The sums of a comparison are those of a list: what an answer cost as it was told, else by a price."""
    with clew.session(dir=tmp_path) as session:
        for cost in (Decimal("0.5"), None):
            with session.turn() as turn, turn.attempt(model="m", request={}) as attempt:
                attempt.respond({}, usage=clew.Usage(input_tokens=10), cost=cost)
    tree = session.tree()
    told = compare(tree, tree).deltas.cost
    estimated = compare(tree, tree, price=_a_dollar_a_token).deltas.cost
    assert (told.before, told.after) == (Decimal("0.5"), Decimal("0.5"))
    assert (estimated.before, estimated.after) == (Decimal("10.5"), Decimal("10.5"))


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


def _two_calls(folder: Path, order: tuple[str, str], *, at_once: bool) -> Session:
    with clew.session(dir=folder) as recorder, recorder.turn() as turn:
        calls = [turn.tool(name, {}) for name in order]
        for group in [calls] if at_once else [[call] for call in calls]:
            for call in group:
                call.start()
            for call in group:
                call.respond(call.name)
    return clew.load(recorder.session_id, dir=folder)


def test_calls_at_the_same_time_have_no_order(tmp_path: Path) -> None:
    """Which of two calls began first is a difference only where one was over when the other began."""
    apart = _two_calls(tmp_path, ("tea", "milk"), at_once=False)
    assert _found(compare(apart, _two_calls(tmp_path, ("milk", "tea"), at_once=False))) == [
        ("tool_calls_reordered", "1", "1")
    ]
    assert compare(apart, _two_calls(tmp_path, ("milk", "tea"), at_once=True)).same


def test_what_a_replay_cannot_do_again_is_no_difference(tmp_path: Path) -> None:
    """Its original, where its models are, and what a tool did that was stood in for; anything else still is."""

    def run(*, works: bool, title: str | None = None, attributes: dict[str, str] | None = None) -> Session:
        with clew.session(dir=tmp_path, title=title, attributes=attributes) as recorder:
            recorder.config(providers=[{"name": "anthropic", "base_url": f"http://{works}", "key": "set"}])
            with recorder.turn() as turn, turn.tool("outer", {}, call_id="t1") as tool:
                if works:
                    clew.log("shop.slow", "slow", severity="WRN")
                    with turn.tool("inner", {}) as inner:
                        inner.respond(1)
                    with recorder.step("system", name="model call") as step, step.attempt(request={}) as attempt:
                        attempt.respond({})
                tool.respond(2, accounting={"calls": 1} if works else None)
        return clew.load(recorder.session_id, dir=tmp_path)

    original = run(works=True)
    replay = run(works=False, attributes={"replay_of": original.session_id})
    again = run(works=True, attributes={"replay_of": original.session_id})
    assert compare(original, replay).same, compare(original, replay).differences
    assert compare(replay, again).same, compare(replay, again).differences
    assert not compare(original, run(works=False)).same
    other = run(works=False, title="other", attributes={"replay_of": original.session_id, "shop": "tea"})
    assert _found(compare(original, other)) == [("title_changed", "", ""), ("attributes_changed", "", "")]
