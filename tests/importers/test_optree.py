"""opTree snapshots of both versions, and what their programs really wrote."""

from __future__ import annotations

import base64
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clew.errors import ForeignFormat
from clew.importers.optree import detect, read
from clew.tree.check import check
from clew.tree.path import locate
from clew.tree.query import find_log
from tests.importers.transcripts import imported_one

if TYPE_CHECKING:
    from clew.model.session import Session

T = 1_762_698_854_000


def _op(kind: str, start: int, end: int | None, **fields: object) -> dict[str, Any]:
    times = {"startedAt": T + start} | ({} if end is None else {"endedAt": T + end})
    return (
        {"opId": f"op-{start}", "kind": kind, "status": "ok", "attributes": {}, "logs": [], "accounting": []}
        | times
        | fields
    )


def _llm(
    start: int, end: int | None, *, cost: float | None = None, tokens: object = None, **fields: object
) -> dict[str, Any]:
    counts = tokens or {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}
    entry = {"type": "llm", "status": "ok", "provider": "openai", "model": "gpt", "tokens": counts}
    entry |= {"costUsd": cost} if cost is not None else {}
    return _op(
        "llm", start, end, **{"accounting": [entry], "attributes": {"provider": "openai", "model": "gpt"}, **fields}
    )


def _object(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def _tool(start: int, end: int | None, **fields: object) -> dict[str, Any]:
    attributes = {"name": "files__read", "kind": "mcp", **_object(fields.pop("attributes", {}))}
    return _op("tool", start, end, attributes=attributes, **fields)


def _turn(index: int, *ops: dict[str, Any], end: int | None = 90, **fields: object) -> dict[str, Any]:
    times = {"startedAt": ops[0]["startedAt"]} | ({} if end is None else {"endedAt": T + end})
    return {"id": f"turn-{index}", "index": index, "ops": list(ops)} | times | fields


def _tree(*turns: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {
        "id": "k1z9",
        "agentId": "web",
        "sessionTitle": "Find it",
        "startedAt": T,
        "turns": list(turns),
        "steps": [],
        **fields,
    }


def _write(tmp_path: Path, tree: dict[str, Any], version: int = 1, reason: str = "final") -> Path:
    path = tmp_path / "snapshot"
    path.write_bytes(gzip.compress(json.dumps({"version": version, "reason": reason, "opTree": tree}).encode()))
    return path


def _import(tmp_path: Path, tree: dict[str, Any], version: int = 1) -> Session:
    session = imported_one(_write(tmp_path, tree, version), tmp_path / "sessions")
    assert [violation for violation in check(session) if violation.rule != "slug"] == []
    return session


INIT = _op(
    "system", 0, 5, attributes={"label": "init"}, logs=[{"timestamp": T + 1, "severity": "VRB", "message": "up"}]
)
FIN = _op("system", 95, 99, attributes={"label": "fin"})


def test_turn_zero_is_init(tmp_path: Path) -> None:
    """Turn 0 is no turn: its operations ``init`` and ``fin`` are phases, everything else in it is a step."""
    search = _tool(6, 7)
    session = _import(tmp_path, _tree(_turn(0, INIT, search, FIN), _turn(1, _llm(10, 20))))
    assert [turn.index for turn in session.turns] == [1]
    assert session.init.ended_at == T + 5
    assert "up" in [entry.message for entry in session.init.logs]
    (step,) = session.steps
    assert step.tools[0].name == "files__read"


def test_attempts_on_several_providers_are_one_turn(tmp_path: Path) -> None:
    """Every model operation of a turn is an attempt with its provider; one that was followed by another did not do."""
    other = {"provider": "anthropic", "model": "claude"}
    failed = _llm(
        10,
        20,
        status="failed",
        attributes=other,
        accounting=[{"type": "llm", "status": "failed", "error": "429 rate limit"}],
    )
    (turn,) = _import(tmp_path, _tree(_turn(1, failed, _llm(21, 30), _llm(31, 40)))).turns
    assert [attempt.number for attempt in turn.attempts] == [0, 1, 2]
    assert [attempt.provider for attempt in turn.attempts] == ["anthropic", "openai", "openai"]
    assert [attempt.status for attempt in turn.attempts] == ["failed", "ok", "ok"]
    assert [attempt.verdict for attempt in turn.attempts] == [None, "rejected", "accepted"]
    assert turn.attempts[0].slugs == ("llm.rate_limited",)
    assert turn.attempts[0].error == "429 rate limit"


def test_an_answered_and_billed_attempt_may_have_failed(tmp_path: Path) -> None:
    """An operation that failed although its call succeeded is an answered, billed and rejected attempt."""
    log = {"timestamp": T + 19, "severity": "WRN", "message": "turn failed"}
    log |= {"details": {"slugs": "final_meta_missing,reasoning_only", "event": "empty_response_without_tools"}}
    session = _import(tmp_path, _tree(_turn(1, _llm(10, 20, status="failed", logs=[log]), _llm(21, 30))))
    first = session.turns[0].attempts[0]
    assert (first.status, first.verdict) == ("ok", "rejected")
    assert first.slugs == ("turn_failed.final_meta_missing", "turn_failed.reasoning_only", "llm.synthetic_retry")
    assert session.totals.usage.output_tokens == 10
    assert find_log(first, "llm.synthetic_retry") is not None


def test_a_report_is_no_success(tmp_path: Path) -> None:
    """A session can end with a report and have failed."""
    report = {"format": "markdown", "content": "Sorry.", "source": "synthetic"}
    tree = _tree(_turn(1, _llm(10, 20)), endedAt=T + 99, success=False, error="Turn 1 failed", finalReport=report)
    session = _import(tmp_path, tree)
    assert session.status == "failed"
    assert session.fin is not None
    assert session.fin.final_report is not None
    assert session.fin.final_report.value == report
    assert session.fin.error == "Turn 1 failed"


def test_an_intermediate_snapshot_has_no_end(tmp_path: Path) -> None:
    """A snapshot of a running session has no FIN, and what ran is unfinished."""
    tree = _tree(_turn(1, _llm(10, 20), _tool(21, None), end=None))
    session = imported_one(_write(tmp_path, tree, reason="subagent_finish"), tmp_path / "sessions")
    assert session.fin is None
    assert session.turns[0].tools[0].status == session.turns[0].status == session.status == "interrupted"


@pytest.mark.parametrize(
    ("tokens", "fresh", "read"),
    [
        (
            {"inputTokens": 10, "outputTokens": 5, "cachedTokens": 7, "cacheReadInputTokens": 7, "totalTokens": 22},
            10,
            7,
        ),
        ({"inputTokens": 10, "outputTokens": 5, "cachedTokens": 7, "totalTokens": 22}, 10, 7),
        ({"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 7, "totalTokens": 15}, 3, 7),
        ({"inputTokens": -1, "outputTokens": 5}, 0, 0),
    ],
)
def test_alias_fields_are_never_added(tmp_path: Path, tokens: dict[str, int], fresh: int, read: int) -> None:
    """``cachedTokens`` is another name for cache reads, and the total tells whether input holds them."""
    usage = _import(tmp_path, _tree(_turn(1, _llm(10, 20, tokens=tokens)))).totals.usage
    assert (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens) == (fresh, read, 5)


def test_an_absent_cost_is_unknown(tmp_path: Path) -> None:
    """No cost is no zero, and a zero is one."""
    session = _import(
        tmp_path, _tree(_turn(1, _llm(10, 20)), _turn(2, _llm(21, 30, cost=0)), _turn(3, _llm(31, 40, cost=0.1)))
    )
    costs = [turn.llm_response.cost for turn in session.turns if turn.llm_response is not None]
    assert costs == [None, Decimal(0), Decimal("0.1")]


def test_characters_stay_characters(tmp_path: Path) -> None:
    """A tool's accounting keeps its own terms."""
    entry = {"type": "tool", "mcpServer": "files", "command": "read", "charactersIn": 3, "charactersOut": 4}
    (tool,) = _import(tmp_path, _tree(_turn(1, _llm(10, 20), _tool(21, 22, accounting=[entry])))).turns[0].tools
    assert tool.accounting is not None
    assert tool.accounting.value == [entry]
    assert (tool.kind, tool.command) == ("mcp", "read")


def test_a_full_context_shows_as_what_it_is(tmp_path: Path) -> None:
    """A tool that failed because its output did not fit is a failure of the context."""
    tool = _tool(21, 22, status="failed", attributes={"error": "token_budget_exceeded"})
    (found,) = _import(tmp_path, _tree(_turn(1, _llm(10, 20), tool))).turns[0].tools
    assert (found.status, found.slugs) == ("failed", ("context.exceeded",))


def test_a_child_session_is_whole(tmp_path: Path) -> None:
    """A child session is a session of its own, at its operation, and counts in the sums."""
    child = _tree(_turn(1, _llm(22, 28)), id="child", agentId="helper", startedAt=T + 21, endedAt=T + 29, success=True)
    op = _op("session", 21, 30, attributes={"name": "helper"}, childSession=child)
    session = _import(tmp_path, _tree(_turn(1, _llm(10, 20), op)))
    tool = locate(session, "1-2")
    assert tool is session.turns[0].tools[0]
    found = session.turns[0].tools[0].child_session
    assert found is not None
    assert (found.agent_id, found.status) == ("helper", "ok")
    assert session.totals.attempts == 2


def test_a_childs_snapshot_over_the_parents_file(tmp_path: Path) -> None:
    """A file may hold a child's tree alone for a while: the child is the same session later, as ids come from trees."""
    child = _tree(_turn(1, _llm(22, 28)), id="child", startedAt=T + 21)
    alone = [foreign.session_id for foreign in read(_write(tmp_path, child))]
    whole = [
        foreign.session_id
        for foreign in read(_write(tmp_path, _tree(_turn(1, _llm(10, 20), _op("session", 21, 30, childSession=child)))))
    ]
    assert alone == whole[1:]


def test_steps_of_version_two(tmp_path: Path) -> None:
    """Orchestration steps keep their kind, and their operations stay inside them."""
    steps = [{"index": 1, "kind": "router_handoff", "startedAt": T + 2, "endedAt": T + 9, "ops": [_llm(3, 8)]}]
    steps.append({"index": 2, "kind": "handoff", "startedAt": T + 91, "ops": []})
    session = _import(tmp_path, _tree(_turn(1, _llm(10, 20)), steps=steps), version=2)
    assert [(step.kind, step.name) for step in session.steps] == [("router", "router_handoff"), ("handoff", "handoff")]
    assert len(session.steps[0].attempts) == 1


def test_bodies_are_opened(tmp_path: Path) -> None:
    """Base64 bodies become JSON, text or bytes; nothing is cut."""

    def packed(data: bytes) -> dict[str, str]:
        return {"format": "http", "encoding": "base64", "value": base64.b64encode(data).decode()}

    request = {"kind": "llm", "payload": {"raw": packed(b'{"a": 1}'), "sdk": packed(b"plain")}, "size": 3}
    response = {"payload": packed(b"\xff\x00"), "size": 2}
    attempt = _import(tmp_path, _tree(_turn(1, _llm(10, 20, request=request, response=response)))).turns[0].attempts[0]
    assert attempt.request is not None
    assert attempt.request.value["raw"] == {"format": "http", "encoding": "json", "value": {"a": 1}}
    assert attempt.request.value["sdk"]["value"] == "plain"
    assert attempt.response is not None
    assert attempt.response.payload is not None


def test_reasoning_and_log_labels_survive(tmp_path: Path) -> None:
    """Reasoning is streamed text; a log entry keeps every key, also those that look like fields of the format."""
    log = {
        "timestamp": T + 15,
        "severity": "ERR",
        "message": "boom",
        "remoteIdentifier": "agent:x",
        "details": {"turn": 7},
    }
    reasoning = {"chunks": [{"text": "I ", "ts": T + 11}, {"text": "think", "ts": T + 12}]}
    attempt = _import(tmp_path, _tree(_turn(1, _llm(10, 20, reasoning=reasoning, logs=[log])))).turns[0].attempts[0]
    assert attempt.response is not None
    assert attempt.response.reasoning == "I think"
    entry = find_log(attempt, "import.error")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value == {"remoteIdentifier": "agent:x", "details": {"turn": 7}}


def test_the_prompt_of_the_first_turn_is_its_action(tmp_path: Path) -> None:
    """What the user asked opens the first turn; the system prompt is the session's."""
    prompts = {"prompts": {"system": "Be kind.", "user": "find it"}}
    session = _import(
        tmp_path, _tree(_turn(1, _llm(10, 20), attributes=prompts), _turn(2, _llm(21, 30), attributes=prompts))
    )
    assert [turn.action is not None for turn in session.turns] == [True, False]
    assert session.system_prompt is not None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (gzip.compress(json.dumps({"version": 1, "opTree": {}}).encode(), mtime=0)[:-9], "is cut or damaged"),
        (gzip.compress(b'{"version": 3, "opTree": {}}', mtime=0), "version 3"),
        (b'{"opTree": []}', "holds no opTree"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    """Empty, cut and newer files are refused in a sentence."""
    path = tmp_path / "x.json.gz"
    path.write_bytes(data)
    with pytest.raises(ForeignFormat, match=reason):
        list(read(path))


def test_a_snapshot_is_known_by_its_content(tmp_path: Path) -> None:
    """Packed or not, the envelope proves the format."""
    envelope = json.dumps({"version": 1, "reason": "final", "opTree": {"filler": "x" * 100_000}}).encode()
    assert detect(tmp_path / "x", gzip.compress(envelope)[:65536])
    assert detect(tmp_path / "x", envelope[:65536])
    assert not detect(tmp_path / "x", gzip.compress(b"{}"))
    assert not detect(tmp_path / "x", b"\x1f\x8bnonsense")
