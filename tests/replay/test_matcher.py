"""Promises of matching: by what is said and not by when, with sub-agents at work at once, and a change at its node."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import clew
from clew.model.session import Attempt, ToolCall
from clew.replay.divergence import Divergence
from clew.replay.matcher import Matcher, Outcome
from clew.replay.normaliser import Comparison
from clew.replay.recording import Operation, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder

NAMES = ("Ann", "Bob")


def request(*said: str, system: str = "You lead.") -> dict[str, Any]:
    """What is sent to a model."""
    return {"model": "m", "system": system, "messages": [{"role": "user", "content": text} for text in said]}


def _ask(session: SessionRecorder, *said: str, system: str) -> None:
    with session.turn() as turn, turn.attempt(provider="anthropic", request=request(*said, system=system)) as attempt:
        attempt.respond({"content": []})


def recording(folder: Path) -> Recording:
    """A leader with two sub-agents at once, each of which asks twice, and one question after them."""
    with clew.session(dir=folder) as session:
        with session.turn() as turn:
            with turn.attempt(request=request("begin")) as attempt:
                attempt.respond({"content": []})
            tools = [turn.tool(name, {}, kind="agent").start() for name in NAMES]
            children = [tool.child(name).start() for tool, name in zip(tools, NAMES, strict=True)]
            for said in (["a"], ["a", "b"]):
                for child, name in zip(children, NAMES, strict=True):
                    _ask(child, *said, system=f"You are {name}.")
            for child, tool in zip(children, tools, strict=True):
                child.end()
                tool.respond("done")
                tool.end()
        _ask(session, "begin", "end", system="You lead.")
    return Recording(clew.load(session.session_id, dir=folder))


def path_of(outcome: Outcome) -> str:
    """Where a request was found."""
    assert isinstance(outcome, Operation)
    return outcome.path


def test_requests_are_known_by_what_they_say(tmp_path: Path) -> None:
    """One sub-agent may be done before the other begins, whatever the order was."""
    matcher = Matcher(recording(tmp_path), Comparison())
    paths = [path_of(matcher.model(request("begin")))]
    for name in ("Bob", "Ann"):
        paths += [path_of(matcher.model(request(*said, system=f"You are {name}."))) for said in (["a"], ["a", "b"])]
    paths.append(path_of(matcher.model(request("begin", "end"))))
    matcher.finish()
    assert paths == ["1-1", "1-3.1-1", "1-3.2-1", "1-2.1-1", "1-2.2-1", "2-1"]
    assert matcher.divergences == []


def test_a_change_in_one_of_two_is_reported_there(tmp_path: Path) -> None:
    """The second sub-agent says something else, before the first one has said anything."""
    matcher = Matcher(recording(tmp_path), Comparison(), patience=0.05)
    matcher.model(request("begin"))
    outcome = matcher.model(request("other", system="You are Bob."))
    assert isinstance(outcome, Divergence)
    assert (outcome.path, outcome.kind, outcome.differences[0].where) == ("1-3.1-1", "messages", "messages[0].content")


def test_a_request_waits_for_those_before_it(tmp_path: Path) -> None:
    """What comes too early is answered as soon as its turn has come."""
    matcher = Matcher(recording(tmp_path), Comparison(), patience=60.0)
    matcher.model(request("begin"))
    found: list[Outcome] = []
    early = threading.Thread(target=lambda: found.append(matcher.model(request("a", "b", system="You are Ann."))))
    early.start()
    first = matcher.model(request("a", system="You are Ann."))
    early.join(60)
    assert [path_of(first), path_of(found[0])] == ["1-2.1-1", "1-2.2-1"]


def test_what_never_had_its_turn_is_another_order(tmp_path: Path) -> None:
    """The one that should have come before it is named."""
    matcher = Matcher(recording(tmp_path), Comparison(), patience=0.05)
    matcher.model(request("begin"))
    outcome = matcher.model(request("a", "b", system="You are Ann."))
    assert isinstance(outcome, Divergence)
    assert (outcome.path, outcome.kind) == ("1-2.1-1", "order")


def test_conversations_side_by_side_need_no_session_of_their_own(tmp_path: Path) -> None:
    """Two that one session holds at the same time: neither waits for the other, and neither do their tools."""
    with clew.session(dir=tmp_path) as session:
        turns = {name: session.turn().start() for name in NAMES}
        attempts = [turns[name].attempt(request=request("a", system=name)).start() for name in NAMES]
        for attempt in attempts:
            attempt.respond({"content": []})
        for name in NAMES:
            turns[name].end()
        for name in NAMES:
            with session.turn() as turn:
                with turn.attempt(request=request("a", "b", system=name)) as attempt:
                    attempt.respond({"content": []})
                with turn.tool("look", {"for": name}) as tool:
                    tool.respond("found")
    matcher = Matcher(Recording(clew.load(session.session_id, dir=tmp_path)), Comparison(), patience=0.05)
    matcher.instrumented.add("look")
    paths = []
    for name in reversed(NAMES):
        paths += [path_of(matcher.model(request(*said, system=name))) for said in (["a"], ["a", "b"])]
        paths.append(path_of(matcher.tool("look", None, {"for": name}, None)))
    matcher.finish()
    assert paths == ["2-1", "4-1", "4-2", "1-1", "3-1", "3-2"]
    assert matcher.divergences == []


def test_one_request_too_many_is_reported(tmp_path: Path) -> None:
    """What is asked once more than it was recorded has no answer."""
    with clew.session(dir=tmp_path) as session:
        _ask(session, "once", system="")
    matcher = Matcher(Recording(clew.load(session.session_id, dir=tmp_path)), Comparison())
    assert path_of(matcher.model(request("once", system=""))) == "1-1"
    outcome = matcher.model(request("once", system=""))
    assert isinstance(outcome, Divergence)
    assert (outcome.path, outcome.kind) == ("1-1", "more")


def test_calls_that_were_never_made_are_not_missed(tmp_path: Path) -> None:
    """A tool that there is not, a request that was cancelled: nobody has to do it again."""
    with clew.session(dir=tmp_path) as session, session.turn() as turn:
        with turn.tool("fly", {}) as tool:
            tool.fail("there is no tool fly", slug="tool.not_found")
        with turn.attempt(request=request("x")) as attempt:
            attempt.fail("cancelled", status="cancelled")
    calls = Recording(clew.load(session.session_id, dir=tmp_path)).calls
    assert [call.needed for call in calls] == [False, False]
    assert [type(call.node) for call in calls] == [ToolCall, Attempt]
