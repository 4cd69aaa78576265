"""`SessionTreeBuilder`: every operation of the specification's API lands where the tree has its place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model.session import Session
from clew.store.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def builder(tmp_path: Path) -> clew.SessionTreeBuilder:
    """A session in a folder of its own."""
    return clew.SessionTreeBuilder({"agentId": "support", "sessionTitle": "Orders", "callPath": "a:b"}, dir=tmp_path)


def _model_call(builder: clew.SessionTreeBuilder, status: Any = "ok", answer: object = "hi", **end: object) -> str:  # noqa: ANN401 - also a wrong one
    op = builder.begin_op(1, "llm", {"provider": "anthropic", "model": "m", "isFinalTurn": False})
    builder.set_request(op, {"kind": "llm", "payload": {"messages": []}, "size": 15})
    if answer is not None:
        builder.set_response(op, {"payload": answer, "size": 4, "truncated": False})
    builder.end_op(op, status, {"latency": 5, **end})
    return op


def test_meta_says_what_is_recorded(builder: clew.SessionTreeBuilder) -> None:
    """Agent, title and everything else of `meta` are on the session; later ones replace earlier ones."""
    builder.set_session_title("Refunds")
    builder.set_latest_status("searching")
    tree = builder.get_session()
    assert (tree.agent_id, tree.title, tree.latest_status) == ("support", "Refunds", "searching")
    assert tree.attributes is not None
    assert tree.attributes.value == {"callPath": "a:b"}
    assert tree.status == "running"


def test_turn_0_is_init_and_fin(builder: clew.SessionTreeBuilder) -> None:
    """The pattern `turn 0, system, init … fin` becomes INIT and FIN, and no turn."""
    builder.begin_turn(0, {"system": True, "label": "init"})
    op = builder.begin_op(0, "system", {"label": "init"})
    builder.append_log(op, {"severity": "WRN", "slug": "mcp.restart", "message": "again"})
    builder.end_op(op, "ok")
    builder.begin_turn(1)
    builder.end_turn(1)
    builder.end_op(builder.begin_op(0, "system", {"label": "fin"}), "ok")
    builder.end_turn(0)
    builder.end_session(success=True)
    tree = builder.get_session()
    assert [turn.index for turn in tree.turns] == [1]
    assert tree.steps == ()
    assert [entry.slug for entry in tree.init.logs] == ["mcp.restart"]
    assert tree.fin is not None
    assert tree.fin.success is True
    assert (tree.phase, tree.status) == ("fin", "ok")
    assert clew.check(tree) == []


def test_what_init_is_told_is_the_sessions(builder: clew.SessionTreeBuilder) -> None:
    """Payloads and attributes of INIT are attributes of the session; its failure is logged there."""
    op = builder.begin_op(0, "system", {"label": "init", "servers": 2})
    builder.set_request(op, {"connect": True})
    builder.set_response(op, "connected")
    builder.end_op(op, "failed", {"error": "no server"})
    tree = builder.get_session()
    assert tree.attributes is not None
    assert tree.attributes.value["init"] == {"servers": 2, "request": {"connect": True}, "response": "connected"}
    assert [(entry.slug, entry.message) for entry in tree.init.logs] == [("session.error", "no server")]


def test_other_work_of_turn_0_is_a_step(builder: clew.SessionTreeBuilder) -> None:
    """What turn 0 does beside `init` and `fin` is a step, as is a `system` operation of any turn."""
    tool = builder.begin_op(0, "tool", {"name": "warm_up"})
    builder.set_response(tool, "warm")
    builder.end_op(tool, "ok")
    builder.begin_turn(1)
    work = builder.begin_op(1, "system", {"label": "compact"})
    builder.set_request(work, "shrink")
    builder.set_response(work, "shrunk")
    builder.append_accounting(work, {"removed": 3})
    builder.end_op(work, "failed", {"error": "too large"})
    first, second = builder.get_session().steps
    assert [call.name for call in first.tools] == ["warm_up"]
    assert first.status == "ok"
    assert (second.kind, second.name, second.status, second.error) == ("system", "compact", "failed", "too large")
    assert second.attributes is not None
    assert second.attributes.value == {
        "turn": "1",
        "request": "shrink",
        "response": "shrunk",
        "accounting": {"removed": 3},
    }


def test_a_second_model_call_is_a_retry(builder: clew.SessionTreeBuilder) -> None:
    """Several `llm` operations of one turn are its attempts; one that failed with an answer was rejected."""
    builder.begin_turn(1)
    _model_call(builder, "failed", None, error="429")
    _model_call(builder, "failed", "no tools")
    _model_call(builder)
    builder.end_turn(1)
    (turn,) = builder.get_session().turns
    assert clew.count_retries(turn) == 2
    assert [attempt.status for attempt in turn.attempts] == ["failed", "ok", "ok"]
    assert [attempt.verdict for attempt in turn.attempts] == [None, "rejected", "accepted"]
    assert turn.attempts[0].error == "429"
    assert [entry.slug for entry in turn.attempts[0].logs] == ["llm.failed"]
    assert turn.llm_response is not None
    assert turn.llm_response.text == "hi"
    assert turn.attempts[2].attributes is not None
    assert turn.attempts[2].attributes.value == {"isFinalTurn": False, "latency": 5}


def test_accounting_is_part_of_the_response(builder: clew.SessionTreeBuilder) -> None:
    """Tokens and costs are on the response, summed, and aliases are never added to what they repeat."""
    builder.begin_turn(1)
    op = _model_call(builder)
    tokens = {"inputTokens": 3, "outputTokens": 4, "cachedTokens": 2, "cacheReadInputTokens": 2, "totalTokens": 9}
    builder.append_accounting(op, {"type": "llm", "tokens": tokens, "costUsd": 0.1, "stopReason": "stop"})
    builder.append_accounting(op, {"type": "llm", "tokens": {"inputTokens": 1}, "costUsd": 0.2})
    response = builder.get_session().turns[0].llm_response
    assert response is not None
    assert response.usage == clew.Usage(input_tokens=4, output_tokens=4, cache_read_tokens=2)
    assert response.cost == Decimal("0.3")
    assert response.stop_reason == "stop"
    flat = builder.flatten()
    assert [(entry["path"], entry["cost_usd"]) for entry in flat.accounting] == [("1-1", Decimal("0.3"))]


def test_reasoning_arrives_in_pieces(builder: clew.SessionTreeBuilder) -> None:
    """Pieces of reasoning are joined; the final reasoning replaces them."""
    builder.begin_turn(1)
    for final in (None, "Whole."):
        op = builder.begin_op(1, "llm")
        builder.append_reasoning_chunk(op, "Let me ")
        builder.append_reasoning_chunk(op, "think.")
        if final is not None:
            builder.set_reasoning_final(op, final)
        builder.set_response(op, "hi")
        builder.end_op(op)
    attempts = builder.get_session().turns[0].attempts
    assert [attempt.response.reasoning for attempt in attempts if attempt.response] == ["Let me think.", "Whole."]


def test_tools_keep_all_they_were_told(builder: clew.SessionTreeBuilder) -> None:
    """A tool call has its kind, request, response, accounting, error and attributes."""
    builder.begin_turn(1)
    op = builder.begin_op(1, "tool", {"name": "orders.search", "provider": "shop", "kind": "mcp", "callId": "c1"})
    builder.set_request(op, {"kind": "tool", "payload": {"customer": 17}, "size": 15})
    builder.set_response(op, {"payload": None, "size": 4})
    builder.append_accounting(op, {"type": "tool", "charactersIn": 3})
    builder.append_log(op, {"severity": "WRN", "message": "slow", "source": {"file": "a.ts", "line": 7}, "turn": 1})
    builder.end_op(op, "timeout", {"error": "10 s", "latency": 10_000})
    (tool,) = builder.get_session().turns[0].tools
    assert (tool.kind, tool.name, tool.call_id, tool.status, tool.error) == (
        "mcp",
        "orders.search",
        "c1",
        "timeout",
        "10 s",
    )
    assert tool.request is not None
    assert tool.request.value == {"customer": 17}
    assert tool.response is not None
    assert tool.response.value is None
    assert tool.accounting is not None
    assert tool.accounting.value == {"type": "tool", "charactersIn": 3}
    assert tool.attributes is not None
    assert tool.attributes.value == {"provider": "shop", "latency": 10_000}
    slow = tool.logs[0]
    assert (slow.slug, slow.message) == ("import.warning", "slow")
    assert slow.source is not None
    assert (slow.source.file, slow.source.line) == ("a.ts", 7)
    assert slow.context is not None
    assert slow.context.tool_request == tool.request
    assert [entry.slug for entry in tool.logs] == ["import.warning", "tool.timeout"]


def test_what_is_told_is_on_disk_at_once(builder: clew.SessionTreeBuilder, tmp_path: Path) -> None:
    """A response can be read before its operation has ended."""
    builder.begin_turn(1)
    op = builder.begin_op(1, "tool", {"name": "memory"})
    builder.set_response(op, "found")
    (tool,) = Folder(tmp_path).load(builder.session.session_id).turns[0].tools
    assert tool.response is not None
    assert tool.response.value == "found"


def test_a_late_request_is_not_lost(builder: clew.SessionTreeBuilder) -> None:
    """A request that comes after its operation has begun in the record is one of its attributes."""
    builder.begin_turn(1)
    op = builder.begin_op(1, "tool", {"name": "memory"})
    assert builder.get_op_path(op) == "1-1"
    builder.set_request(op, {"path": "/"})
    builder.end_op(op)
    (tool,) = builder.get_session().turns[0].tools
    assert tool.attributes is not None
    assert tool.attributes.value == {"request": {"path": "/"}}


@pytest.mark.parametrize("how", ["new", "builder", "tree"])
def test_child_sessions_are_embedded(builder: clew.SessionTreeBuilder, tmp_path: Path, how: str) -> None:
    """A session hangs whole on its operation, whether it is begun there, or linked as a builder or a tree."""
    builder.begin_turn(1)
    op = builder.begin_op(1, "session", {"name": "researcher"})
    builder.set_request(op, {"task": "compare"})
    if how == "new":
        child = builder.attach_child_session(op, {"agentId": "researcher"})
        assert isinstance(child, clew.SessionTreeBuilder)
    else:
        child = clew.SessionTreeBuilder({"agent_id": "researcher"}, dir=tmp_path)
        builder.attach_child_session(op, child if how == "builder" else child.get_session())
    child.begin_turn(1)
    child.end_session(success=True)
    builder.end_op(op)
    (tool,) = builder.get_session().turns[0].tools
    assert tool.kind == "agent"
    assert isinstance(tool.child_session, Session)
    assert (tool.child_session.agent_id, len(tool.child_session.turns)) == ("researcher", 1)
    assert (tool.child_session.parent is not None) == (how == "new")
    assert builder.get_op_path(op) == "1-1"


def test_the_tree_can_be_drawn(builder: clew.SessionTreeBuilder) -> None:
    """`render_ascii` draws turns, operations and errors with ASCII characters alone."""
    builder.begin_turn(1)
    _model_call(builder, "failed", None, error="429")
    _model_call(builder)
    builder.end_session(success=False, error="gave up")
    drawn = builder.render_ascii()
    assert drawn.isascii()
    assert "anthropic m" in drawn
    assert "llm.failed" in drawn
    assert "gave up" in drawn


def test_flatten_lists_all_entries(builder: clew.SessionTreeBuilder) -> None:
    """`flatten` gives the entries of all nodes and child sessions, in order of time."""
    builder.begin_turn(1)
    op = builder.begin_op(1, "session", {"name": "researcher"})
    child = builder.attach_child_session(op)
    assert isinstance(child, clew.SessionTreeBuilder)
    for number, told in enumerate((builder, child, builder)):
        told.append_log(op if told is builder else "", {"severity": "ERR", "slug": "mcp.error", "message": str(number)})
    entries = [entry for entry in builder.flatten().logs if entry.severity == "ERR"]
    assert [entry.message for entry in entries] == ["0", "1", "2"]
    assert [entry["type"] for entry in builder.flatten().accounting] == ["tool"]


def test_ending_the_session_ends_open_turns(builder: clew.SessionTreeBuilder) -> None:
    """A turn that nobody ended ends with its session; its attributes are laid over the first ones."""
    builder.begin_turn(1, {"a": 1, "b": 1})
    builder.end_turn(1, {"b": 2})
    builder.begin_turn(2)
    builder.end_session(success=False, error="gave up")
    tree = builder.get_session()
    assert [turn.ended_at is not None for turn in tree.turns] == [True, True]
    assert tree.turns[0].attributes is not None
    assert tree.turns[0].attributes.value == {"a": 1, "b": 2}
    assert tree.fin is not None
    assert (tree.fin.success, tree.fin.error, tree.status) == (False, "gave up", "failed")


def test_nothing_raises(builder: clew.SessionTreeBuilder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unknown ids, odd values, calls after the end and a recorder that is switched off do no harm."""
    monkeypatch.setenv("CLEW_RECORD", "0")
    for told in (builder, clew.SessionTreeBuilder(dir=tmp_path / "off")):
        told.begin_turn(1)
        for op in ("nobody", told.begin_op(1, "llm"), told.begin_op(2, "tool"), told.begin_op(0, "system")):
            told.set_request(op, object())
            told.set_response(op, {1: {2}})
            told.append_log(op, {"severity": "odd", "message": object()})
            told.append_accounting(op, {"tokens": 3, "costUsd": "much"})
            told.append_reasoning_chunk(op, "hm")
            told.set_reasoning_final(op, "hm")
            told.attach_child_session(op, told.get_session())
            told.end_op(op, "failed")
            assert isinstance(told.get_op_path(op), str)
        told.end_session()
        told.begin_turn(3)
        told.end_op(told.begin_op(3, "llm"))
        assert told.flatten() is not None
        assert told.render_ascii()
