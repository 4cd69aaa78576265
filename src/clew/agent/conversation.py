"""The loop of an agent: a message of the user, then turns until the model asks for no more tools.

Every exchange with the model is a turn; its tool calls happen in the same turn. The exchange itself is recorded by
the client's middleware, the tool calls by the tools, so that this file says what the agent does and next to nothing
of recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import clew
from clew.agent.context import EXCEEDED, force_final_turn
from clew.agent.prompts import FINAL_TURN
from clew.agent.tool import run_tool
from clew.agent.verdict import rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from anthropic import Anthropic
    from anthropic.types import Message, MessageParam

    from clew.agent.tool import Tool
    from clew.record.session import SessionRecorder

MAX_TURNS = 20
"""How many turns one message of the user may take."""
MAX_TOKENS = 4096
"""How long one answer may be."""


def _silent(_text: str) -> None:
    """Nobody reads along."""


class Conversation:
    """A growing list of messages between a user, a model and tools."""

    def __init__(
        self,
        client: Anthropic,
        *,
        model: str,
        system: str,
        tools: Sequence[Tool],
        say: Callable[[str], None] = _silent,
        max_turns: int = MAX_TURNS,
    ) -> None:
        self.messages: list[MessageParam] = []
        self._client = client
        self._model = model
        self._system = system
        self._tools = {tool.name: tool for tool in tools}
        self._say = say
        self._max_turns = max_turns

    def introduce(self, session: SessionRecorder) -> None:
        """Record what this conversation is set up with."""
        session.config(
            providers=[{"provider": "anthropic", "model": self._model, "base_url": str(self._client.base_url)}],
            tools=[tool.definition() for tool in self._tools.values()],
            prompts={"system": self._system},
        )

    def converse(self, session: SessionRecorder, text: str) -> str:
        """Answer one message: said while it arrives, and returned. If that fails, nothing of it is kept."""
        before = len(self.messages)
        try:
            self.messages.append({"role": "user", "content": text})
            return self._turns(session, clew.Action(type="message", content=text))
        except BaseException:
            del self.messages[before:]
            raise

    def _turns(self, session: SessionRecorder, action: clew.Action | None) -> str:
        for left in reversed(range(self._max_turns)):
            with session.turn(action=action) as turn:
                if left == 0:
                    force_final_turn(turn, "max_turns")
                message = self._exchange(final=left == 0)
                results = [run_tool(turn, self._tools, block) for block in message.content if block.type == "tool_use"]
            if not results:
                return text_of(message)
            self.messages.append({"role": "user", "content": results})
            action = None
        return ""

    def _exchange(self, *, final: bool) -> Message:
        """Ask the model once; in the final turn it may use no tool."""
        options: dict[str, Any] = {"tool_choice": {"type": "none"}} if final else {}
        with self._client.messages.stream(
            model=self._model,
            max_tokens=MAX_TOKENS,
            system=f"{self._system}\n\n{FINAL_TURN}" if final else self._system,
            messages=self.messages,
            tools=[tool.definition() for tool in self._tools.values()],
            cache_control={"type": "ephemeral"},
            **options,
        ) as stream:
            for text in stream.text_stream:
                self._say(text)
            message = stream.get_final_message()
        self._remark(message)
        self.messages.append({"role": "assistant", "content": message.content})
        return message

    def _remark(self, message: Message) -> None:
        """End the line, and note what is unusual about an answer."""
        if text_of(message):
            self._say("\n")
        if message.stop_reason == "model_context_window_exceeded":
            clew.log(EXCEEDED.slug, "the answer filled the context window")
        refused, calls = message.stop_reason == "refusal", any(block.type == "tool_use" for block in message.content)
        rejected = rejection(text=text_of(message), calls=calls, refused=refused, must_call=False)
        if rejected is not None:
            clew.log(rejected.slug, rejected.words)


def text_of(message: Message) -> str:
    """What a message says in words."""
    return "\n".join(block.text for block in message.content if block.type == "text")
