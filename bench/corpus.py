"""Folders of many sessions, and very long ones, made quickly: recorded once, then copied line by line.

A copy is a real journal: its header names its own id, and every line is sealed again.
"""

from __future__ import annotations

import atexit
import random
import tempfile
from functools import cache
from pathlib import Path

import clew
from clew.model import event
from clew.model.session import Parent
from clew.store.memory import MemoryJournal
from clew.store.names import journal_name
from clew.wire.line import seal

MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "gpt-5", "gpt-5-mini")
TOOLS = ("memory", "search", "orders", "weather", "browser")


def record_small(folder: Path, seed: int, turns: int = 2) -> Path:
    """Record one small session, the same one for the same seed."""
    draw = random.Random(seed)
    model = draw.choice(MODELS)
    with clew.session(agent_id=draw.choice(("support", "billing")), model=model, dir=folder, sync="never") as session:
        session.config(tools=[{"name": name} for name in TOOLS])
        for index in range(turns):
            with session.turn(user_input=f"find my order {index}") as turn:
                request = {"model": model, "messages": [{"role": "user", "content": "x" * draw.randint(50, 400)}]}
                with turn.attempt(provider="anthropic", model=model, request=request) as attempt:
                    usage = clew.Usage(input_tokens=draw.randint(50, 900), output_tokens=draw.randint(5, 90))
                    attempt.respond({"content": "hello " * draw.randint(10, 60)}, usage=usage, stop_reason="tool_use")
                with turn.tool(draw.choice(TOOLS), {"path": "/memories"}, command="view") as tool:
                    if draw.random() < 0.1:
                        tool.fail("it did not work", slug="tool.timeout", status="timeout")
                    else:
                        tool.respond("Directory: /memories " * draw.randint(1, 40))
    return session.path


def copies(folder: Path, count: int, distinct: int = 50) -> None:
    """Fill a folder with so many small sessions, copies of some that were recorded."""
    originals = [record_small(folder, seed) for seed in range(min(distinct, count))]
    journals = [path.read_bytes().split(b"\n", 1) for path in originals]
    ids = [path.name.removeprefix("session_").removesuffix(".jsonl").encode() for path in originals]
    for number in range(count - len(originals)):
        head, rest = journals[number % len(journals)]
        other = f"2026{1 + number // 500_000 % 12:02}{1 + number // 20_000 % 28:02}_{number % 240_000:06}_{number:08x}"
        body = head[: head.rindex(b',"c":"')].replace(ids[number % len(ids)], other.encode()) + b"}"
        (folder / journal_name(other)).write_bytes(seal(body)[0] + rest)


@cache
def long_folder(turns: int) -> Path:
    """A folder with one session of so many turns, recorded once for all checks of a run, and removed when it ends."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    record_long(Path(folder.name), turns)
    return Path(folder.name)


def record_long(folder: Path, turns: int, seed: int = 1) -> str:
    """Record one session of so many turns, whose agent shortens its conversation now and then. Gives its id."""
    draw = random.Random(seed)
    messages: list[object] = []
    with clew.session(agent_id="long", model=MODELS[0], dir=folder, sync="never") as session:
        session.config(tools=[{"name": name} for name in TOOLS])
        for index in range(turns):
            messages.append({"role": "user", "content": f"question {index} " + "x" * draw.randint(20, 300)})
            messages = messages[-20:] if len(messages) > 40 else messages
            with session.turn(user_input=f"question {index}") as turn:
                answer = {"role": "assistant", "content": f"answer {index} " * draw.randint(1, 20)}
                with turn.attempt(provider="anthropic", model=MODELS[0], request={"messages": [*messages]}) as attempt:
                    attempt.respond(answer, usage=clew.Usage(input_tokens=150, output_tokens=20))
                messages.append(answer)
                with turn.tool("memory", {"path": f"/memories/{index}"}, command="view") as tool:
                    if index % 100 == 99:
                        tool.fail("it did not work", slug="tool.failed")
                    else:
                        tool.respond("Directory: /memories " * draw.randint(1, 10))
    return session.session_id


def nested(folder: Path, depth: int) -> str:
    """Write sessions inside each other, each with one turn and one call that started the next. Gives the outermost id.

    Their acts are written straight to journals: a recorder would write every trace with all sessions below in it.
    """
    ids = [f"20260102_030405_{level:08x}" for level in range(depth + 1)]
    for level, session_id in enumerate(ids):
        parent = Parent(session_id=ids[level - 1], path="1-1") if level else None
        memory = MemoryJournal(event.Header(format=1, session_id=session_id, parent=parent, at=1_000.0 + level))
        memory.write(event.SessionStart(agent_id=f"agent {level}"))
        memory.write(event.InitEnd())
        memory.write(event.TurnStart(n=1, index=1, action="message", content="go down"))
        if level < depth:
            memory.write(event.ToolStart(n=2, of=1, name="deeper", kind="agent"))
            memory.write(event.ChildStart(of=2, session_id=ids[level + 1]))
            memory.write(event.ToolEnd(n=2, response="done"))
        memory.write(event.NodeEnd(n=1))
        memory.write(event.FinStart())
        memory.write(event.FinEnd(success=True))
        (folder / journal_name(session_id)).write_bytes(memory.data)
    return ids[0]
