"""A clerk: an agent with two tools on either SDK, in every way that these can be asked, and a knob for all it sends.

It asks a model, calls the tools that the model asks for, and asks again with what they said.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anthropic
import msgspec
import openai

import clew
from clew.instrument.anthropic import record as record_anthropic
from clew.instrument.openai import record as record_openai
from clew.protocol import Scenario
from clew.protocol.scenario import Message, Text, ToolUse, When
from tests.replay.plays import Way

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder

NAMES = ("Ann", "Bob")
"""The clerks that work at the same time."""
SCENARIO = Scenario(
    name="clerks",
    answers=tuple(
        answer
        for name in NAMES
        for answer in (
            Message(
                content=(
                    ToolUse("stock", {"item": "tea"}, id=f"{name}1"),
                    ToolUse("price", {"item": "tea"}, id=f"{name}2"),
                ),
                when=When(system_contains=name),
            ),
            Message(content=(Text(f"{name} says 3."),), when=When(system_contains=name)),
        )
    ),
)
ANSWERS = {"stock": "12 left", "price": "3"}


class Clerk(msgspec.Struct, kw_only=True):
    """An agent with one task."""

    way: Way
    """How it talks to its model."""
    name: str = "Ann"
    """Who it is."""
    manner: str = "Be kind."
    """How it is to be, as its prompt says."""
    schema: dict[str, Any] = msgspec.field(default_factory=lambda: {"item": {"type": "string"}})
    """The parameters of its tools."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    """What else it sends."""
    backwards: bool = False
    """Whether it makes the calls that the model asked for from the last to the first."""
    answers: dict[str, str] = msgspec.field(default_factory=lambda: ANSWERS)
    """What its tools give back."""
    called: list[str] = msgspec.field(default_factory=list)
    """The tools that were really called."""

    async def work(self, url: str, session: SessionRecorder) -> None:
        """Do the task, in two turns of a session."""
        client = self._client(url)
        try:
            messages: list[Any] = [{"role": "user", "content": f"What is tea, {self.name}?"}]
            with session.turn(user_input="What is tea?"):
                said, calls = await self._ask(client, messages)
                told = {
                    call_id: self._call(name, given) for call_id, name, given in calls[:: -1 if self.backwards else 1]
                }
            with session.turn():
                await self._ask(client, [*messages, said, *self._results(told, [call[0] for call in calls])])
        finally:
            closed = client.close()
            if not self.way.waits:
                await closed

    def perform(self, url: str, folder: Path) -> str:
        """The same in a session of its own; gives the session."""
        with clew.session(agent_id=self.name, dir=folder) as session:
            asyncio.run(self.work(url, session))
        return session.session_id

    def _call(self, name: str, given: dict[str, Any]) -> str:
        @clew.tool(name=name)
        def call(item: str) -> str:  # noqa: ARG001 - recorded
            self.called.append(name)
            return self.answers[name]

        return call(**given)

    def _results(self, told: dict[str, str], ids: list[str]) -> list[Any]:
        if self.way.provider == "openai":
            return [{"role": "tool", "tool_call_id": one, "content": told[one]} for one in ids]
        blocks = [{"type": "tool_result", "tool_use_id": one, "content": told[one]} for one in ids]
        return [{"role": "user", "content": blocks}]

    # -- the SDKs --

    def _client(self, url: str) -> Any:  # noqa: ANN401 - of either SDK
        if self.way.provider == "anthropic":
            kind: Any = anthropic.Anthropic if self.way.waits else anthropic.AsyncAnthropic
            return record_anthropic(kind(base_url=url, api_key="scripted"))
        kind = openai.OpenAI if self.way.waits else openai.AsyncOpenAI
        return record_openai(kind(base_url=f"{url}/v1", api_key="scripted"))

    async def _ask(self, client: Any, messages: list[Any]) -> tuple[Any, list[tuple[str, str, dict[str, Any]]]]:  # noqa: ANN401 - of either SDK
        """Ask once; what was answered, as a message to send on, and the calls that it asks for."""
        if self.way.provider == "openai":
            answer = (await self._answer(client.chat.completions, self._completion(messages))).choices[0].message
            calls = [
                (call.id, call.function.name, msgspec.json.decode(call.function.arguments))
                for call in answer.tool_calls or ()
            ]
            return answer.to_dict(), calls
        answer = await self._answer(client.messages, self._message(messages))
        calls = [(block.id, block.name, block.input) for block in answer.content if block.type == "tool_use"]
        return {"role": "assistant", "content": answer.content}, calls

    async def _answer(self, model: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 - of either SDK
        if not self.way.streams:
            answer = model.create(**request)
            return answer if self.way.waits else await answer
        final = "get_final_message" if self.way.provider == "anthropic" else "get_final_completion"
        if self.way.waits:
            with model.stream(**request) as stream:
                return getattr(stream, final)()
        async with model.stream(**request) as stream:
            return await getattr(stream, final)()

    @property
    def _prompt(self) -> str:
        return f"You are {self.name}. {self.manner}"

    def _message(self, messages: list[Any]) -> dict[str, Any]:
        schema = {"type": "object", "properties": self.schema}
        tools = [{"name": name, "input_schema": schema} for name in ANSWERS]
        return {
            "model": "m-1",
            "max_tokens": 99,
            "system": self._prompt,
            "tools": tools,
            "messages": messages,
            **self.options,
        }

    def _completion(self, messages: list[Any]) -> dict[str, Any]:
        schema = {"type": "object", "properties": self.schema}
        tools = [{"type": "function", "function": {"name": name, "parameters": schema}} for name in ANSWERS]
        system = {"role": "system", "content": self._prompt}
        return {"model": "m-1", "tools": tools, "messages": [system, *messages], **self.options}


def perform_both(ann: Clerk, bob: Clerk, url: str, folder: Path) -> str:
    """Two clerks at the same time, as sub-agents of one session; gives the session."""

    async def inquire(turn: Any, clerk: Clerk) -> None:  # noqa: ANN401 - a turn's recorder
        with turn.tool(clerk.name, {}, kind="agent") as tool, tool.child(agent_id=clerk.name) as child:
            await clerk.work(url, child)

    async def run(session: SessionRecorder) -> None:
        with session.turn(user_input="begin") as turn:
            if ann.way.waits:
                work = [asyncio.to_thread(asyncio.run, inquire(turn, clerk)) for clerk in (ann, bob)]
            else:
                work = [inquire(turn, clerk) for clerk in (ann, bob)]
            await asyncio.gather(*work)

    with clew.session(agent_id="lead", dir=folder) as session:
        asyncio.run(run(session))
    return session.session_id
