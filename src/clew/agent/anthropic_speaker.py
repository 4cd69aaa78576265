"""A speaker on the `anthropic` SDK: neutral messages to Messages API requests, and answers back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
from anthropic.types import Message

from clew.agent.dialogue import Answer, Call, ModelSaid, ToolsSaid
from clew.agent.speaker import NoMessage, unanswered
from clew.instrument.anthropic import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.agent.definition import Model
    from clew.agent.dialogue import Question, Said
    from clew.agent.toolbox import ToolSchema

_STOPS: dict[str, Any] = {"max_tokens": "length", "refusal": "refusal", "model_context_window_exceeded": "window"}


class AnthropicSpeaker:
    """A model behind the Messages API."""

    def __init__(self, model: Model, *, api_key: str, base_url: str | None, timeout: float) -> None:
        self.model = model
        self._client = record(anthropic.Anthropic(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0))

    def ask(self, question: Question, say: Callable[[str], None] | None) -> Answer:
        """Ask once."""
        with unanswered(anthropic.APIError):
            return _answer(self._exchange(self._request(question), say))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _exchange(self, request: dict[str, Any], say: Callable[[str], None] | None) -> object:
        """Stream always, as the API asks for where answers may be long; what has no event at all gives no message."""
        with self._client.messages.stream(**request) as stream:
            for text in stream.text_stream:
                if say is not None:
                    say(text)
            try:
                return stream.get_final_message()
            except AssertionError:
                return None

    def _request(self, question: Question) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model.model,
            "max_tokens": self.model.max_output_tokens,
            "messages": messages_of(question.messages),
            "cache_control": {"type": "ephemeral"},
        }
        if question.system:
            request["system"] = question.system
        if question.tools:
            request["tools"] = [_tool(schema) for schema in question.tools]
            if not question.may_call:
                request["tool_choice"] = {"type": "none"}
        return request


def messages_of(said: tuple[Said, ...]) -> list[dict[str, Any]]:
    """The conversation in the API's form, in which user and model take turns."""
    messages: list[dict[str, Any]] = []
    for one in said:
        role, blocks = _blocks(one)
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"].extend(blocks)
        elif blocks:
            messages.append({"role": role, "content": blocks})
    return messages


def _blocks(said: Said) -> tuple[str, list[dict[str, Any]]]:
    if isinstance(said, ModelSaid):
        calls = [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}
            for call in said.calls
        ]
        return "assistant", [*_text(said.text), *calls]
    if isinstance(said, ToolsSaid):
        return "user", [
            {"type": "tool_result", "tool_use_id": result.call_id, "content": result.text} for result in said.results
        ]
    return "user", _text(said.text)


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text.strip() else []


def _input(arguments: object) -> dict[str, Any]:
    """Arguments as the API wants them; what is no object is kept as text."""
    return arguments if isinstance(arguments, dict) else {"arguments": str(arguments)}


def _tool(schema: ToolSchema) -> dict[str, Any]:
    return {"name": schema.name, "description": schema.description, "input_schema": schema.parameters}


def _answer(message: object) -> Answer:
    if not isinstance(message, Message):
        raise NoMessage
    if message.stop_reason is None:
        raise NoMessage(begun=True)
    return Answer(
        text="\n".join(block.text for block in message.content if block.type == "text"),
        calls=tuple(
            Call(id=block.id, name=block.name, arguments=block.input)
            for block in message.content
            if block.type == "tool_use"
        ),
        stop=_STOPS.get(message.stop_reason or "", "done"),
    )
