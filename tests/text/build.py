"""Sessions made by hand: the one that the design draws, and one with a hostile sequence in every field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from clew.model.log import LogEntry, Source
from clew.model.payload import Payload
from clew.model.session import (
    Action,
    Attempt,
    Config,
    Failure,
    Fin,
    Init,
    Note,
    Response,
    Session,
    Step,
    ToolCall,
    Totals,
    Turn,
)
from clew.model.usage import Usage
from clew.wire.whole import decode_whole, encode_whole

START = 1_762_698_854_000.0
"""When every session here began, in milliseconds since the epoch."""

SESSION_ID = "20251109_143414_a1b2c3d4"
MODEL = "claude-sonnet-4-5"


def at(seconds: float) -> float:
    """So many seconds after the start."""
    return START + seconds * 1000


def span(begin: float, end: float | None) -> dict[str, Any]:
    """The two times of a node, in seconds after the start."""
    return {"started_at": at(begin), "ended_at": None if end is None else at(end)}


def answer(fresh: int, cached: int, output: int, cost: str | None) -> Response:
    """An answer by what it used and cost."""
    usage = Usage(input_tokens=fresh, cache_read_tokens=cached, output_tokens=output)
    return Response(usage=usage, cost=None if cost is None else Decimal(cost))


def attempt(number: int, begin: float, end: float | None, **fields: Any) -> Attempt:  # noqa: ANN401 - whichever fields
    """An attempt at the model that everybody asks here."""
    return Attempt(number=number, provider="anthropic", model=MODEL, **span(begin, end), **fields)


def child() -> Session:
    """A sub-agent's session of two turns, the second of which went wrong and was retried."""
    first = attempt(0, 12.2, 13.0, status="ok", verdict="accepted", response=answer(200, 0, 40, "0.0051"))
    rejected = attempt(0, 13.1, 13.6, status="ok", verdict="rejected", slugs=("llm.empty_response",), backoff_ms=250.0)
    again = attempt(1, 13.9, 14.8, status="ok", verdict="accepted", response=answer(260, 0, 55, "0.0051"))
    return Session(
        session_id="20251109_143426_00c0ffee",
        agent_id="researcher",
        status="ok",
        phase="fin",
        **span(12.1, 15.1),
        init=Init(**span(12.1, 12.2)),
        turns=(
            Turn(index=1, status="ok", action=message("who sells it?"), attempts=(first,), **span(12.2, 13.05)),
            Turn(index=2, status="ok", attempts=(rejected, again), **span(13.05, 14.9)),
        ),
        fin=Fin(success=True, **span(14.9, 15.1)),
        totals=Totals(turns=2, cost=Decimal("0.0102"), usage=Usage(input_tokens=460, output_tokens=95)),
    )


def message(text: str) -> Action:
    """What a user typed."""
    return Action(type="message", content=Payload.of(text))


def drawn() -> Session:
    """The session that the design draws."""
    limited = attempt(0, 0.3, 0.48, status="failed", http_status=429, slugs=("llm.rate_limited",), backoff_ms=1000.0)
    retry = attempt(1, 1.4, 2.32, status="ok", verdict="accepted", response=answer(1096, 11_000, 210, "0.0071"))
    memory = ToolCall(
        index=1,
        name="memory",
        command="view",
        request=Payload.of({"command": "view", "path": "/memories"}),
        status="ok",
        **span(2.33, 2.331),
    )
    second = attempt(0, 2.4, 3.17, status="ok", verdict="accepted", response=answer(412, 12_100, 96, "0.0064"))
    orders = ToolCall(index=1, name="orders.search", status="timeout", slugs=("tool.timeout",), **span(3.2, 13.2))
    research = ToolCall(index=2, name="researcher", kind="agent", status="ok", child_session=child(), **span(12, 15.1))
    warning = LogEntry(timestamp=at(13.3), severity="WRN", slug="shop.slow", message="the shop took its time")
    return Session(
        session_id=SESSION_ID,
        agent_id="support",
        model=MODEL,
        status="failed",
        phase="error",
        **span(0, 14.9),
        init=Init(config=config(), **span(0, 0.212)),
        turns=(
            Turn(
                index=1,
                action=message("find my order"),
                status="ok",
                attempts=(limited, retry),
                tools=(memory,),
                **span(0.22, 2.332),
            ),
            Turn(
                index=2, status="ok", attempts=(second,), tools=(orders, research), logs=(warning,), **span(2.35, 13.2)
            ),
            Turn(index=3, status="ok", **span(14, 14.5)),
        ),
        steps=(Step(index=1, kind="compaction", name="summarise", status="ok", **span(13.25, 13.75)),),
        fin=Fin(
            success=False,
            failure=Failure(origin="tool", slug="tool.timeout", path="2-2", incident="7f3a91c2"),
            **span(14.8, 14.9),
        ),
        totals=Totals(turns=5, cost=Decimal("0.0312"), usage=Usage(input_tokens=41_200)),
    )


