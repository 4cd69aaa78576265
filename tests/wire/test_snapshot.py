"""The snapshot document: everything, under the names of the specification, and back again."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given

from clew.errors import ForeignFormat, NewerFormat
from clew.model import session
from clew.model.payload import Payload
from clew.model.usage import Usage
from clew.wire.snapshot import CHUNK, snapshot_chunks, snapshot_json
from clew.wire.snapshot_reader import read_snapshot
from tests.wire.example import example
from tests.wire.trees import payload, sessions

if TYPE_CHECKING:
    from clew.model.session import Node

GOLDEN = Path(__file__).parents[1] / "golden" / "snapshot.json"


def _document(node: Node) -> Any:  # noqa: ANN401 - parsed JSON
    return json.loads(snapshot_json(node))


def _bare(**fields: Any) -> session.Session:  # noqa: ANN401 - any field of a session
    return session.Session(session_id="20251109_143414_a1b2c3d4", init=session.Init(started_at=1.0), **fields)


def test_the_document_stays_as_it_is() -> None:
    """A document once written can be relied on: the example session gives the golden bytes."""
    assert snapshot_json(example()) == GOLDEN.read_bytes(), (
        "the document changed; if that is meant, run: python -m tests.wire.example"
    )


@given(sessions())
def test_nothing_is_lost(tree: session.Session) -> None:
    """Any session comes back from its document as it was, down to the type and order of every value."""
    written = snapshot_json(tree)
    read = read_snapshot(written)
    assert read == tree
    assert snapshot_json(read) == written


@given(sessions())
def test_an_indented_document_is_the_same_document(tree: session.Session) -> None:
    """A document that went through a formatter is read as before."""
    assert read_snapshot(msgspec.json.format(snapshot_json(tree), indent=2)) == tree


def test_the_specifications_names_are_used() -> None:
    """Turns, retries, tools, child sessions and totals stand under the names of the specification."""
    root = _document(example())
    assert (root["version"], root["node"], root["phase"]) == (1, "session", "fin")
    turn = root["turns"][0]
    assert turn["llmRequest"]["attempt"] == 0
    assert turn["llmRequest"]["request"]["kind"] == "llm"
    assert [retry["attempt"] for retry in turn["llmRetries"]] == [1]
    assert turn["llmResponse"]["response"].keys() == {"payload", "size"}
    assert turn["llmResponse"]["tokens"]["inputTokens"] == 150
    assert turn["llmResponse"]["stopReason"] == "tool_use"
    assert turn["llmResponse"]["accounting"] == {"costUsd": 0.0071}
    warning = turn["llmRequest"]["logs"][0]
    assert (warning["slug"], warning["severity"], warning["source"]["line"]) == ("llm.rate_limited", "WRN", 42)
    assert warning["context"]["llmRequest"] == {
        name: turn["llmRequest"]["request"][name] for name in ("payload", "size")
    }
    child = root["turns"][1]["tools"][0]["childSession"]
    assert child["parent"] == {"sessionId": root["sessionId"], "path": "2-2"}
    assert root["fin"]["finalReport"]["format"] == "markdown"
    assert {"tokensIn", "tokensOut", "tokensCacheRead", "tokensCacheWrite", "costUsd", "toolsRun"} < root[
        "totals"
    ].keys()
    assert root["totals"]["agentsRun"] == 2


def test_a_response_stands_in_the_document_once() -> None:
    """The accepted response is the turn's; a rejected one stays with its attempt; neither is written twice."""
    answered = [
        session.Attempt(
            number=number,
            status="ok",
            verdict="rejected" if number == 0 else "accepted",
            response=session.Response(payload=payload(f"answer {number}")),
        )
        for number in range(2)
    ]
    turn = _document(session.Turn(index=1, attempts=tuple(answered)))
    assert turn["llmRequest"]["llmResponse"]["response"]["payload"] == "answer 0"
    assert "llmResponse" not in turn["llmRetries"][0]
    assert turn["llmResponse"]["response"]["payload"] == "answer 1"


