"""The recording API: every call lands where it says, is safe at any time, and reads back as it was said."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model.act import Act
from clew.model.event import TurnStart
from clew.store.folder import Folder
from clew.store.segment import read_segment

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder

pytestmark = pytest.mark.usefixtures("untroubled")


def recording(folder: Path, **options: Any) -> SessionRecorder:  # noqa: ANN401 - what clew.session takes
    """A session without a trace."""
    return clew.session(dir=folder, trace=False, **options)


def test_what_is_said_of_a_session_reads_back(tmp_path: Path) -> None:
    """Every field of the session, from its beginning, from later, and from its end."""
    with recording(
        tmp_path,
        agent_id="support",
        model="m1",
        system_prompt="You help.",
        title="t1",
        tags=["a"],
        attributes={"x": 1, "y": 1},
    ) as session:
        session.config(providers=["p"], tools=[{"name": "old"}])
        session.config(tools=[{"name": "memory"}], prompts={"greeting": "hello"})
        session.set(title="t2", latest_status="working", model="m2", tags=("b", "c"), attributes={"y": 2})
        with session.turn(user_input="hello", attributes={"k": 1}) as turn:
            turn.outcome("answered")
        with session.turn(action=clew.Action("menu", "Reports")), session.turn():
            pass
        with session.step("compaction", "shrink") as step, step.attempt(request={"s": 1}) as attempt:
            attempt.respond("summary", usage=clew.Usage(input_tokens=3), cost=Decimal("0.001"))
        session.final_report({"format": "markdown", "content": "done"})
    tree = clew.load(session.session_id, dir=tmp_path)
    assert (tree.agent_id, tree.model, tree.title, tree.latest_status, tree.tags) == (
        "support", "m2", "t2", "working", ("b", "c"),
    )  # fmt: skip
    assert _values(tree.system_prompt, tree.attributes) == ["You help.", {"x": 1, "y": 2}]
    config = tree.init.config
    assert _values(config.providers, config.tools, config.prompts) == [
        ["p"],
        [{"name": "memory"}],
        {"greeting": "hello"},
    ]
    assert [turn.action and (turn.action.type, turn.action.name) for turn in tree.turns] == [
        ("message", None), ("menu", "Reports"), None,
    ]  # fmt: skip
    assert tree.turns[0].action is not None
    assert tree.turns[0].action.outcome == "answered"
    assert _values(tree.turns[0].action.content, tree.turns[0].attributes) == ["hello", {"k": 1}]
    (step_read,) = tree.steps
    assert (step_read.kind, step_read.name, len(step_read.attempts)) == ("compaction", "shrink", 1)
    assert tree.fin is not None
    assert _values(tree.fin.final_report) == [{"format": "markdown", "content": "done"}]
    assert (tree.phase, tree.status, tree.totals.retries, tree.totals.cost) == ("fin", "ok", 0, Decimal("0.001"))
    assert tree.fin.totals == tree.totals
    assert clew.check(tree) == []


def _values(*payloads: Any) -> list[Any]:  # noqa: ANN401 - payloads
    return [payload.value for payload in payloads]


def test_a_streamed_answer_is_in_the_tree_before_it_ends(tmp_path: Path) -> None:
    """The first piece is journalled at once, and a broken stream keeps what had arrived."""
    with recording(tmp_path) as session, session.turn() as turn:
        attempt = turn.attempt(request={"q": 1}).start()
        attempt.chunk("Hel", reasoning="think ")
        so_far = session.tree().turns[0].attempts[0]
        assert so_far.response is not None
        assert (so_far.response.text, so_far.response.reasoning, so_far.status) == ("Hel", "think ", "running")
        attempt.chunk("lo")
        attempt.end(ConnectionError("reset"))
    read = clew.load(session.path).turns[0].attempts[0]
    assert read.response is not None
    assert (read.response.text, read.response.partial, read.status) == ("Hello", True, "failed")
    assert read.first_token_at is not None
    assert read.ended_at is not None
    assert read.started_at <= read.first_token_at <= read.ended_at


def test_handles_work_without_with(tmp_path: Path) -> None:
    """`start()` and `end()` do what the block does, except for the node in force."""
    session = recording(tmp_path)
    turn = session.turn("go").start()
    tool = turn.tool("t", {"x": 1})
    tool.respond("begins by itself")
    assert clew.current() is None
    tool.end()
    turn.end()
    session.end()
    tree = clew.load(session.path)
    assert (tree.status, tree.turns[0].tools[0].status) == ("ok", "ok")


def test_every_call_is_safe_after_the_end(tmp_path: Path) -> None:
    """Late calls of a background task raise nothing and change nothing."""
    with recording(tmp_path) as session, session.turn() as turn, turn.attempt() as attempt, turn.tool("t") as tool:
        pass
    before = session.path.read_bytes()
    attempt.chunk("late")
    attempt.respond("late", usage=clew.Usage(input_tokens=1))
    attempt.reject("llm.retry")
    attempt.fail("late")
    attempt.backoff(1)
    attempt.account(clew.Usage(input_tokens=1))
    tool.respond("late")
    tool.fail(ValueError("late"))
    tool.environ()
    tool.child().start().end()
    turn.log("llm.retry")
    turn.fail("late")
    with session.turn("late") as late, late.attempt(), late.tool("t"), session.step():
        clew.log("llm.retry")
    session.config(tools=[])
    session.set(title="late")
    session.final_report("late")
    session.fail("late")
    session.end()
    assert session.path.read_bytes() == before
    assert session.ended


@pytest.mark.parametrize("junk", [object(), b"\xff", float("nan"), [1], {"a": 1}, -1, 2**70, "\ud800", ""])
def test_a_slip_of_types_costs_no_act(tmp_path: Path, junk: Any) -> None:  # noqa: ANN401 - anything
    """Whatever is passed where a text, a number or a choice belongs: no call raises, and the rest is recorded."""
    with recording(tmp_path, agent_id=junk, model=junk, title=junk, tags=junk, system_prompt=junk) as session:
        session.set(title=junk, latest_status=junk, model=junk, tags=junk)
        with session.turn(junk, index=junk, action=clew.Action(junk, junk, junk)) as turn:
            with turn.attempt(provider=junk, model=junk, request=junk, attributes=junk) as attempt:
                attempt.chunk(junk, junk)
                attempt.respond(
                    junk,
                    usage=junk,
                    stop_reason=junk,
                    text=junk,
                    model=junk,
                    cost=junk,
                    http_status=junk,
                    reasoning=junk,
                )
                attempt.reject(junk, junk)
                attempt.backoff(junk)
                attempt.account(junk, junk)
            with turn.attempt() as attempt:
                attempt.fail(junk, slug=junk, status=junk, http_status=junk, usage=junk)
            with turn.tool(junk, junk, kind=junk, command=junk, call_id=junk) as tool:
                tool.fail(junk, slug=junk, status=junk)
            turn.log(junk, junk, junk, detail=junk)
            turn.outcome(junk)
            turn.fail(junk)
        with session.step(junk, junk):
            pass
        session.fail(junk, junk)
        session.end(error=junk)
    tree = clew.load(session.session_id, dir=tmp_path)
    assert not [note for note in tree.notes if note.kind != "clock"]
    assert len(tree.turns) == len(tree.steps) == 1
    assert (len(tree.turns[0].attempts), len(tree.turns[0].tools)) == (2, 1)
    assert tree.fin is not None
    assert not [violation for violation in clew.check(tree) if violation.rule in {"totals", "time", "context"}]


def test_an_act_reaches_those_who_subscribed(tmp_path: Path, told: pytest.CaptureFixture[str]) -> None:
    """Every act after it is written, until the subscription ends; what a callback raises stays there."""
    seen: list[Act] = []
    with recording(tmp_path) as session:

        def broken(_: Act) -> None:
            raise RuntimeError

        session.subscribe(broken)
        stop = session.subscribe(seen.append)
        with session.turn("hello"):
            assert isinstance(seen[-1], TurnStart)
            assert seen[-1].content.value == "hello"
        stop()
        session.set(title="quiet")
    assert [type(act).__name__ for act in seen] == ["InitEnd", "TurnStart", "NodeEnd"]
    assert clew.load(session.path).title == "quiet"
    assert told.readouterr().err == "clew: not everything is being recorded (RuntimeError: )\n"


def test_a_session_goes_on_in_a_new_segment(tmp_path: Path) -> None:
    """Taking up an old session leaves its file alone, counts on, and makes one session of both."""
    with recording(tmp_path, agent_id="a", model="m1") as first, first.turn("one") as turn:
        turn.tool("t").start().end()
    before = first.path.read_bytes()
    with recording(tmp_path, session_id=first.session_id, model="m2") as second:
        with second.turn("two") as turn, turn.attempt(request={"q": 2}) as attempt:
            attempt.respond("x", usage=clew.Usage(input_tokens=2))
        assert clew.load(first.session_id, dir=tmp_path).status == "running"
        second.step().start().end()
    assert (second.session_id, second.path.name) == (first.session_id, f"session_{first.session_id}.2.jsonl")
    assert first.path.read_bytes() == before
    tree = clew.load(first.session_id, dir=tmp_path)
    assert ([turn.index for turn in tree.turns], tree.agent_id, tree.model, tree.status) == ([1, 2], "a", "m2", "ok")
    assert (clew.check(tree), tree.notes) == ([], ())


def test_an_id_that_is_none_makes_a_session_of_its_own(tmp_path: Path, told: pytest.CaptureFixture[str]) -> None:
    """What could lead out of the folder is refused with a word, and recording goes on under a new id."""
    with recording(tmp_path / "s", session_id="../../evil") as session:
        pass
    assert "no session id" in told.readouterr().err
    assert [path.name for path in tmp_path.rglob("*.jsonl")] == [session.path.name]
    assert Folder(tmp_path / "s").ids() == [session.session_id]
    chosen = "20260102_030405_00c0ffee"
    with recording(tmp_path / "s", session_id=chosen) as session:
        pass
    assert session.path.name == f"session_{chosen}.jsonl"
    assert clew.load(chosen, dir=tmp_path / "s").notes == ()


def test_nothing_is_recorded_when_recording_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`CLEW_RECORD=0`: the same calls, no file, no output."""
    monkeypatch.setenv("CLEW_RECORD", "0")
    with clew.session(dir=tmp_path / "s", trace=True) as session, session.turn("x") as turn, turn.tool("t") as tool:
        with tool.child() as child, child.turn():
            clew.log("llm.retry")
        tool.respond(1)
    assert list(tmp_path.iterdir()) == []


