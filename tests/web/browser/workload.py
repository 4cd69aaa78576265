"""A folder as people have one: a fortnight of sessions of three agents, most of which went well.

It ends now, so that the days of the views are full, and holds a session of every state: one that is being written, one
that broke off, a damaged and an empty one, and one large enough for the index to keep a map of it.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from clew.model import event
from clew.model.session import Failure, Parent
from clew.model.usage import Usage
from clew.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act
    from clew.model.slug import Origin

SONNET, HAIKU, OWN = "claude-sonnet-4-5", "claude-haiku-4-5", "our-model"
_DAY, _HOUR, _SECOND = 86_400_000.0, 3_600_000.0, 1_000.0
_TITLES = ("find my order", "refund of an invoice", "change the address", "a question about tax", "cancel a flight")


class Workload(NamedTuple):
    """The ids of what a test looks for."""

    live: str
    interrupted: str
    damaged: str
    empty: str
    large: str
    failed: str
    fine: str
    """One that went well, of the same kind as ``failed``."""
    writer: Journal
    """Of the live one; the caller closes it."""


def workload(folder: Path, *, now: float | None = None, turns: int) -> Workload:
    """Write the sessions; ``now`` is in milliseconds, ``turns`` are those of the large one."""
    at = time.time() * 1000 if now is None else now
    fine, failed = _usual(folder, at)
    interrupted = _session(folder, at - 2 * _HOUR, 1, _turn(1, "is anybody there?")[:-1], agent="billing")
    damaged = _session(folder, at - 3 * _HOUR, 2, [*_turn(1, "find my order"), *_end()], title="a damaged record")
    _turn_a_byte(folder / f"session_{damaged}.jsonl")
    empty = _session(folder, at - 4 * _HOUR, 3, [], agent="researcher")
    (folder / f"session_{_id(at - 5 * _HOUR, 9)}.jsonl").write_text("no journal\n")
    large = _session(
        folder,
        at - 30 * _HOUR,
        4,
        [*(act for number in range(turns) for act in _short_turn(number)), *_end()],
        title="a long day",
    )
    live, writer = _begun(folder, at - 40 * _SECOND, 5, [*_turn(1, "where is it?"), *_turn(5, "and now?", of=2)[:4]])
    return Workload(live, interrupted, damaged, empty, large, failed, fine, writer)


def _usual(folder: Path, now: float) -> tuple[str, str]:
    """The sessions of a fortnight; gives one that went well and one that failed."""
    fine = failed = ""
    for number in range(48):
        began = now - (13 - number * 13 // 47) * _DAY - (47 - number) % 7 * _HOUR - _HOUR
        title = _TITLES[number % len(_TITLES)]
        if number % 6 == 5:
            failed = _session(folder, began, 100 + number, _failing(title, number), title=title)
        elif number % 11 == 7:
            _family(folder, began, 100 + number)
        else:
            model = (SONNET, HAIKU, OWN)[number % 9 % 3]
            acts = [act for at in range(1 + number % 4) for act in _turn(at * 4 + 1, title, of=at + 1, model=model)]
            agent = "billing" if number % 4 == 2 else "support"
            told = _session(folder, began, 100 + number, [*acts, *_end()], title=title, agent=agent, model=model)
            fine = told if agent == "support" else fine
    return fine, failed


def _session(
    folder: Path,
    began: float,
    number: int,
    acts: list[Act],
    *,
    title: str = "",
    agent: str = "support",
    model: str = SONNET,
) -> str:
    """A session whose writer is gone; its id."""
    session_id, journal = _begun(folder, began, number, acts, title=title, agent=agent, model=model)
    journal.close()
    return session_id


def _begun(
    folder: Path,
    began: float,
    number: int,
    acts: list[Act],
    *,
    title: str = "",
    agent: str = "support",
    model: str = SONNET,
    parent: Parent | None = None,
) -> tuple[str, Journal]:
    """A session that is being written."""
    session_id = _id(began, number)
    journal = Journal.create(
        folder, event.Header(format=1, session_id=session_id, parent=parent, at=began), sync="never"
    )
    tags = ["prod" if number % 3 else "staging"]
    start = event.SessionStart(agent_id=agent, title=title or None, model=model, system_prompt="Be kind.", tags=tags)
    tools = event.ConfigSet(tools=[{"name": "memory"}, {"name": "orders.search", "server": "shop"}])
    for seconds, act in enumerate([start, tools, event.InitEnd(), *acts]):
        act.at = began + seconds * (0.35 + number % 5 / 3) * _SECOND
        journal.write(act)
    return session_id, journal


def _id(began: float, number: int) -> str:
    """An id of a session that began at a time."""
    return f"{time.strftime('%Y%m%d_%H%M%S', time.gmtime(began / 1000))}_{number * 2654435761 % (1 << 32):08x}"


def _short_turn(number: int) -> list[Act]:
    """A turn of the large session."""
    return _turn(number * 4 + 1, f"question {number}", of=number + 1, small=True)


def _turn(n: int, said: str, *, of: int = 1, model: str = SONNET, small: bool = False) -> list[Act]:
    """A turn with an answer and a call: four nodes, of which three have acts."""
    request = {"model": model, "system": "Be kind.", "messages": [{"role": "user", "content": said}]}
    call = {"type": "tool_use", "id": f"t{n}", "name": "memory", "input": {"path": "/memories"}}
    answer = {"role": "assistant", "content": [{"type": "text", "text": "Let me look."}, call]}
    usage = Usage(input_tokens=1096, cache_read_tokens=11_000, cache_write_tokens=420, output_tokens=210)
    usage = Usage(input_tokens=9, output_tokens=2) if small else usage
    cost = Decimal("0.0071") if of % 2 and model != OWN and not small else None
    return [
        event.TurnStart(n=n, index=of, action="message", content=said),
        event.AttemptStart(n=n + 1, of=n, number=0, provider="anthropic", model=model, request=request),
        event.AttemptEnd(n=n + 1, response=answer, usage=usage, cost=cost),
        event.ToolStart(n=n + 2, of=n, name="memory", command="view", request={"path": "/memories"}),
        event.ToolEnd(n=n + 2, response="Directory: /memories\n- orders.md\n- notes.md"),
        event.NodeEnd(n=n),
    ]


def _failing(said: str, number: int) -> list[Act]:
    """A session that retries, goes on, and fails of a tool or of an answer."""
    slug, path = ("tool.timeout", "2-2") if number % 4 == 1 else ("llm.rate_limited", "2-1")
    origin: Origin = "tool" if path == "2-2" else "model"
    failure = Failure(origin=origin, slug=slug, path=path, incident=f"{number * 2246822519 % (1 << 32):08x}")
    request = {"model": SONNET, "messages": [{"role": "user", "content": said}]}
    usage = Usage(input_tokens=310, cache_read_tokens=12_100, output_tokens=96)
    answered: list[Act] = [event.AttemptEnd(n=7, response={"content": []}, usage=usage, cost=Decimal("0.0064"))]
    refused: list[Act] = [
        event.AttemptEnd(n=7, status="failed", http_status=429, error="too many requests"),
        event.AttemptVerdict(n=7, slugs=["llm.rate_limited"]),
    ]
    return [
        event.TurnStart(n=1, index=1, action="message", content=said),
        event.AttemptStart(n=2, of=1, number=0, provider="anthropic", model=SONNET, request=request),
        event.AttemptEnd(n=2, status="failed", http_status=529, error="overloaded"),
        event.AttemptVerdict(n=2, slugs=["llm.overloaded"], backoff_ms=1000),
        event.AttemptStart(n=3, of=1, number=1, provider="anthropic", model=SONNET, request=request),
        event.AttemptEnd(n=3, response={"content": "wait"}, usage=usage, cost=Decimal("0.0071")),
        event.NodeEnd(n=1),
        event.TurnStart(n=6, index=2),
        event.AttemptStart(n=7, of=6, number=0, provider="anthropic", model=SONNET, request=request),
        *(answered if slug.startswith("tool") else refused),
        event.ToolStart(n=8, of=6, name="orders.search", kind="mcp", request={"query": said}),
        event.Logged(of=8, slug=slug, severity="ERR", message="no answer in 10 s", tool_request=8),
        event.ToolEnd(n=8, status="timeout", slugs=["tool.timeout"], error="no answer in 10 s"),
        event.NodeEnd(n=6),
        event.FinStart(),
        event.FinEnd(success=False, error="no answer in 10 s", failure=failure),
    ]


def _family(folder: Path, began: float, number: int) -> None:
    """A session that starts another one."""
    parent = _id(began, number)
    below, journal = _begun(
        folder,
        began + 2 * _SECOND,
        number + 500,
        [*_turn(1, "look it up", model=HAIKU), *_end()],
        agent="researcher",
        model=HAIKU,
        parent=Parent(session_id=parent, path="1-2"),
    )
    journal.close()
    start, asked, answered, *_ = _turn(1, "find out about the tax")
    _session(
        folder,
        began,
        number,
        [
            *(start, asked, answered),
            event.ToolStart(n=3, of=1, name="researcher", kind="agent", request={"task": "look it up"}),
            event.ChildStart(of=3, session_id=below),
            event.ToolEnd(n=3, response="it is 19 %"),
            event.NodeEnd(n=1),
            *_end(),
        ],
        title="find out about the tax",
    )


def _end() -> list[Act]:
    return [event.FinStart(), event.FinEnd(success=True)]


def _turn_a_byte(path: Path) -> None:
    """Damage one line of a record."""
    data = bytearray(path.read_bytes())
    data[data.index(b"Directory")] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(bytes(data))
