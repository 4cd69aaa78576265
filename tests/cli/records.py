"""Journals for the commands to read: written by the real writer, with times and ids that never change."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clew.model import event
from clew.model.session import Failure, Parent, Totals
from clew.model.usage import Usage
from clew.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act

START = 1_762_698_854_000.0
ID = "20251109_143414_a1b2c3d4"
CHILD = "20251109_143426_00c0ffee"
MODEL = "claude-sonnet-4-5"


def write(folder: Path, session_id: str, acts: list[Act], *, parent: Parent | None = None, segment: int = 1) -> Path:
    """Write a segment whose acts are a second apart, and end its writer."""
    journal = begin(folder, session_id, acts, parent=parent, segment=segment)
    journal.close()
    return folder / (f"session_{session_id}.jsonl" if segment == 1 else f"session_{session_id}.{segment}.jsonl")


def begin(folder: Path, session_id: str, acts: list[Act], *, parent: Parent | None = None, segment: int = 1) -> Journal:
    """Write a segment whose writer lives on."""
    header = event.Header(format=1, session_id=session_id, parent=parent, segment=segment, at=START)
    journal = Journal.create(folder, header, sync="never")
    for seconds, act in enumerate(acts):
        act.at = START + seconds * 1000 if act.at < 0 else act.at
        journal.write(act)
    return journal


def conversation() -> list[Act]:
    """A session with a retry, a tool, a child session and a failure, told in acts."""
    usage = Usage(input_tokens=1096, cache_read_tokens=11_000, output_tokens=210)
    failure = Failure(origin="tool", slug="tool.timeout", path="2-1", incident="7f3a91c2")
    request = {"model": MODEL, "messages": [{"role": "user", "content": "find my order"}]}
    return [
        event.SessionStart(agent_id="support", title="an order", model=MODEL, system_prompt="Be kind."),
        event.ConfigSet(tools=[{"name": "memory"}, {"name": "orders.search", "server": "shop"}]),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", content="find my order"),
        event.AttemptStart(n=2, of=1, number=0, provider="anthropic", model=MODEL, request=request),
        event.AttemptEnd(n=2, status="failed", http_status=429, error="too many requests"),
        event.AttemptVerdict(n=2, slugs=["llm.rate_limited"], backoff_ms=1000),
        event.AttemptStart(n=3, of=1, number=1, provider="anthropic", model=MODEL, request=request),
        event.AttemptChunk(n=3, text="Let me "),
        event.AttemptEnd(
            n=3, response={"content": [{"type": "text", "text": "Let me look."}]}, usage=usage, cost=Decimal("0.0071")
        ),
        event.ToolStart(n=4, of=1, name="memory", command="view", request={"path": "/memories"}),
        event.ToolEnd(n=4, response="Directory: /memories"),
        event.NodeEnd(n=1),
        event.TurnStart(n=5, index=2),
        event.ToolStart(n=6, of=5, name="orders.search", kind="mcp", request={"query": "my order"}),
        event.Logged(of=6, slug="tool.timeout", severity="WRN", message="no answer in 10 s", tool_request=6),
        event.ToolEnd(n=6, status="timeout", slugs=["tool.timeout"], error="no answer in 10 s"),
        event.ToolStart(n=7, of=5, name="researcher", kind="agent", request={"task": "look"}),
        event.ChildStart(of=7, session_id=CHILD),
        event.ToolEnd(n=7, response="nothing"),
        event.Logged(of=5, slug="llm.synthetic_retry", severity="WRN", message="text without a tool call"),
        event.NodeEnd(n=5),
        event.FinStart(),
        event.FinalReport(report={"format": "markdown", "content": "# sorry"}),
        event.FinEnd(success=False, error="no answer in 10 s", failure=failure, totals=totals()),
    ]


def totals() -> Totals:
    """What the conversation adds up to, without its child."""
    usage = Usage(input_tokens=1096, cache_read_tokens=11_000, output_tokens=210)
    figures: dict[str, Any] = {"turns": 2, "attempts": 2, "retries": 1, "tools": 3, "tools_failed": 1}
    return Totals(**figures, usage=usage, cost=Decimal("0.0071"))


def child() -> list[Act]:
    """The child session: one turn without a model."""
    return [
        event.SessionStart(agent_id="researcher"),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", content="look"),
        event.NodeEnd(n=1),
        event.FinStart(),
        event.FinEnd(success=True, totals=Totals(turns=1)),
    ]


def recorded(folder: Path) -> Path:
    """A folder with the conversation and its child."""
    write(folder, CHILD, child(), parent=Parent(session_id=ID, path="2-2"))
    write(folder, ID, conversation())
    return folder


def hostile(folder: Path, text: str) -> Path:
    """A folder with a session that has one text in every field that takes one."""
    payload = {text: [text, {"path": text}]}
    name = text.replace("\ud800", "")  # no recorder makes such names of failures
    acts: list[Act] = [
        event.SessionStart(agent_id=text, title=text, model=text, system_prompt=text, tags=[text], attributes=payload),
        event.SessionSet(title=text, latest_status=text),
        event.ConfigSet(tools=[{"name": text, "server": text}], prompts=payload, providers=payload),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="menu", name=text, content=text, attributes=payload),
        event.AttemptStart(n=2, of=1, number=0, provider=text, model=text, request=payload, attributes=payload),
        event.AttemptChunk(n=2, text=text, reasoning=text),
        event.AttemptEnd(n=2, status="failed", error=text, response=text, model=text, stop_reason=text),
        event.AttemptVerdict(n=2, rejected=True, slugs=[text]),
        event.ToolStart(n=3, of=1, name=text, command=text, call_id=text, request=text),
        event.Logged(of=3, slug=text, severity="ERR", message=text, details=payload, registered=False),
        event.ToolEnd(n=3, status="failed", slugs=[text], error=text, response=text, accounting=payload),
        event.NodeEnd(n=1, status="failed", error=text, outcome=text),
        event.StepStart(n=4, index=1, name=text, action="command", action_name=text, content=text),
        event.NodeEnd(n=4, status="failed", error=text),
        event.Dropped(acts=1, bytes=1, reason=text),
        event.FinStart(),
        event.FinalReport(report=payload),
        event.FinEnd(success=False, error=text, failure=Failure(slug=name, path=name, incident=name)),
    ]
    write(folder, ID, acts)
    return folder