def test_a_session_stays_where_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application may change its working directory."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with clew.session(dir="sessions", trace=False) as session, session.turn() as turn:
        os.chdir(tmp_path / "elsewhere")
        with turn.tool("t") as tool, tool.child():
            tool.respond("x" * 2_000_000)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    tree = clew.load(session.session_id, dir=tmp_path / "sessions")
    assert tree.notes == ()
    assert tree.turns[0].tools[0].response is not None
    assert len(tree.turns[0].tools[0].response.value) == 2_000_000


def test_turns_may_be_given_their_numbers(tmp_path: Path) -> None:
    """An application that counts by itself is followed."""
    with recording(tmp_path) as session:
        for index in (1, 2, None, 7, None):
            with session.turn(index=index):
                pass
    assert [turn.index for turn in clew.load(session.path).turns] == [1, 2, 3, 7, 8]


def test_two_sessions_at_once_keep_apart(tmp_path: Path) -> None:
    """The node in force belongs to the block it is in, whatever other sessions are open."""
    with recording(tmp_path) as outer, outer.turn() as turn:
        other = recording(tmp_path)
        with other, other.turn() as inner:
            assert clew.current() is inner
        assert clew.current() is turn
    assert len(list(clew.sessions(dir=tmp_path))) == 2
    assert [act.seq for act in read_segment(other.path).acts] == list(range(len(read_segment(other.path).acts)))
