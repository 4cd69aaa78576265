"""Sessions that tests of the testing room ask about, recorded for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.record.session import SessionRecorder


def shop(folder: Path, *, answer: str = "shipped", broken: bool = False) -> Session:
    """A shop's agent: a refused attempt, two tools, a child session; with ``broken`` its last tool fails."""
    with clew.session(agent_id="shop", dir=folder, trace=False) as session:
        _serve(session, answer)
        if broken:
            with session.turn() as turn:
                turn.tool("orders.cancel", {"order": 7}).fail("locked")
            session.fail("the task failed")
        session.final_report({"source": "answer", "content": answer})
    return clew.load(session.session_id, dir=folder)


def _serve(session: SessionRecorder, answer: str) -> None:
    """One turn with everything in it."""
    call = f"call_{session.session_id}"
    with session.turn(user_input="find my order") as turn:
        turn.log("llm.retry", attempt=1)
        turn.attempt(provider="anthropic", model="m-1", request={"messages": []}).fail("slow", slug="llm.rate_limited")
        with turn.attempt(provider="anthropic", model="m-2", request={"messages": []}) as attempt:
            attempt.respond({"id": f"msg_{session.session_id}", "content": [{"type": "tool_use", "id": call}]})
        with turn.tool("orders.search", {"order": 7, "deep": {"a": 1, "b": 2}}, call_id=call, command="by_id") as tool:
            tool.respond(f"{answer} at 2026-01-02T03:04:05Z")
        with (
            turn.tool("researcher", kind="agent") as tool,
            tool.child("researcher") as child,
            child.turn() as inner,
            inner.tool("web.search") as search,
        ):
            search.fail("offline", slug="tool.timeout", status="timeout")
