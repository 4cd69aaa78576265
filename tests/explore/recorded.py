"""Folders of sessions for the views: one of every state a session can be found in, with times that never change."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clew.explore.library import Library
from clew.explore.price_table import PriceTable
from clew.explore.prices import Prices
from clew.model import event
from clew.model.session import Failure, Parent
from clew.model.usage import Usage
from clew.store.folder import Folder
from clew.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.view import SessionView
    from clew.model.act import Act

START = 1_762_698_854_000.0
ID = "20251109_143414_a1b2c3d4"
CHILD = "20251109_143426_00c0ffee"
MODEL = "claude-sonnet-4-5"


def begin(folder: Path, session_id: str, acts: list[Act], *, parent: Parent | None = None) -> Journal:
    """Write a session whose acts are a second apart, by a writer that lives on."""
    header = event.Header(format=1, session_id=session_id, parent=parent, at=START)
    journal = Journal.create(folder, header, sync="never")
    for seconds, act in enumerate(acts):
        act.at = START + seconds * 1000 if act.at < 0 else act.at
        journal.write(act)
    return journal


def write(folder: Path, session_id: str, acts: list[Act], *, parent: Parent | None = None) -> None:
    """The same, and its writer is gone."""
    begin(folder, session_id, acts, parent=parent).close()


def opened(folder: Path, session_id: str = ID, prices: Prices | None = None) -> SessionView:
    """A session of a folder, to be looked into; nothing has a price unless told."""
    library = Library(Folder(folder), prices=prices or Prices(None, NoPrices()))
    library.refresh()
    return library.session(session_id)


class NoPrices(PriceTable):
    """A table that is the same with and without the optional package."""

    @property
    def version(self) -> str:
        """None."""
        return ""

    def find(self, provider: str | None, model: str) -> None:
        """Nothing."""


def support() -> list[Act]:
    """A session with everything: a retry, a rejected answer, tools, a child, a step, entries, and a failure."""
    first = {"model": MODEL, "system": "Be kind.", "messages": [{"role": "user", "content": "find my order"}]}
    call = {"type": "tool_use", "id": "t1", "name": "memory", "input": {"path": "/memories"}}
    answer = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Where?"}, {"type": "text", "text": "Let me look."}, call],
    }
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "Directory: /memories"}
    second = {**first, "messages": [*first["messages"], answer, {"role": "user", "content": [result]}]}
    failure = Failure(origin="tool", slug="tool.timeout", path="2-2", incident="7f3a91c2")
    usage = Usage(input_tokens=1096, cache_read_tokens=11_000, output_tokens=210)
    return [
        event.SessionStart(agent_id="support", title="an order", model=MODEL, system_prompt="Be kind."),
        event.ConfigSet(tools=[{"name": "memory"}, {"name": "orders.search", "server": "shop"}]),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", content="find my order"),
        event.AttemptStart(n=2, of=1, number=0, provider="anthropic", model=MODEL, request=first),
        event.AttemptEnd(n=2, status="failed", http_status=429, error="too many requests"),
        event.AttemptVerdict(n=2, slugs=["llm.rate_limited"], backoff_ms=1000),
        event.AttemptStart(n=3, of=1, number=1, provider="anthropic", model=MODEL, request=first),
        event.AttemptEnd(n=3, response=answer, usage=usage, cost=Decimal("0.0071")),
        event.ToolStart(n=4, of=1, name="memory", command="view", request={"path": "/memories"}),
        event.ToolEnd(n=4, response="Directory: /memories"),
        event.NodeEnd(n=1),
        event.StepStart(n=5, index=1, kind="compaction", name="summarise"),
        event.AttemptStart(n=6, of=5, number=0, provider="anthropic", model="claude-haiku-4-5", request=first),
        event.AttemptEnd(n=6, response={"content": "short"}, usage=Usage(input_tokens=50, output_tokens=5)),
        event.NodeEnd(n=5),
        event.Logged(slug="test.said", severity="WRN", message="between the turns"),
        event.TurnStart(n=7, index=2),
        event.AttemptStart(n=8, of=7, number=0, provider="anthropic", model=MODEL, request=second),
        event.AttemptEnd(n=8, response={"content": []}, usage=Usage(input_tokens=10, output_tokens=0)),
        event.AttemptVerdict(n=8, rejected=True, slugs=["llm.empty_response"]),
        event.ToolStart(n=9, of=7, name="orders.search", kind="mcp", request={"query": "my order"}),
        event.Logged(of=9, slug="test.slow", severity="WRN", message="still no answer", tool_request=9),
        event.ToolEnd(n=9, status="timeout", slugs=["tool.timeout"], error="no answer in 10 s"),
        event.ToolStart(n=10, of=7, name="researcher", kind="agent", request={"task": "look"}),
        event.ChildStart(of=10, session_id=CHILD),
        event.ToolEnd(n=10, response="nothing"),
        event.Logged(of=7, slug="llm.synthetic_retry", severity="WRN", message="text without a tool call"),
        event.NodeEnd(n=7),
        event.FinStart(),
        event.FinalReport(report={"format": "markdown", "content": "# sorry"}),
        event.FinEnd(success=False, error="no answer in 10 s", failure=failure),
    ]


def child(depth: str = "") -> list[Act]:
    """The session of a sub-agent: one turn, one answer; ``depth`` is the session that it starts in its turn."""
    nested: list[Act] = [
        event.ToolStart(n=3, of=1, name="researcher", kind="agent"),
        event.ChildStart(of=3, session_id=depth),
        event.ToolEnd(n=3),
    ]
    return [
        event.SessionStart(agent_id="researcher"),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", content="look"),
        event.AttemptStart(n=2, of=1, number=0, provider="anthropic", model=MODEL, request={"messages": []}),
        event.AttemptEnd(
            n=2, response={"content": "no"}, usage=Usage(input_tokens=7, output_tokens=3), cost=Decimal("0.002")
        ),
        *(nested if depth else []),
        event.NodeEnd(n=1),
        event.FinStart(),
        event.FinEnd(success=True),
    ]


def family(folder: Path) -> Path:
    """A folder with the session that has everything, and its child."""
    write(folder, CHILD, child(), parent=Parent(session_id=ID, path="2-3"))
    write(folder, ID, support())
    return folder


def nested(folder: Path, levels: int) -> str:
    """Sessions in sessions, so many deep; gives the id of the outermost."""
    ids = [f"20251109_143414_{level:08x}" for level in range(levels)]
    for level, session_id in enumerate(ids):
        parent = Parent(session_id=ids[level - 1], path="1-2") if level else None
        write(folder, session_id, child(ids[level + 1] if level + 1 < levels else ""), parent=parent)
    return ids[0]


def long(folder: Path, turns: int) -> None:
    """A session of many turns, each with an answer and a call."""
    acts: list[Act] = [event.SessionStart(agent_id="support", model=MODEL), event.InitEnd()]
    for turn in range(turns):
        n = turn * 3 + 1
        status: Any = "failed" if turn % 10 == 9 else "ok"
        acts += [
            event.TurnStart(n=n, index=turn + 1, action="message", content=f"question {turn}"),
            event.AttemptStart(n=n + 1, of=n, number=0, provider="anthropic", model=MODEL, request={"messages": []}),
            event.AttemptEnd(n=n + 1, response={"content": "yes"}, usage=Usage(input_tokens=5, output_tokens=1)),
            event.ToolStart(n=n + 2, of=n, name="memory", request={"path": f"/{turn}"}),
            event.ToolEnd(n=n + 2, response="", status=status),
            event.NodeEnd(n=n),
        ]
    write(folder, ID, [*acts, event.FinStart(), event.FinEnd(success=True)])


def damaged(folder: Path) -> None:
    """The session that has everything, with a byte of one of its lines turned over."""
    family(folder)
    path = folder / f"session_{ID}.jsonl"
    data = bytearray(path.read_bytes())
    data[data.index(b"Directory")] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(bytes(data))
