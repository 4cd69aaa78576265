"""One small session with a bit of everything, behind the golden files of both documents.

``python -m tests.wire.example`` writes the golden files anew, after a change that is meant.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path

from clew.exporters.trace import trace_chunks
from clew.model.log import Context, LogEntry, Source
from clew.model.payload import Payload
from clew.model.session import (
    Action,
    Attempt,
    Config,
    Failure,
    Fin,
    Init,
    Note,
    Parent,
    Response,
    Session,
    Step,
    ToolCall,
    Totals,
    Turn,
)
from clew.model.usage import Usage
from clew.wire.snapshot import snapshot_json

START = 1762698854123.456
GOLDEN = Path(__file__).parents[1] / "golden"

_REQUEST = Payload.of(
    {
        "model": "claude-sonnet-4-5",
        "messages": [{"role": "user", "content": "Wo ist meine Bestellung? 📦"}],
        "tools": [{"name": "memory", "type": "memory_20250818"}, {"name": "orders.search", "input_schema": {}}],
    }
)
_ANSWER = Payload.of(
    {
        "content": [
            {"type": "text", "text": "I will look."},
            {"type": "tool_use", "id": "toolu_1", "name": "memory", "input": {"command": "view", "path": "/memories"}},
        ],
        "stop_reason": "tool_use",
    }
)


def example() -> Session:
    """The session."""
    return Session(
        session_id="20251109_143414_a1b2c3d4",
        agent_id="support",
        title="Find an order",
        latest_status="searching",
        model="claude-sonnet-4-5",
        system_prompt=Payload.of("You are a helpful assistant…"),
        tags=("demo",),
        phase="fin",
        status="failed",
        started_at=START,
        ended_at=START + 20_000,
        init=Init(
            started_at=START,
            ended_at=START + 200,
            config=Config(tools=Payload.of(["memory", "orders.search"]), prompts=Payload.of({"greeting": "Hello"})),
            logs=(
                LogEntry(timestamp=START + 100, severity="TRC", slug="shop.ready", message="ready", registered=False),
            ),
        ),
        turns=(_first_turn(), _second_turn()),
        steps=(_step(),),
        fin=Fin(
            started_at=START + 19_000,
            ended_at=START + 20_000,
            success=False,
            error="The search for orders timed out.",
            failure=Failure(origin="tool", slug="tool.timeout", path="2-1", incident="7f3a91c2"),
            final_report=Payload.of({"source": "synthetic", "format": "markdown", "content": "No order was found."}),
            totals=Totals(turns=2, attempts=3, retries=1, tools=3, tools_failed=2, usage=_usage() + _usage()),
        ),
        totals=Totals(
            turns=3,
            attempts=3,
            retries=1,
            tools=3,
            tools_failed=2,
            child_sessions=1,
            usage=_usage() + _usage(),
            cost=Decimal("0.0071"),
            unpriced=1,
        ),
        notes=(Note(kind="clock", message="The wall clock was set.", at=START + 5_000),),
    )


def _usage() -> Usage:
    return Usage(input_tokens=150, output_tokens=20, cache_write_tokens=100, reasoning_tokens=5)


def _first_turn() -> Turn:
    limited = LogEntry(
        timestamp=START + 1_300,
        severity="WRN",
        slug="llm.rate_limited",
        message="429 Too Many Requests",
        source=Source(file="agent.py", line=42, function="ask"),
        details=Payload.of({"retry_after": 1}),
        context=Context(llm_request=_REQUEST),
    )
    return Turn(
        index=1,
        action=Action(type="message", content=Payload.of("Wo ist meine Bestellung? 📦"), outcome="answered"),
        status="ok",
        started_at=START + 1_000,
        ended_at=START + 5_000,
        attempts=(
            Attempt(
                number=0, provider="anthropic", model="claude-sonnet-4-5", request=_REQUEST, status="failed",
                slugs=("llm.rate_limited",), error="429 Too Many Requests", http_status=429, backoff_ms=1000.0,
                started_at=START + 1_100, ended_at=START + 1_300, logs=(limited,),
            ),
            Attempt(
                number=1, provider="anthropic", model="claude-sonnet-4-5", request=_REQUEST, status="ok",
                verdict="accepted", http_status=200, first_token_at=START + 2_500,
                started_at=START + 2_300, ended_at=START + 3_000,
                response=Response(
                    payload=_ANSWER, model="claude-sonnet-4-5-20250929", usage=_usage(), cost=Decimal("0.0071")
                ),
            ),
        ),
        tools=(
            ToolCall(
                index=1, name="memory", command="view", call_id="toolu_1", status="ok",
                request=Payload.of({"path": "/memories", "view_range": None}),
                response=Payload.of("Directory: /memories\n- user_preferences.txt"),
                started_at=START + 3_100, ended_at=START + 3_200,
            ),
        ),
    )  # fmt: skip


def _second_turn() -> Turn:
    return Turn(
        index=2,
        status="failed",
        error="The search for orders timed out.",
        started_at=START + 5_000,
        ended_at=START + 18_000,
        attempts=(
            Attempt(
                number=0, provider="anthropic", model="claude-sonnet-4-5", status="ok", verdict="accepted",
                started_at=START + 5_100, ended_at=START + 5_900,
                response=Response(streamed_text="Searching.", declared_stop_reason="tool_use", usage=_usage()),
            ),
        ),
        tools=(
            ToolCall(
                index=1, name="researcher", kind="agent", request=Payload.of({"task": "compare"}), status="ok",
                response=Payload.of({"found": []}), accounting=Payload.of({"charactersOut": 12}),
                child_session=_child(), started_at=START + 6_000, ended_at=START + 7_000,
            ),
            ToolCall(
                index=2, name="orders.search", kind="rest", request=Payload.of({"customer": 17}), status="timeout",
                slugs=("tool.timeout",), error="no answer within 10 s", attributes=Payload.of({"host": "orders"}),
                started_at=START + 7_000, ended_at=START + 17_000,
            ),
        ),
    )  # fmt: skip


def _child() -> Session:
    return Session(
        session_id="20251109_143420_00000001",
        agent_id="researcher",
        parent=Parent(session_id="20251109_143414_a1b2c3d4", path="2-2"),
        phase="running",
        status="interrupted",
        started_at=START + 6_100,
        init=Init(started_at=START + 6_100),
        turns=(Turn(index=1, status="interrupted", started_at=START + 6_200),),
    )


def _step() -> Step:
    tool = ToolCall(
        index=1, name="memory", command="create", status="failed", error="disk full",
        request=Payload.of({"path": "/memories/a.txt", "file_text": "a"}),
        started_at=START + 18_100, ended_at=START + 18_200,
    )  # fmt: skip
    return Step(
        index=1, kind="command", name="save", action=Action(type="command", name="/save"), status="ok",
        started_at=START + 18_050, ended_at=START + 18_300, tools=(tool,),
    )  # fmt: skip


def write() -> None:
    """Write the golden files anew."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    (GOLDEN / "snapshot.json").write_bytes(snapshot_json(example()))
    (GOLDEN / "trace.json").write_text("".join(trace_chunks(example())), encoding="utf-8")


if __name__ == "__main__":
    write()
