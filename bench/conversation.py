"""The workload: a deterministic agent session in which each request carries the whole conversation so far.

Messages have 200 to 4,000 characters, tool results a median of 2 kB; every thirtieth result has 200 kB, of which the
agent keeps the first 2,000 characters in its conversation, as agents do. A tenth of the texts is not ASCII. Of five
turns four call tools, one or two; every tenth attempt meets an overloaded server and is made again. For 200 turns that
makes 220 attempts, 240 tool calls and 480 messages.

The application keeps one list and appends to it. Three variants do what makes a recorder's life harder. All texts exist
before the first operation; what the application does to its list between operations is an operation of its own.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "claude-sonnet-4-5"

Variant = Literal["appended", "mutated", "compacted", "parallel"]
"""Appended to; moved cache marks and cleared results in place; replaced by a summary half-way; two in turn."""

VARIANTS: tuple[Variant, ...] = ("appended", "mutated", "compacted", "parallel")

_WORDS = (
    "the order was placed on and its status is now pending because warehouse has not confirmed item quantity of "
    "return value error line file path function test result expected found while reading customer account address "
    "please check invoice number before we continue with next step of this plan import module class def self none"
)
_PLAIN = _WORDS.split()
_MARKED = ("café", "–", "naïve", "“quoted”", "it’s", "Größe", "→", "€")

Operation = tuple[str, Any]
"""What happens next, and with what: see :func:`operations`."""


@dataclass
class Exchange:
    """One request and what came of it."""

    request: dict[str, Any]
    """What is sent; its message list is the application's own, and changes later."""
    answer: dict[str, Any] | None
    """The message received; ``None`` if the server was overloaded."""
    number: int
    """0 for the first attempt of a turn."""


@dataclass
class Call:
    """One tool call."""

    call_id: str
    """The id the model gave it."""
    name: str
    """The tool."""
    arguments: dict[str, Any]
    """What it is called with."""
    result: str
    """What it returns."""


@dataclass
class Agent:
    """The state of one conversation."""

    turns: int
    """How many it will have."""
    variant: Variant
    """What the application does to its list."""
    random: random.Random
    """Where all chance comes from."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    """The application's list, which changes when the session is played."""
    calls: int = 0
    """Tool calls made so far."""
    attempts: int = 0
    """Attempts made so far."""


def operations(turns: int, variant: Variant = "appended", *, seed: int = 2) -> list[Operation]:
    """What the agent does, in order; good for playing once.

    ``("turn", (index, user input or None))``, ``("request", Exchange)``, ``("answer", Exchange)``, ``("call", Call)``,
    ``("result", Call)``, and ``("own", function)``: the application changes its messages by calling it.
    """
    if variant == "parallel":
        return list(_in_turn(turns, seed))
    agent = Agent(turns, variant, random.Random(seed))
    return [operation for index in range(1, turns + 1) for operation in _turn(agent, index)]


def tools() -> list[dict[str, Any]]:
    """The tool schemas sent with every request: about 1.7 kB."""
    return [
        {
            "name": name,
            "description": f"Use this to {name.replace('_', ' ')} in the store; it answers with text, never asks back.",
            "input_schema": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "What to look at, beginning at the root."},
                    "limit": {"type": "integer", "description": "How many lines to return at most.", "minimum": 1},
                    "query": {"type": ["string", "null"], "description": "Words that must occur."},
                },
                "required": ["path"],
            },
        }
        for name in ("read_file", "find_order", "list_folder", "search_text")
    ]


def system_prompt() -> str:
    """The system prompt: about 1,200 characters."""
    return "You are a careful assistant of an online shop. " + text(random.Random(1), 1_150)