def test_nothing_is_not_null() -> None:
    """A payload that is null is written as null, a payload that is not there is left out."""
    tool = session.ToolCall(index=1, name="a", response=Payload.of(None))
    written = _document(tool)
    assert written["response"] == {"payload": None, "size": 4}
    assert "request" not in written
    assert "accounting" not in written


def test_payloads_are_whole() -> None:
    """A payload of megabytes is written to its last character."""
    text = "é" * 3_000_000
    assert _document(session.ToolCall(index=1, name="a", response=Payload.of(text)))["response"]["payload"] == text


@pytest.mark.parametrize(
    ("node", "name"),
    [
        (_bare(), "session"),
        (session.Init(started_at=1.0), "init"),
        (session.Turn(index=1), "turn"),
        (session.Step(index=1), "step"),
        (session.Attempt(number=0), "attempt"),
        (session.ToolCall(index=1, name="a"), "toolCall"),
        (session.Fin(started_at=1.0), "fin"),
    ],
)
def test_every_node_can_be_the_root(node: Node, name: str) -> None:
    """A document can be made of any node, and says of which kind it is."""
    written = _document(node)
    assert (written["version"], written["node"]) == (1, name)


def test_a_large_session_comes_in_chunks() -> None:
    """The document is handed out in pieces, so that nobody has to hold it whole."""
    turns = tuple(
        session.Turn(index=index, tools=(session.ToolCall(index=1, name="a", response=Payload.of("x" * 10_000)),))
        for index in range(1, 101)
    )
    chunks = list(snapshot_chunks(_bare(turns=turns)))
    assert len(chunks) > 10
    assert max(map(len, chunks)) < 2 * CHUNK
    assert read_snapshot(b"".join(chunks)).turns == turns


def test_a_thousand_sessions_inside_each_other() -> None:
    """Child sessions may nest as deep as they like, for the writer and for the reader."""
    tree = _bare(title="0")
    for depth in range(1, 1001):
        tool = session.ToolCall(index=1, name="agent", child_session=tree)
        tree = _bare(title=str(depth), turns=(session.Turn(index=1, tools=(tool,)),))
    inner: session.Session | None = read_snapshot(snapshot_json(tree))
    titles = []
    while inner is not None:
        titles.append(inner.title)
        inner = inner.turns[0].tools[0].child_session if inner.turns else None
    assert titles == [str(depth) for depth in range(1000, -1, -1)]


def test_a_cost_keeps_its_decimals() -> None:
    """Money is written and read as decimals, never rounded to binary."""
    cost = Decimal("0.1000000000000000000000001")
    attempt = session.Attempt(number=0, response=session.Response(cost=cost, usage=Usage(input_tokens=1)))
    read = read_snapshot(snapshot_json(_bare(turns=(session.Turn(index=1, attempts=(attempt,)),))))
    assert read.turns[0].attempts[0].response == attempt.response


def test_a_newer_version_is_refused_with_its_remedy() -> None:
    """A document of a later version is not guessed at; the sentence says what to do."""
    later = snapshot_json(_bare()).replace(b'"version":1', b'"version":2').replace(b'"phase"', b'"stage"')
    with pytest.raises(NewerFormat, match=r"version 2.*newer release"):
        read_snapshot(later)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"null",
        b"]}",
        b'{"version":1,"node":"session"}',
        b'{"version":1,"node":"session","turns":[{"tools":[{"childSession":{}}]}]}',
        snapshot_json(_bare())[:-10],
        snapshot_json(session.Turn(index=1)),
        snapshot_json(_bare()).replace(b'"init"', b'"phase"', 1),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """What is no snapshot of a session is named as such, never half read."""
    with pytest.raises(ForeignFormat):
        read_snapshot(data)
