"""Checks: a sound tree passes, and every broken invariant is named with its place."""

from __future__ import annotations

import inspect
import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from clew.model import event
from clew.model.event import Writer
from clew.model.log import Context, LogEntry
from clew.model.payload import Payload
from clew.model.session import Attempt, Fin, Init, Note, Parent, Response, Session, ToolCall, Totals, Turn
from clew.model.usage import Usage
from clew.tree.check import Violation, check
from clew.tree.fold import Fold
from clew.tree.totals import totals

replace = msgspec.structs.replace
CENTS = Decimal("0.1")


def _entry(severity: Any, context: Context | None) -> LogEntry:  # noqa: ANN401 - a severity
    return LogEntry(timestamp=5.5, severity=severity, slug="llm.retry", message="m", context=context)


def _sound() -> Session:
    request = Payload.of({"q": 1})
    attempt = Attempt(
        number=0,
        request=request,
        status="ok",
        verdict="accepted",
        response=Response(usage=Usage(input_tokens=3), cost=CENTS),
        started_at=3.0,
        ended_at=4.0,
        logs=(_entry("WRN", Context(llm_request=request)), _entry("TRC", None)),
    )
    child = Session(
        session_id="c", parent=Parent(session_id="s", path="1-2"), init=Init(started_at=5.0), started_at=5.0
    )
    tool = ToolCall(index=1, name="t", status="ok", started_at=5.0, ended_at=6.0, child_session=child)
    turn = Turn(index=1, status="ok", attempts=(attempt,), tools=(tool,), started_at=2.0, ended_at=7.0)
    return _summed(
        Session(
            session_id="s",
            phase="fin",
            init=Init(started_at=0.0, ended_at=1.0),
            turns=(turn,),
            fin=Fin(started_at=8.0, ended_at=9.0, success=True),
        )
    )


def _summed(session: Session) -> Session:
    fin = session.fin
    own = totals(session, children=False)
    return replace(session, totals=totals(session), fin=replace(fin, totals=own) if fin is not None else None)


def _with_turn(session: Session, **fields: object) -> Session:
    return replace(session, turns=(replace(session.turns[0], **fields),))


def _with_attempt(session: Session, **fields: object) -> Session:
    return _with_turn(session, attempts=(replace(session.turns[0].attempts[0], **fields),))


def _with_tool(session: Session, **fields: object) -> Session:
    return _with_turn(session, tools=(replace(session.turns[0].tools[0], **fields),))


