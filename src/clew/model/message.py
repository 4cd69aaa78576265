"""What is said inside a model's answer, whichever provider shaped it.

Shapes known: an Anthropic message (``content`` blocks), an OpenAI chat completion (``choices``), an OpenAI response
(``output``), a plain string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.payload import Payload


def text_in(payload: Payload | None) -> str:
    """Every text of an answer, joined by newlines; empty if there is none."""
    return "" if payload is None else "\n".join(_texts(payload.value))


def reasoning_in(payload: Payload | None) -> str:
    """Every readable thinking block of an answer, joined by newlines; empty if there is none."""
    return "" if payload is None else "\n".join(_thoughts(payload.value))


def stop_reason_in(payload: Payload | None) -> str | None:
    """The reason the provider gives for the end of an answer, in its own word; of an OpenAI response, its status."""
    value = payload.value if payload is not None else None
    if not isinstance(value, dict):
        return None
    choices = value.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return _string(choices[0].get("finish_reason"))
    if value.get("object") == "response":
        details = value.get("incomplete_details")
        return _string(details.get("reason") if isinstance(details, dict) else value.get("status"))
    return _string(value.get("stop_reason"))


def first_words(content: Payload | None) -> str:
    """The beginning of the first text in what a user typed: a string, or a list of blocks of which one has text."""
    value = None if content is None else content.value
    if isinstance(value, dict):
        value = value.get("content", value.get("text"))
    if isinstance(value, list):
        texts = (block.get("text") for block in value if isinstance(block, dict))
        value = next((text for text in texts if isinstance(text, str)), None)
    return value[:_FIRST_WORDS] if isinstance(value, str) else ""


_FIRST_WORDS = 1200
"""Characters of a text that are enough for any title."""


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _blocks(value: object) -> Iterator[dict[str, Any]]:
    """The content blocks of an answer, in order."""
    if not isinstance(value, dict):
        return
    for holder in (
        value,
        *(choice.get("message") for choice in _dicts(value.get("choices"))),
        *_dicts(value.get("output")),
    ):
        if isinstance(holder, dict):
            yield from _dicts(holder.get("content"))


def _thoughts(value: object) -> Iterator[str]:
    for block in _blocks(value):
        thought = block.get("text" if block.get("type") == "reasoning_text" else "thinking")
        if isinstance(thought, str):
            yield thought
    items = _dicts(value.get("output")) if isinstance(value, dict) else []
    parts = [part for item in items for part in _dicts(item.get("summary"))]
    yield from (part["text"] for part in parts if isinstance(part.get("text"), str))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if not isinstance(value, dict):
        return
    if isinstance(value.get("content"), str):
        yield value["content"]
    for choice in _dicts(value.get("choices")):
        message = choice.get("message")
        if isinstance(message, dict) and isinstance(message.get("content"), str):
            yield message["content"]
    for block in _blocks(value):
        if block.get("type") in ("text", "output_text") and isinstance(block.get("text"), str):
            yield block["text"]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
