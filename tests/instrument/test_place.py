"""Where an exchange lands: in the attempt, turn or step in force, in a step of its own, or nowhere."""

from __future__ import annotations

from contextvars import Context
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.model import event
from clew.protocol.scenario import Error
from tests.instrument.provider import (
    BUSY,
    COUNTS,
    HELLO,
    REQUEST,
    RICH,
    attempts_of,
    client_of,
    serve,
    stream,
    tree_of,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act
    from clew.record.session import SessionRecorder


def test_an_attempt_the_application_opened_is_filled_and_not_doubled(
    session: SessionRecorder,
) -> None:
    """A call is counted once: the HTTP attempt inside an explicit attempt is that attempt."""
    with (
        serve(HELLO) as server,
        session.turn() as turn,
        turn.attempt(provider="anthropic", model="m-1", request=REQUEST) as attempt,
    ):
        client_of(server).messages.create(**REQUEST)
        attempt.reject("llm.synthetic_retry")
    (found,) = attempts_of(session)
    assert (found.status, found.verdict, found.slugs) == ("ok", "rejected", ("llm.synthetic_retry",))
    assert found.response is not None
    assert found.response.usage == COUNTS
    assert tree_of(session).totals.usage == COUNTS


def test_further_tries_inside_an_explicit_attempt_are_attempts_of_their_own(
    session: SessionRecorder,
) -> None:
    """What the SDK tries again inside an explicit attempt is a retry in the same turn."""
    with (
        serve(BUSY, HELLO) as server,
        session.turn() as turn,
        turn.attempt(provider="anthropic", model="m-1", request=REQUEST),
    ):
        client_of(server).messages.create(**REQUEST)
    assert [attempt.status for attempt in attempts_of(session)] == ["failed", "ok"]
    assert (attempts_of(session)[0].backoff_ms or 0) >= 10


def test_what_the_application_says_after_a_retry_is_said_of_the_retry(session: SessionRecorder) -> None:
    """The application saw one answer: its own words about it land on the try that gave it, and count once."""
    with (
        serve(BUSY, HELLO) as server,
        session.turn() as turn,
        turn.attempt(provider="anthropic", model="m-1", request=REQUEST) as attempt,
    ):
        client_of(server).messages.create(**REQUEST)
        attempt.respond(usage=COUNTS)
        attempt.reject("llm.synthetic_retry")
    first, second = attempts_of(session)
    assert (first.slugs, first.verdict) == (("llm.rate_limited",), None)
    assert (second.slugs, second.verdict) == (("llm.synthetic_retry",), "rejected")
    assert tree_of(session).totals.usage == COUNTS


def test_an_error_inside_an_explicit_attempt_is_the_attempts(session: SessionRecorder) -> None:
    """What the SDK raises passes through the explicit attempt, which keeps the reason that the server gave."""
    with (
        serve(Error(status=401)) as server,
        pytest.raises(anthropic.AuthenticationError),
        session.turn() as turn,
        turn.attempt(provider="anthropic", model="m-1", request=REQUEST),
    ):
        client_of(server).messages.create(**REQUEST)
    (attempt,) = attempts_of(session)
    assert (attempt.status, attempt.slugs, attempt.http_status) == ("failed", ("llm.auth_error",), 401)
    assert tree_of(session).turns[0].status == "failed"


def test_without_a_turn_a_step_of_the_session_holds_a_call_with_its_retries(
    session: SessionRecorder,
) -> None:
    """A call between turns is a step of kind system, never a retry of a turn; a call inside a tool likewise."""
    with serve(BUSY, HELLO, HELLO) as server:
        client_of(server).messages.create(**REQUEST)
        with session.turn() as turn, turn.tool("search"):
            client_of(server).messages.create(**REQUEST)
    tree = tree_of(session)
    assert [(step.kind, step.status, len(step.attempts)) for step in tree.steps] == [
        ("system", "ok", 2),
        ("system", "ok", 1),
    ]
    assert tree.steps[0].attempts[0].slugs == ("llm.rate_limited",)
    assert tree.turns[0].attempts == ()


def test_outside_a_session_nothing_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorded client works without a session as if it were not recorded, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    with serve(BUSY, HELLO, RICH) as server:
        client = client_of(server)
        assert client.messages.create(**REQUEST).content[0].type == "text"
        assert stream(client).stop_reason == "tool_use"
    assert list(tmp_path.iterdir()) == []


def at_first(session: SessionRecorder, kind: type[Act], then: Callable[[], object]) -> None:
    """Do something once, in the very moment in which an act of a kind is written."""
    waiting = [then]

    def hear(act: Act) -> None:
        if isinstance(act, kind) and waiting:
            waiting.pop()()

    session.subscribe(hear)


@pytest.mark.parametrize("moment", [event.TurnStart, event.AttemptStart, event.AttemptEnd, event.NodeEnd])
@pytest.mark.parametrize("words", ["other", REQUEST["messages"][0]["content"]], ids=["other_words", "same_words"])
def test_a_call_that_begins_in_the_midst_of_another_is_a_conversation_of_its_own(
    tmp_path: Path, moment: type[Act], words: str
) -> None:
    """Whatever is being written of one call, a call of another context then is no retry of it and has its own turn."""
    other: Any = {**REQUEST, "messages": [{"role": "user", "content": words}]}
    with clew.instrument(dir=tmp_path), serve(HELLO, HELLO) as server:
        client = client_of(server)
        session = clew.session(agent_id="test", dir=tmp_path)
        at_first(session, moment, lambda: Context().run(lambda: client.messages.create(**other)))
        Context().run(lambda: client.messages.create(**REQUEST))
        session.end()
    tree = tree_of(session)
    assert [len(turn.attempts) for turn in tree.turns] == [1, 1]
    assert [turn.action and value_of(turn.action.content) for turn in tree.turns] == ["hëllo", words]
    assert [value_of(turn.attempts[0].request)["messages"][0]["content"] for turn in tree.turns] == ["hëllo", words]
    assert (clew.count_retries(tree), tree.steps, clew.check(tree)) == (0, (), [])


def test_an_attempt_holds_one_call(session: SessionRecorder) -> None:
    """A call that begins in the midst of another one in the same turn has an attempt of its own."""
    other: Any = {**REQUEST, "messages": [{"role": "user", "content": "other"}]}
    with serve(HELLO, HELLO, HELLO, HELLO) as server:
        client = client_of(server)
        with session.turn():
            at_first(session, event.AttemptStart, lambda: client.messages.create(**other))
            client.messages.create(**REQUEST)
        with session.turn() as turn:
            turn.attempt(provider="anthropic", model="m-1").start()
            at_first(session, event.AttemptRequest, lambda: client.messages.create(**other))
            client.messages.create(**REQUEST)
    for found in tree_of(session).turns:
        said = [value_of(attempt.request)["messages"][0]["content"] for attempt in found.attempts]
        assert said == ["hëllo", "other"]