SOUND = _sound()
CHILD = SOUND.turns[0].tools[0].child_session
FIN = SOUND.fin
assert CHILD is not None
assert FIN is not None
INIT = SOUND.init
RESPONSE = SOUND.turns[0].attempts[0].response
assert RESPONSE is not None
TWO_TURNS = _summed(replace(SOUND, turns=(SOUND.turns[0], Turn(index=2, started_at=6.5, ended_at=7.0))))
MISSING = Note(kind="missing_child", message="the child session d has no journal here")
UNDECLARED = replace(_entry("TRC", None), registered=False)
SELF, FIRST, CALL = {("totals", "")}, {("context", "1-1")}, {("link", "1-2")}
BROKEN = {
    "totals of the session": (replace(SOUND, totals=Totals()), SELF),
    "totals of FIN": (replace(SOUND, fin=replace(FIN, totals=Totals(turns=5))), SELF),
    "totals of a child": (_with_tool(SOUND, child_session=replace(CHILD, totals=Totals(turns=1))),
                          {("totals", ""), ("totals", "1-2")}),
    "a token": (_with_attempt(SOUND, response=replace(RESPONSE, usage=Usage(input_tokens=4))), SELF),
    "a cent": (_with_attempt(SOUND, response=replace(RESPONSE, cost=2 * CENTS)), SELF),
    "an unknown cost": (_with_attempt(SOUND, response=replace(RESPONSE, cost=None)), SELF),
    "a status": (_with_tool(SOUND, status="failed"), SELF),
    "a missing tool": (_with_turn(SOUND, tools=()), SELF),
    "a missing turn": (_summed(replace(TWO_TURNS, turns=TWO_TURNS.turns[1:])), {("order", "")}),
    "turns out of order": (replace(TWO_TURNS, turns=TWO_TURNS.turns[::-1]), {("order", ""), ("time", "")}),
    "a turn twice": (_summed(replace(SOUND, turns=2 * SOUND.turns)), {("order", "")}),
    "no end of INIT": (replace(SOUND, init=replace(INIT, ended_at=None)), {("order", "")}),
    "FIN alone": (_summed(replace(SOUND, turns=(), init=replace(INIT, ended_at=None))), {("order", "")}),
    "a turn before INIT ends": (_with_turn(SOUND, started_at=0.5), {("order", "")}),
    "a turn after FIN": (replace(SOUND, fin=replace(FIN, started_at=1.5)), {("order", "")}),
    "an end before the beginning": (_with_attempt(SOUND, ended_at=2.5), {("time", "1-1")}),
    "a part before its whole": (_with_turn(SOUND, started_at=3.5), {("time", "1")}),
    "a session after its INIT": (replace(SOUND, started_at=0.5), {("time", "")}),
    "a turn before the one before it": (
        replace(TWO_TURNS, turns=(TWO_TURNS.turns[0], replace(TWO_TURNS.turns[1], started_at=1.5))), {("time", "")},
    ),
    "an entry before its node": (
        _with_attempt(SOUND, logs=(replace(_entry("TRC", None), timestamp=2.0),)), {("time", "1-1")},
    ),
    "an entry after a later one": (
        _with_turn(SOUND, logs=(_entry("TRC", None), replace(_entry("TRC", None), timestamp=4.0))), {("time", "1")},
    ),
    "times of a child": (
        _with_tool(SOUND, child_session=replace(CHILD, init=replace(CHILD.init, ended_at=1.0))), {("time", "1-2.init")},
    ),
    "a verdict without an answer": (_summed(_with_attempt(SOUND, response=None)), {("attempt", "1-1")}),
    "a warning without context": (_with_attempt(SOUND, logs=(_entry("WRN", None),)), FIRST),
    "an error without context": (_with_attempt(SOUND, logs=(_entry("ERR", None),)), FIRST),
    "an error without the request": (_with_attempt(SOUND, logs=(_entry("ERR", Context()),)), FIRST),
    "a warning of an answer": (
        _with_attempt(SOUND, response=replace(RESPONSE, logs=(_entry("WRN", None),))), FIRST,
    ),
    "a warning of the session": (replace(SOUND, logs=(_entry("WRN", None),)), {("context", "")}),
    "a warning of INIT": (replace(SOUND, init=replace(INIT, logs=(_entry("WRN", None),))), {("context", "init")}),
    "a call's error without its parameters": (
        _with_tool(SOUND, request=Payload.of(1), logs=(_entry("ERR", Context()),)), {("context", "1-2")},
    ),
    "an undeclared slug": (_with_attempt(SOUND, logs=(UNDECLARED,)), {("slug", "1-1")}),
    "an undeclared slug of an answer": (
        _with_attempt(SOUND, response=replace(RESPONSE, logs=(UNDECLARED,))), {("slug", "1-1")},
    ),
    "an undeclared slug of the session": (replace(SOUND, logs=(UNDECLARED,)), {("slug", "")}),
    "a child that hangs elsewhere": (
        _with_tool(SOUND, child_session=replace(CHILD, parent=Parent(session_id="s", path="2-1"))), CALL,
    ),
    "a child of another session": (
        _with_tool(SOUND, child_session=replace(CHILD, parent=Parent(session_id="t", path="1-2"))), CALL,
    ),
    "a child that names nobody": (_with_tool(SOUND, child_session=replace(CHILD, parent=None)), CALL),
    "a child that is gone": (replace(SOUND, status="ok", notes=(MISSING,)), {("link", "")}),
}  # fmt: skip
"""What is wrong, the tree, and exactly what has to be found: rules and paths."""


def test_a_sound_tree_has_no_violation() -> None:
    """Nothing is complained about without need."""
    assert check(SOUND) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_corrupted_leaf_makes_the_check_fail(name: str) -> None:
    """Every single change is found where it is, with a sentence, and nothing else is complained about."""
    session, expected = BROKEN[name]
    found = check(session)
    assert {(violation.rule, violation.path) for violation in found} == expected
    assert all(violation.message for violation in found)


def test_every_rule_is_broken_by_some_tree() -> None:
    """No rule that a violation may name is without a tree that breaks it."""
    named = set(re.findall(r"``(\w+)``", inspect.getsource(Violation).partition("path:")[0]))
    assert {rule for _, found in BROKEN.values() for rule, _ in found} == named


def test_imported_times_may_run_backwards() -> None:
    """A note about it takes the place of a violation; the other rules hold all the same."""
    early = _with_attempt(_with_turn(SOUND, started_at=0.5), ended_at=0.0)
    noted = replace(early, notes=(Note(kind="inversion", message="as it came"),))
    assert check(early)
    assert check(noted) == []
    assert [violation.rule for violation in check(replace(noted, totals=Totals()))] == ["totals"]


def test_an_imported_session_is_noted_where_its_times_run_backwards() -> None:
    """Its reader says so, with the first place; one that was recorded here gets no such excuse."""
    acts = [event.SessionStart(agent_id="a"), event.InitEnd(), event.TurnStart(n=1, index=1), event.NodeEnd(n=1)]
    for seq, act in enumerate(acts):
        act.seq, act.at = seq, 10.0 + seq
    acts[-1].at = 1.0
    for writer, rules in ((Writer(imported_from="t"), []), (Writer(), ["time"])):
        fold = Fold("s")
        fold.add(event.Header(at=10.0, format=1, session_id="s", writer=writer))
        for act in acts:
            fold.add(act)
        session = fold.session()
        assert [note.kind for note in session.notes] == ([] if rules else ["inversion"])
        assert all("1 ends 11.000 ms before it begins" in note.message for note in session.notes)
        assert [violation.rule for violation in check(session)] == rules


def test_a_child_that_may_be_about_to_begin_is_not_missed() -> None:
    """While the session runs, the journal of a child may not be there yet."""
    assert check(replace(SOUND, status="running", notes=(MISSING,))) == []