def config() -> Config:
    """Four tools, one of them from a server."""
    tools = [{"name": "memory"}, {"name": "orders.search", "server": "shop"}, {"name": "researcher"}, {"name": "mail"}]
    return Config(tools=Payload.of(tools))


def interrupted() -> Session:
    """A session whose writer died in the middle of a tool call, in a damaged journal."""
    died = ToolCall(
        index=1, name="Bash", request=Payload.of({"command": "make\nall"}), status="interrupted", started_at=at(2)
    )
    asked = attempt(
        0, 1, 2, status="ok", verdict="accepted", response=Response(partial=True, declared_stop_reason="max_tokens")
    )
    return Session(
        session_id=SESSION_ID,
        status="interrupted",
        phase="running",
        started_at=at(0),
        init=Init(**span(0, 0.1)),
        turns=(Turn(index=1, status="interrupted", attempts=(asked,), tools=(died,), started_at=at(0.5)),),
        notes=(
            Note(kind="damaged", message="a damaged line", offset=812, size=120),
            Note(kind="torn", message="the last record was being written when the process died", offset=4096),
        ),
    )


def stored(value: object) -> Payload:
    """A payload as it comes out of a record, lone surrogates and all."""
    return decode_whole(msgspec.Raw(encode_whole(value)))


def hostile(text: str) -> Session:
    """A session with one text in every field that takes one."""
    payload = stored({text: [text, {"path": text}]})
    entry = LogEntry(
        timestamp=at(1),
        severity="ERR",
        slug=text,
        message=text,
        source=Source(file=text, line=1, function=text),
        details=payload,
        registered=False,
    )
    asked = Attempt(
        number=0,
        provider=text,
        model=text,
        request=payload,
        response=Response(
            payload=payload, streamed_text=text, streamed_reasoning=text, model=f"{text}x", logs=(entry,)
        ),
        status="failed",
        slugs=(text,),
        error=text,
        logs=(entry,),
        attributes=payload,
    )
    tool = ToolCall(index=1, name=text, command=text, call_id=text, request=stored(text), error=text, slugs=(text,))
    action = Action(type="menu", name=text, content=stored(text), outcome=text)
    return Session(
        session_id=text,
        agent_id=text,
        title=text,
        latest_status=text,
        model=text,
        system_prompt=stored(text),
        tags=(text,),
        status="failed",
        init=Init(started_at=0, config=Config(tools=stored([{"name": text, "server": text}])), logs=(entry,)),
        turns=(
            Turn(index=1, action=action, error=text, status="failed", attempts=(asked,), tools=(tool,), logs=(entry,)),
        ),
        steps=(Step(index=1, name=text, error=text, status="failed", action=action),),
        logs=(entry,),
        fin=Fin(
            started_at=0,
            success=False,
            error=text,
            failure=Failure(slug=text, path=text, incident=text),
            final_report=payload,
        ),
        notes=(Note(kind=text, message=text, offset=1),),
    )
