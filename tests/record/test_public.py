"""What a user is told of a failure says nothing of the inside, and leads an operator to the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.model.catalog import catalog
from tests.wire.canaries import CANARIES, INTERNAL

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder

SENTENCES = {slug.public for slug in catalog().values()}


def fail(error: Exception) -> None:
    """Do what an application does."""
    raise error


def run(session: SessionRecorder, place: str, error: Exception) -> None:
    """A session that fails at a place."""
    with session:
        session.config(prompts={"system": INTERNAL[8]})
        with session.turn(user_input="hello") as turn:
            if place == "attempt":
                with turn.attempt(model=INTERNAL[-1], request={"system": INTERNAL[8]}):
                    fail(error)
            if place == "tool":
                with turn.tool(INTERNAL[22], {"path": INTERNAL[0]}):
                    fail(error)
            if place == "turn":
                fail(error)
        fail(error)


def fail_in(place: str, error: Exception, folder: Path) -> tuple[clew.PublicError, clew.Session]:
    """Let a session fail at a place, and tell of it where an application would: after the session."""
    session = clew.session(agent_id="support", dir=folder)
    with pytest.raises(type(error)) as caught:
        run(session, place, error)
    return clew.public_error(caught.value), clew.load(session.path)


@pytest.mark.parametrize("place", ["attempt", "tool", "turn", "session"])
@pytest.mark.parametrize("kind", [ValueError, TimeoutError, ConnectionError, OSError, KeyError])
def test_no_word_of_a_failure_reaches_a_user(place: str, kind: type[Exception], tmp_path: Path) -> None:
    """Sixty secrets and thirty internal strings in the error: the sentence is the catalog's, the incident FIN's."""
    inside = [*INTERNAL, *(canary.secret for canary in CANARIES)]
    told, tree = fail_in(place, kind("; ".join(inside)), tmp_path)
    assert not [text for text in inside if text in " ".join(told)]
    assert told.sentence in SENTENCES
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert tree.fin.failure.incident == told.incident


def test_each_kind_of_failure_has_its_sentence(tmp_path: Path) -> None:
    """The sentence follows the slug that the failure was logged with."""
    slow, _ = fail_in("tool", TimeoutError(), tmp_path)
    broken, _ = fail_in("session", ValueError(), tmp_path)
    assert slow.sentence == catalog()["tool.timeout"].public
    assert broken.sentence == catalog()["session.error"].public


def test_an_incident_told_inside_a_session_is_noted_there(tmp_path: Path) -> None:
    """An agent that answers a failure and goes on leaves an entry with the incident on the node in force."""
    with clew.session(dir=tmp_path) as session, session.turn(user_input="x"):
        with pytest.raises(ValueError, match="config") as caught:
            fail(ValueError(INTERNAL[0]))
        told, again = clew.public_error(caught.value), clew.public_error(caught.value)
    entry = clew.find_log(clew.load(session.path), "incident.told")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value == {"incident": told.incident, "failure": "session.error"}
    assert told == again


def test_an_error_raised_from_another_is_the_same_incident(tmp_path: Path) -> None:
    """A framework's own error around the agent's leads to the agent's session."""
    session, first, outer = clew.session(dir=tmp_path), ValueError(), RuntimeError(INTERNAL[1])
    with pytest.raises(ValueError, match=r"^$"), session:
        fail(first)
    outer.__cause__ = first
    told = clew.public_error(outer)
    fin = clew.load(session.path).fin
    assert fin is not None
    assert fin.failure is not None
    assert fin.failure.incident == told.incident


def test_an_error_outside_any_session_has_an_answer_too() -> None:
    """The general sentence and a new incident; a hostile exception cannot prevent it."""

    class Hostile(Exception):
        __slots__ = ()

        def __setattr__(self, name: str, value: object) -> None:
            raise MemoryError

        def __str__(self) -> str:
            raise MemoryError

    for problem in (ValueError(INTERNAL[2]), Hostile()):
        told = clew.public_error(problem)
        assert told.sentence == "Something went wrong. Please try again."
        assert len(told.incident) == 8
