"""Checks: a sound tree passes, and every broken invariant is named with its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from clew.model.log import Context, LogEntry
from clew.model.payload import Payload
from clew.model.session import Attempt, Fin, Init, Parent, Response, Session, ToolCall, Totals, Turn
from clew.model.usage import Usage
from clew.tree.check import check
from clew.tree.totals import totals

replace = msgspec.structs.replace
CENTS = Decimal("0.1")


def _entry(severity: Any, context: Context | None) -> LogEntry:  # noqa: ANN401 - a severity
    return LogEntry(timestamp=1.0, severity=severity, slug="llm.retry", message="m", context=context)


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
    child = Session(session_id="c", parent=Parent(session_id="s", path="1-2"), init=Init(started_at=5.0))
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
BROKEN = {
    "totals of the session": (replace(SOUND, totals=Totals()), "totals", ""),
    "totals of FIN": (replace(SOUND, fin=replace(FIN, totals=Totals(turns=5))), "totals", ""),
    "a token": (_with_attempt(SOUND, response=Response(usage=Usage(input_tokens=4), cost=CENTS)), "totals", ""),
    "a cent": (_with_attempt(SOUND, response=Response(usage=Usage(input_tokens=3), cost=2 * CENTS)), "totals", ""),
    "an unknown cost": (_with_attempt(SOUND, response=Response(usage=Usage(input_tokens=3))), "totals", ""),
    "a status": (_with_tool(SOUND, status="failed"), "totals", ""),
    "a missing tool": (_with_turn(SOUND, tools=()), "totals", ""),
    "a turn's number": (_with_turn(SOUND, index=2), "order", ""),
    "a turn before INIT": (_with_turn(SOUND, started_at=0.5), "order", ""),
    "an end before the beginning": (_with_attempt(SOUND, ended_at=2.5), "time", "1-1"),
    "a part before its whole": (_with_turn(SOUND, started_at=3.5), "time", "1"),
    "a verdict without an answer": (_with_attempt(SOUND, response=None), "attempt", "1-1"),
    "a warning without context": (_with_attempt(SOUND, logs=(_entry("WRN", None),)), "context", "1-1"),
    "an error without the request": (_with_attempt(SOUND, logs=(_entry("ERR", Context()),)), "context", "1-1"),
    "a call's error without its parameters": (
        _with_tool(SOUND, request=Payload.of(1), logs=(_entry("ERR", Context()),)), "context", "1-2",
    ),
    "an undeclared slug": (
        _with_attempt(SOUND, logs=(replace(_entry("TRC", None), registered=False),)), "slug", "1-1",
    ),
    "a child that hangs elsewhere": (
        _with_tool(SOUND, child_session=replace(CHILD, parent=Parent(session_id="s", path="2-1"))), "link", "1-2",
    ),
}  # fmt: skip


def test_a_sound_tree_has_no_violation() -> None:
    """Nothing is complained about without need."""
    assert check(SOUND) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_corrupted_leaf_makes_the_check_fail(name: str) -> None:
    """Every single change is found, where it is, with a sentence."""
    session, rule, path = BROKEN[name]
    found = check(session)
    assert (rule, path) in {(violation.rule, violation.path) for violation in found}
    assert all(violation.message for violation in found)


def test_imported_times_may_run_backwards() -> None:
    """A note about it takes the place of a violation."""
    from clew.model.session import Note

    early = _with_turn(SOUND, started_at=0.5)
    noted = replace(early, notes=(Note(kind="inversion", message="as it came"),))
    assert [violation.rule for violation in check(noted)] == []