def text(source: random.Random, size: int) -> str:
    """Words of about ``size`` characters."""
    words = _PLAIN + _marked(source)
    chosen = source.choices(words, k=size // 6 + 2)
    return " ".join(chosen)[:size]


def _marked(source: random.Random) -> list[str]:
    return list(_MARKED) if source.random() < 0.1 else []


def _in_turn(turns: int, seed: int) -> Iterator[Operation]:
    """Two conversations in one session: both ask at once, then both are answered, then both call their tools."""
    agents = [Agent(turns // 2, "appended", random.Random(seed + number)) for number in range(2)]
    for index in range(1, turns // 2 + 1):
        done = [list(_turn(agent, index)) for agent in agents]
        yield "turn", (index, None)
        asked = [next(place for place, step in enumerate(steps) if step[0] == "request") for steps in done]
        before = [step for steps, place in zip(done, asked, strict=True) for step in steps[:place] if step[0] == "own"]
        after = [step for steps, place in zip(done, asked, strict=True) for step in steps[place:]]
        yield from before
        for kind in ("request", "answer", "call", "result", "own"):
            yield from (step for step in after if step[0] == kind)


def _turn(agent: Agent, index: int) -> Iterator[Operation]:
    opened = (index - 1) % 5 == 0
    if agent.variant == "compacted" and index == agent.turns // 2 + 1:
        summary = _said("user", f"Summary of what happened: {text(agent.random, 3_000)}")
        yield "own", partial(agent.messages.__setitem__, slice(None), [summary])
    user_input = _length(agent) if opened else None
    if user_input is not None:
        yield "own", partial(agent.messages.append, _said("user", user_input))
    yield "turn", (index, user_input)
    calls = [] if index % 5 == 0 else [_call(agent) for _ in range(1 + index % 2)]
    if agent.variant == "mutated":
        yield "own", partial(_mutate, agent.messages, index)
    answer = _answer(agent, calls)
    yield from _attempts(agent, answer)
    yield "own", partial(agent.messages.append, {"role": "assistant", "content": answer["content"]})
    for call in calls:
        yield "call", call
        yield "result", call
        yield "own", partial(agent.messages.append, _tool_result(call))


def _attempts(agent: Agent, answer: dict[str, Any]) -> Iterator[Operation]:
    number = 0
    while True:
        agent.attempts += 1
        overloaded = agent.attempts % 11 == 10
        request = {
            "model": MODEL,
            "max_tokens": 8_192,
            "system": _SYSTEM,
            "tools": _TOOLS,
            "messages": agent.messages,
        }
        exchange = Exchange(request, None if overloaded else answer, number)
        yield "request", exchange
        yield "answer", exchange
        if not overloaded:
            return
        number += 1


def _answer(agent: Agent, calls: list[Call]) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": _length(agent)}]
    content += [{"type": "tool_use", "id": call.call_id, "name": call.name, "input": call.arguments} for call in calls]
    return {
        "id": f"msg_{agent.random.getrandbits(64):016x}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 12,
            "cache_read_input_tokens": agent.attempts * 800,
            "cache_creation_input_tokens": 900,
            "output_tokens": 250,
        },
    }


def _call(agent: Agent) -> Call:
    agent.calls += 1
    size = 200_000 if agent.calls % 30 == 29 else min(12_000, int(agent.random.lognormvariate(math.log(2_000), 0.6)))
    return Call(
        call_id=f"toolu_{agent.random.getrandbits(64):016x}",
        name=agent.random.choice(("read_file", "find_order", "list_folder", "search_text")),
        arguments={"path": f"/orders/{agent.random.randrange(10_000)}", "limit": agent.random.randrange(1, 200)},
        result=text(agent.random, size),
    )


def _tool_result(call: Call) -> dict[str, Any]:
    kept = call.result if len(call.result) < 100_000 else call.result[:2_000] + " [… cut]"
    block = {"type": "tool_result", "tool_use_id": call.call_id, "content": [{"type": "text", "text": kept}]}
    return {"role": "user", "content": [block]}


def _mutate(messages: list[dict[str, Any]], index: int) -> None:
    """Move the cache mark to the newest message, and now and then clear an old result: both in place."""
    for message in messages[-6:]:
        message["content"][-1].pop("cache_control", None)
    messages[-1]["content"][-1]["cache_control"] = {"type": "ephemeral"}
    if index % 20 == 0:
        results = [block for message in messages for block in message["content"] if block["type"] == "tool_result"]
        results[len(results) // 3]["content"] = [{"type": "text", "text": f"[cleared in turn {index}]"}]


def _said(role: str, words: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": words}]}


def _length(agent: Agent) -> str:
    """A text of 200 to 4,000 characters, short ones more often."""
    return text(agent.random, int(math.exp(agent.random.uniform(math.log(200), math.log(4_000)))))


_SYSTEM = system_prompt()
_TOOLS = tools()
