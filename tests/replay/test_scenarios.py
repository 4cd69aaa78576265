"""The promise of a replay: what was recorded once runs again, offline, with the same SDKs and without a divergence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.cli.exit_codes import ExitCode
from clew.cli.main import run
from clew.model.session import Attempt, ToolCall
from tests.replay.plays import Play, every_play, record, rerun

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

WAITS = {"slow", "timeout", "dropped", "broken", "unreachable"}
"""Scenarios in which clients wait by their own clock; `make prove` plays them."""
PLAYS = [
    play
    for play in every_play()
    if WAITS.isdisjoint(play.name.split()) and not play.name.startswith(("openai ", "two_m"))
]
"""The plays that cost no time; `make prove` plays all, twenty times in a row."""


@pytest.mark.parametrize("play", PLAYS, ids=[play.name.replace(" ", "-") for play in PLAYS])
def test_a_recorded_scenario_replays_without_a_divergence(tmp_path: Path, play: Play) -> None:
    """Every request is known, every answer, error and tool result comes again, and the two trees say the same.

    ``clew diff`` says so too.
    """
    session_id = record(play, tmp_path)
    replay, again = rerun(play, tmp_path, session_id)
    assert replay.report.divergences == ()
    original, replayed = (clew.load(one, dir=tmp_path) for one in (session_id, again))
    assert sorted(map(repr, _facts(original))) == sorted(map(repr, _facts(replayed)))
    assert replayed.attributes is not None
    assert replayed.attributes.value["replay_of"] == session_id
    assert clew.check(replayed) == []
    assert run(["diff", session_id, again, "--dir", str(tmp_path)]) == ExitCode.OK


@pytest.mark.parametrize("name", ["broken", "dropped"])
def test_what_broke_off_breaks_off_again(tmp_path: Path, name: str) -> None:
    """A stream that ended in the middle, a connection without an answer: the SDK sees the same and does the same."""
    play = next(play for play in every_play() if play.name == f"{name} anthropic sync stream")
    session_id = record(play, tmp_path)
    _, again = rerun(play, tmp_path, session_id)
    first, second = (clew.load(one, dir=tmp_path) for one in (session_id, again))
    assert [_shape(attempt) for turn in first.turns for attempt in turn.attempts] == [
        _shape(attempt) for turn in second.turns for attempt in turn.attempts
    ]


def _shape(attempt: Attempt) -> tuple[Any, ...]:
    answer = attempt.response
    return (attempt.status, attempt.slugs, attempt.http_status, answer.payload if answer is not None else None)


def _facts(session: Session) -> list[tuple[Any, ...]]:
    """What two trees of the same run have in common: calls, what was sent and came back, and how it ended.

    The place of a call is left out of it: sub-agents that are at work at once may begin in either order.
    """
    facts: list[tuple[Any, ...]] = []
    for _, node in clew.walk(session):
        if isinstance(node, Attempt):
            answer = node.response
            said = answer.payload.value if answer is not None and answer.payload is not None else None
            facts.append((node.status, node.slugs, node.error, node.http_status, node.attributes, _value(node), said))
        elif isinstance(node, ToolCall):
            response = node.response.value if node.response is not None else None
            facts.append((node.name, node.kind, node.status, node.slugs, node.error, _value(node), response))
    return facts


def _value(node: Attempt | ToolCall) -> Any:  # noqa: ANN401 - a JSON value
    return node.request.value if node.request is not None else None
