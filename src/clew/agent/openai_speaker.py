"""A speaker on the `openai` SDK: neutral messages to chat completions, and answers back.

Any server that speaks chat completions will do. Those other than OpenAI's own know the limit of an answer by its older
name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai

from clew.agent.dialogue import Answer, Call, ModelSaid, ToolsSaid
from clew.agent.speaker import NoMessage, unanswered
from clew.instrument.completion import CompletionAssembly
from clew.instrument.dialect import END
from clew.instrument.openai import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.agent.definition import Model
    from clew.agent.dialogue import Question, Said
    from clew.agent.toolbox import ToolSchema

_STOPS: dict[str, Any] = {"length": "length", "content_filter": "refusal"}


class OpenAISpeaker:
    """A model behind chat completions."""

    def __init__(self, model: Model, *, api_key: str, base_url: str | None, timeout: float) -> None:
        self.model = model
        self._limit = "max_completion_tokens" if base_url is None else "max_tokens"
        self._client = record(openai.OpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0))

    def ask(self, question: Question, say: Callable[[str], None] | None) -> Answer:
        """Ask once."""
        with unanswered(openai.APIError):
            return _answer(self._exchange(self._request(question), say))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _exchange(self, request: dict[str, Any], say: Callable[[str], None] | None) -> object:
        if say is None:
            completion: Any = self._client.chat.completions.create(**request)
            return completion.to_dict() if hasattr(completion, "to_dict") else completion
        assembly = CompletionAssembly()
        options: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
        chunks: Any = self._client.chat.completions.create(**request, **options)
        for chunk in chunks:
            say(assembly.add(chunk.to_dict()).text)
        assembly.add(END)
        if assembly.whole() is not None and not assembly.complete:
            raise NoMessage(begun=True)
        return assembly.whole()

    def _request(self, question: Question) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model.model,
            self._limit: self.model.max_output_tokens,
            "messages": messages_of(question.system, question.messages),
        }
        if question.tools:
            request["tools"] = [_tool(schema) for schema in question.tools]
            if not question.may_call:
                request["tool_choice"] = "none"
        return request


def messages_of(system: str, said: tuple[Said, ...]) -> list[dict[str, Any]]:
    """The conversation in the API's form, the system prompt first."""
    head = [{"role": "system", "content": system}] if system else []
    return [*head, *(message for one in said for message in _messages(one))]


def _messages(said: Said) -> Iterator[dict[str, Any]]:
    if isinstance(said, ModelSaid):
        calls = {"tool_calls": [_call(call) for call in said.calls]} if said.calls else {}
        yield {"role": "assistant", "content": said.text or None, **calls}
    elif isinstance(said, ToolsSaid):
        for result in said.results:
            yield {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
    else:
        yield {"role": "user", "content": said.text}


def _call(call: Call) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments, ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _tool(schema: ToolSchema) -> dict[str, Any]:
    function = {"name": schema.name, "description": schema.description, "parameters": schema.parameters}
    return {"type": "function", "function": function}


def _answer(completion: object) -> Answer:
    choices = completion.get("choices") if isinstance(completion, dict) else None
    if not choices or not isinstance(choices[0].get("message"), dict):
        raise NoMessage
    message, reason = choices[0]["message"], choices[0].get("finish_reason")
    refusal = message.get("refusal")
    calls = tuple(
        Call(
            id=call.get("id") or f"call_{index}",
            name=call["function"]["name"],
            arguments=_arguments(call["function"].get("arguments") or "{}"),
        )
        for index, call in enumerate(message.get("tool_calls") or ())
    )
    return Answer(
        text=message.get("content") or refusal or "",
        calls=calls,
        stop="refusal" if refusal else _STOPS.get(reason or "", "done"),
    )


def _arguments(text: str) -> object:
    """The arguments as the JSON they should be; as the text they are, if they are none."""
    try:
        return json.loads(text)
    except ValueError:
        return text
