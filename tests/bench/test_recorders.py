"""Promises of the comparison's recorders: each records everything, so that no figure is for less work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import clew
from bench.conversation import VARIANTS, operations
from bench.measure import Run
from bench.recorders import once
from bench.recorders.recorder import make_recorder
from bench.series import Workload, measured

if TYPE_CHECKING:
    from pathlib import Path

    from bench.conversation import Variant


def _record(name: str, folder: Path, turns: int, variant: Variant = "appended") -> list[list[Any]]:
    """Record a workload; the message lists of its requests, as they were."""
    run = Run(make_recorder(name, folder), 0.0)
    sent = []
    for operation in operations(turns, variant):
        if operation[0] == "request":
            sent.append(json.loads(json.dumps(operation[1].request["messages"])))
        run.step(operation)
    run.recorder.finish()
    assert len(run.waits) == sum(kind in {"answer", "result"} for kind, _ in operations(turns, variant))
    return sent


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_floor_gives_every_request_back(variant: Variant, tmp_path: Path) -> None:
    """The floor is only a floor if it loses nothing, also after changes in place."""
    sent = _record("once", tmp_path, 25, variant)
    read = [operation["messages"] for operation in once.read(tmp_path / once.NAME) if operation["op"] == "attempt"]
    assert sorted(map(json.dumps, read)) == sorted(map(json.dumps, sent))


def test_structlog_writes_every_request_whole(tmp_path: Path) -> None:
    """One line per operation, with its payload."""
    sent = _record("structlog", tmp_path, 5)
    lines = [json.loads(line) for line in (tmp_path / "structlog.jsonl").read_bytes().splitlines()]
    assert [line["request"]["messages"] for line in lines if line["event"] == "attempt"] == sent


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_opentelemetry_loses_no_span(tmp_path: Path) -> None:
    """Every operation is a span in the file, with its payload, once the provider is shut down."""
    sent = _record("opentelemetry", tmp_path, 5)
    spans = [
        {item["key"]: item["value"] for item in span.get("attributes", ())}
        for line in (tmp_path / "otlp.jsonl").read_bytes().splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    recorded = [
        json.loads(span["gen_ai.input.messages"]["stringValue"]) for span in spans if "gen_ai.input.messages" in span
    ]
    assert recorded == sent
    assert len(spans) == 1 + 5 + len(recorded) + sum("gen_ai.tool.name" in span for span in spans)


def test_our_own_recorder_records_the_same(tmp_path: Path) -> None:
    """The session has every attempt and tool call of the workload."""
    sent = _record("clew", tmp_path, 12)
    session = clew.load(next(tmp_path.rglob("*.jsonl")))
    attempts = [attempt for turn in session.turns for attempt in turn.attempts]
    assert [attempt.request.value["messages"] for attempt in attempts if attempt.request] == sent
    assert clew.check(session) == []


def test_a_run_in_its_own_process_is_measured() -> None:
    """Time, waits and bytes of a run come back from the child."""
    cost = measured("clew", Workload(turns=3, pace=1.0))
    assert cost.operations == 8
    assert cost.cpu > 0
    assert cost.p99 >= cost.median > 0
    assert cost.size > 1_000
    assert cost.derived > 1_000
