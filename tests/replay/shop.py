"""An agent that can be changed: a plain SDK, tools that ask before they are called, and a knob for all it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import msgspec

import clew
from clew.instrument.anthropic import record
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse
from clew.record.standin import instrumented, stand_in_result

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.turn import TurnRecorder

SCENARIO = Scenario(
    name="shop",
    answers=(
        Message(content=(ToolUse("stock", {"item": "tea"}, id="t1"), ToolUse("price", {"item": "tea"}, id="t2"))),
        Message(content=(Text("Tea costs 3."),)),
        Message(content=(Text("You are welcome."),)),
    ),
)
TOOLS = [
    {"name": name, "description": f"Tells the {name}.", "input_schema": {"type": "object", "properties": {}}}
    for name in ("stock", "price")
]
ANSWERS = {"stock": "12 left", "price": "3"}
TOOL_CALLS: list[str] = []
"""The tools that were really called."""


class Shop(msgspec.Struct, kw_only=True):
    """An agent with one task and a word of thanks."""

    system: str = "You run a shop."
    """Its prompt."""
    tools: list[Any] = msgspec.field(default_factory=lambda: TOOLS)
    """What it offers."""
    options: dict[str, Any] = msgspec.field(default_factory=lambda: {"max_tokens": 99})
    """How it asks."""
    task: str = "Is there tea?"
    """What the user says first."""
    thanks: str = "Thanks!"
    """What the user says last; nothing, to leave without a word."""
    order: tuple[int, ...] = (0, 1)
    """In which order it makes the calls that the model asked for."""
    changes: dict[str, Any] = msgspec.field(default_factory=dict)
    """What it adds to the parameters of calls."""
    asks: bool = True
    """Whether its tools ask before they are called."""
    answers: dict[str, str] = msgspec.field(default_factory=lambda: ANSWERS)
    """What its tools give back."""

    def perform(self, url: str, folder: Path) -> str:
        """Do it all; gives the session."""
        with (
            anthropic.Anthropic(base_url=url, api_key="scripted") as plain,
            clew.session(agent_id="shop", dir=folder) as session,
        ):
            client = record(plain)
            messages: list[Any] = [{"role": "user", "content": self.task}]
            with session.turn(user_input=self.task) as turn:
                answer = self._ask(client, messages)
                calls = [block for block in answer.content if block.type == "tool_use"]
                results = [self._call(turn, calls[place]) for place in self.order]
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
            with session.turn():
                answer = self._ask(client, messages)
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": self.thanks}]
            if self.thanks:
                with session.turn(user_input=self.thanks):
                    self._ask(client, messages)
        return session.session_id

    def _ask(self, client: anthropic.Anthropic, messages: list[Any]) -> Any:  # noqa: ANN401 - a message
        return client.messages.create(
            model="m-1", system=self.system, tools=self.tools, messages=messages, **self.options
        )

    def _call(self, turn: TurnRecorder, block: Any) -> dict[str, Any]:  # noqa: ANN401 - a block of a message
        if self.asks:
            instrumented(block.name)
        given = {**block.input, **self.changes}
        with turn.tool(block.name, given, call_id=block.id) as tool:
            found = stand_in_result(block.name, None, given, block.id) if self.asks else None
            result = found.outcome() if found is not None else self._answer(block.name)
            tool.respond(result)
        return {"type": "tool_result", "tool_use_id": block.id, "content": result}

    def _answer(self, name: str) -> str:
        TOOL_CALLS.append(name)
        return self.answers[name]


def recorded(folder: Path) -> str:
    """The session of the agent as it is."""
    with ModelServer(SCENARIO) as server:
        return Shop(asks=False).perform(server.base_url, folder)
