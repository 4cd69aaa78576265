"""What was said, and by whom, whichever provider shaped it: the messages of a request or an answer as blocks.

Shapes known: Anthropic messages, OpenAI chat completions, OpenAI responses, and a plain string. A block of a kind that
is not known is kept as JSON, so that nothing of a conversation is hidden. Texts are as they were sent: a terminal gets
them cleaned.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

BlockKind = Literal["text", "thinking", "tool_use", "tool_result", "image", "file", "other"]

SHOWN = 20_000
"""Characters of a block's text that come with it; the rest is read through its address."""


class Block(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One piece of a message."""

    kind: BlockKind
    text: str = ""
    """What was said, thought, answered; the parameters of a call as JSON. Its beginning if it is long."""
    is_cut: bool = False
    """Whether there is more of the text than stands here."""
    at: tuple[str | int, ...] = ()
    """Where the text, or the whole block, stands in the payload."""
    name: str | None = None
    """Of a call the tool."""
    call_id: str | None = None
    """Of a call or its result."""
    is_error: bool = False
    """Whether a result says that the call failed."""
    media_type: str | None = None
    """Of an image or a file, ``image/png``."""


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One message."""

    number: int
    """From 0 within its payload."""
    role: str
    """``system``, ``user``, ``assistant``, ``tool`` … as the payload says."""
    blocks: tuple[Block, ...]


def message_of(number: int, role: str, value: Any, at: tuple[str | int, ...]) -> Message:  # noqa: ANN401 - a JSON value
    """A message by its value, wherever it stands in a payload."""
    if isinstance(value, dict):
        role = _string(value.get("role")) or role
    return Message(number=number, role=_role(value, role), blocks=tuple(_blocks(value, at)))


def _role(value: Any, role: str) -> str:  # noqa: ANN401 - a JSON value
    """Items of OpenAI responses have a type in the place of a role."""
    kind = str(value.get("type")) if isinstance(value, dict) and "role" not in value else ""
    if kind.endswith(_OUTPUT):
        return "tool"
    return "assistant" if kind == "reasoning" or kind.endswith("_call") else role


def _blocks(value: Any, at: tuple[str | int, ...]) -> list[Block]:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return [_text("text", value, at)]
    if isinstance(value, list):
        return [block for place, item in enumerate(value) for block in _blocks(item, (*at, place))]
    if not isinstance(value, dict):
        return [] if value is None else [_other(value, at)]
    if value.get("role") is not None or ("content" in value and _string(value.get("type")) in {None, "message"}):
        return _spoken(value, at)
    return [_block(value, at)]


def _spoken(value: dict[str, Any], at: tuple[str | int, ...]) -> list[Block]:
    """A message with a role: its reasoning, its content, the calls that stand beside it."""
    thought = (name for name in ("reasoning_content", "reasoning") if isinstance(value.get(name), str) and value[name])
    blocks = [_text("thinking", value[name], (*at, name)) for name in thought]
    if value.get("role") == "tool":
        blocks.append(_result(value, at, "content", "tool_call_id"))
    else:
        blocks += _blocks(value.get("content"), (*at, "content"))
    if isinstance(value.get("refusal"), str) and value["refusal"]:
        blocks.append(_text("text", value["refusal"], (*at, "refusal")))
    calls = value.get("tool_calls")
    for place, call in enumerate(calls if isinstance(calls, list) else []):
        blocks.append(_call(call, (*at, "tool_calls", place)))
    return blocks


def _call(call: Any, at: tuple[str | int, ...]) -> Block:  # noqa: ANN401 - a JSON value
    """A call as chat completions write it."""
    asked = call.get("function") if isinstance(call, dict) else None
    if not isinstance(asked, dict):
        return _other(call, at)
    place = (*at, "function", "arguments")
    return _text("tool_use", asked.get("arguments"), place, name=_string(asked.get("name")), call_id=call.get("id"))


def _block(value: dict[str, Any], at: tuple[str | int, ...]) -> Block:
    """A content block, or an item of a response, by its type."""
    kind = str(value.get("type"))
    if kind == "reasoning":
        return _reasoning(value, at)
    if kind == "tool_result" or kind.endswith(_OUTPUT):
        return _result(value, at, *(("output", "call_id") if kind.endswith(_OUTPUT) else ("content", "tool_use_id")))
    if kind in _IMAGES:
        return Block(kind="image", at=at, media_type=_media_type(value))
    if kind in _FILES:
        return Block(kind="file", at=at, media_type=_media_type(value), name=_string(value.get("title")))
    if kind not in _TEXTS:
        return _other(value, at)
    shown, field, call_id = _TEXTS[kind]
    name = _string(value.get("name")) if call_id else None
    return _text(shown, value.get(field), (*at, field), name=name, call_id=value.get(call_id))


_TEXTS: dict[str, tuple[BlockKind, str, str]] = {
    "text": ("text", "text", ""),
    "input_text": ("text", "text", ""),
    "output_text": ("text", "text", ""),
    "refusal": ("text", "refusal", ""),
    "reasoning_text": ("thinking", "text", ""),
    "thinking": ("thinking", "thinking", ""),
    "tool_use": ("tool_use", "input", "id"),
    "server_tool_use": ("tool_use", "input", "id"),
    "function_call": ("tool_use", "arguments", "call_id"),
    "custom_tool_call": ("tool_use", "input", "call_id"),
    "mcp_call": ("tool_use", "arguments", "id"),
}
"""Types of blocks: what they are, and which fields hold what they say and the id of a call."""
_OUTPUT = "_call_output"
"""How the types of items of OpenAI responses end that say what a tool gave back; those of its calls end with less."""
_IMAGES = frozenset({"image", "image_url", "input_image"})
_FILES = frozenset({"document", "file", "input_file", "input_audio"})


def _reasoning(value: dict[str, Any], at: tuple[str | int, ...]) -> Block:
    summary = value.get("summary")
    field = "summary" if summary or not isinstance(value.get("content"), list) else "content"
    told = value.get(field)
    parts = [item.get("text") for item in told if isinstance(item, dict)] if isinstance(told, list) else []
    return _text("thinking", "\n".join(part for part in parts if isinstance(part, str)), (*at, field))


def _result(value: dict[str, Any], at: tuple[str | int, ...], field: str, call_id: str) -> Block:
    content = value.get(field)
    place: tuple[str | int, ...] = (*at, field)
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        text = content[0].get("text")
        content, place = (text, (*place, 0, "text")) if isinstance(text, str) else (content, place)
    return _text("tool_result", content, place, call_id=value.get(call_id), is_error=value.get("is_error") is True)


def _text(
    kind: BlockKind,
    value: Any,  # noqa: ANN401 - a JSON value
    at: tuple[str | int, ...],
    *,
    name: str | None = None,
    call_id: object = None,
    is_error: bool = False,
) -> Block:
    text = value if isinstance(value, str) else "" if value is None else _json(value)
    return Block(
        kind=kind,
        text=text[:SHOWN],
        is_cut=len(text) > SHOWN,
        at=at,
        name=name,
        call_id=_string(call_id),
        is_error=is_error,
    )


def _other(value: Any, at: tuple[str | int, ...]) -> Block:  # noqa: ANN401 - a JSON value
    return _text("other", value, at, name=_string(value.get("type")) if isinstance(value, dict) else None)


def _media_type(value: dict[str, Any]) -> str | None:
    source = value.get("source")
    return _string(source.get("media_type")) if isinstance(source, dict) else None


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=repr), indent=2).decode("utf-8", "replace")


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
