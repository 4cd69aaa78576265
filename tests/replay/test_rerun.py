"""Promises of `clew.replay`: what an agent does otherwise is said at its node, and no tool is called."""

from __future__ import annotations

import copy
import os
import warnings
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.errors import PathError, ReplayDiverged
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text
from clew.record import standin
from clew.replay.normaliser import Comparison, Normaliser
from clew.tree.path import operations
from tests.replay import shop
from tests.replay.shop import TOOLS, Shop, recorded

if TYPE_CHECKING:
    from pathlib import Path

BUILD = Normaliser(name="build", pattern=r"build \d+")
OTHER_TOOLS = copy.deepcopy(TOOLS)
OTHER_TOOLS[1]["input_schema"] = {"type": "object", "properties": {"item": {"type": "string"}}}


@pytest.fixture(autouse=True)
def _no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was called, and no tool is known to ask."""
    shop.TOOL_CALLS.clear()
    monkeypatch.setattr("clew.record.standin._Place.instrumented", set())


def diverged(folder: Path, agent: Shop, **options: Any) -> ReplayDiverged:  # noqa: ANN401 - of `clew.replay`
    """Replay another agent than the recorded one; how that ends."""
    session_id = recorded(folder)
    shop.TOOL_CALLS.clear()
    try:
        with clew.replay(session_id, dir=folder, **options) as replay:
            if agent.asks:
                standin.instrumented("stock", "price")
            agent.perform(replay.base_url, folder)
    except ReplayDiverged as problem:
        return problem
    raise AssertionError("the run did not leave the record")


@pytest.mark.parametrize(
    ("agent", "path", "kind", "where"),
    [
        (Shop(system="You run a bank."), "1-1", "prompt", "system"),
        (Shop(task="Is there coffee?"), "1-1", "messages", "messages[0].content"),
        (Shop(tools=OTHER_TOOLS), "1-1", "tools", "tools[price].input_schema.properties.item"),
        (Shop(tools=TOOLS[:1]), "1-1", "tools", "tools[price]"),
        (Shop(options={"max_tokens": 99, "stop_sequences": ["."]}), "1-1", "parameters", "stop_sequences"),
        (Shop(options={"max_tokens": 100}), "1-1", "parameters", "max_tokens"),
        (Shop(changes={"size": "L"}), "1-2", "tool_request", "request.size"),
        (Shop(thanks="Goodbye!"), "3-1", "messages", "messages[4].content"),
    ],
)
def test_a_change_is_reported_at_its_node(tmp_path: Path, agent: Shop, path: str, kind: str, where: str) -> None:
    """Another prompt, message, schema, parameter or argument: the node of the record, what it is, and where in it."""
    problem = diverged(tmp_path, agent)
    (first,) = problem.divergences
    assert (first.path, first.kind, first.differences[0].where) == (path, kind, where)
    assert path in str(problem)


def test_another_tool_result_is_reported_at_the_tool(tmp_path: Path) -> None:
    """A tool that is really called and says something else: not the request that tells it is named, but the call."""
    (first,) = diverged(tmp_path, Shop(answers={"stock": "12 left", "price": "4"}), live_tools=True).divergences
    assert (first.path, first.kind) == ("1-3", "tool_result")
    assert (first.differences[0].recorded, first.differences[0].found) == ("3", "4")


def test_another_order_is_reported_where_it_began(tmp_path: Path) -> None:
    """Two calls in the other order: the one that should have come first."""
    (first,) = diverged(tmp_path, Shop(order=(1, 0)), patience=0.1).divergences
    assert (first.path, first.kind) == ("1-2", "order")


def test_a_run_that_does_less_is_reported(tmp_path: Path) -> None:
    """The agent left without asking a last time."""
    (first,) = diverged(tmp_path, Shop(thanks="")).divergences
    assert (first.path, first.kind) == ("3-1", "missing")


def test_tools_are_not_called(tmp_path: Path) -> None:
    """What a tool gives back is what it gave back, and its code did not run."""
    session_id = recorded(tmp_path)
    shop.TOOL_CALLS.clear()
    with clew.replay(session_id, dir=tmp_path) as replay:
        standin.instrumented("stock", "price")
        Shop(answers={}).perform(replay.base_url, tmp_path)
    assert shop.TOOL_CALLS == []
    assert (replay.report.models, replay.report.tools, replay.report.divergences) == (3, 2, ())


def test_tools_that_do_not_ask_are_refused_before_they_run(tmp_path: Path) -> None:
    """Nothing is called for real, unless that is said to be fine."""
    (first,) = diverged(tmp_path, Shop(asks=False)).divergences
    assert (first.path, first.kind) == ("1-2", "live")
    assert shop.TOOL_CALLS == []


def test_live_tools_are_called(tmp_path: Path) -> None:
    """With models replayed and tools live, tools that do not ask are no obstacle."""
    session_id = recorded(tmp_path)
    shop.TOOL_CALLS.clear()
    with clew.replay(session_id, dir=tmp_path, live_tools=True) as replay:
        Shop(asks=False).perform(replay.base_url, tmp_path)
    assert shop.TOOL_CALLS == ["stock", "price"]
    assert replay.report.divergences == ()


def test_a_replay_that_warns_goes_on(tmp_path: Path) -> None:
    """The run gets what the record has at that place, and every divergence is told."""
    replay = clew.replay(recorded(tmp_path), dir=tmp_path, on_divergence="warn")
    with warnings.catch_warnings(record=True) as warned, replay:
        warnings.simplefilter("always")
        standin.instrumented("stock", "price")
        Shop(system="You run a bank.").perform(replay.base_url, tmp_path)
    assert "left the record at 1-1" in str(warned[0].message)
    assert [divergence.path for divergence in replay.report.divergences] == ["1-1", "2-1", "3-1"]
    assert replay.report.models == 3


def test_time_is_replayed_if_that_is_asked_for(tmp_path: Path) -> None:
    """Answers and results of tools then take as long as they took, by a clock that a test can be; else no time."""
    session_id = recorded(tmp_path)
    session = clew.load(session_id, dir=tmp_path)
    took: dict[str, list[float]] = {"none": [], "original": []}
    for timing, waits in took.items():
        with clew.replay(session_id, dir=tmp_path, timing=timing, sleep=waits.append) as replay:
            standin.instrumented("stock", "price")
            Shop().perform(replay.base_url, tmp_path)
    calls = [node for turn in session.turns for node in operations(turn)]
    spans = [(call.ended_at - call.started_at) / 1000 for call in calls if call.ended_at is not None]
    assert took == {"none": [], "original": pytest.approx(spans)}


def test_a_normaliser_that_is_none_is_refused() -> None:
    """A pattern that cannot be read, a name that there is not: said at once, in a sentence."""
    with pytest.raises(ValueError, match=r"no regular expression: .*\.$"):
        Comparison([Normaliser(name="odd", pattern="(")])
    with pytest.raises(ValueError, match="times, ids, paths"):
        Comparison(["moods"])


def test_what_comes_after_a_node_can_be_live(tmp_path: Path) -> None:
    """Up to and with the node the record answers; the rest, another question too, goes to the provider."""
    session_id = recorded(tmp_path)
    live = Scenario(name="live", answers=(Message(content=(Text("Live!"),)),))
    with ModelServer(live) as provider:
        addresses = {"anthropic": provider.base_url, "openai": provider.openai_url}
        with clew.replay(session_id, dir=tmp_path, until="2", providers=addresses) as replay:
            standin.instrumented("stock", "price")
            again = Shop(thanks="And coffee?").perform(replay.base_url, tmp_path)
        assert [request.body["messages"][-1]["content"] for request in provider.requests] == ["And coffee?"]
    last = clew.load(again, dir=tmp_path).turns[-1].llm_response
    assert last is not None
    assert last.text == "Live!"
    assert (replay.report.models, replay.report.live, replay.report.divergences) == (2, 1, ())


def test_a_change_before_that_node_is_still_reported(tmp_path: Path) -> None:
    """Live is what comes after the recorded part, not what is instead of it."""
    (first,) = diverged(tmp_path, Shop(system="You run a bank."), until="1").divergences
    assert first.path == "1-1"


def test_a_node_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Replaying up to nowhere says what there is."""
    session_id = recorded(tmp_path)
    with pytest.raises(PathError, match="3 turns"):
        clew.replay(session_id, dir=tmp_path, until="7")


@pytest.mark.parametrize(
    ("recorded_task", "task", "normalise", "same"),
    [
        ("Today is 2026-11-22.", "Today is 2027-01-01.", ["times"], True),
        ("Today is 2026-11-22.", "Today is 2027-01-01.", [], False),
        ("Look into /home/ada/shop.", "Look into /home/bob/shop.", ["paths"], True),
        ("Look into /home/ada/shop.", "Look into /home/ada/bank.", ["paths"], False),
        ("Order 20261122_101500_0a1b2c3d?", "Order 20261123_111500_ffffffff?", ["ids"], True),
        ("key sk-ant-api03-" + "a" * 95, "key sk-ant-api03-" + "b" * 95, [], True),
        ("In build 17, 2026-11-22.", "In build 18, 2027-01-01.", ["times", BUILD], True),
        ("In build 17.", "In build 18.", ["times"], False),
        ("In build 17.", "In build x.", [BUILD], False),
    ],
)
def test_what_may_differ_is_declared(
    tmp_path: Path, recorded_task: str, task: str, normalise: list[str | Normaliser], *, same: bool
) -> None:
    """Dates, ids and places differ where that is declared, what a user declares too, secrets always; nothing else."""
    with ModelServer(shop.SCENARIO) as server:
        session_id = Shop(task=recorded_task).perform(server.base_url, tmp_path)
    replay = clew.replay(session_id, dir=tmp_path, normalise=normalise, on_divergence="stop")
    standin.instrumented("stock", "price")
    if same:
        with replay:
            Shop(task=task).perform(replay.base_url, tmp_path)
    else:
        with pytest.raises(ReplayDiverged), replay:
            Shop(task=task).perform(replay.base_url, tmp_path)


def test_the_environment_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients made in the block find the replay by themselves; afterwards nothing of it is left."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://elsewhere")
    before = dict(os.environ)
    with pytest.raises(ReplayDiverged), clew.replay(recorded(tmp_path), dir=tmp_path) as replay:
        assert str(anthropic.Anthropic().base_url).startswith(replay.base_url)
    assert dict(os.environ) == before
