"""A small journal that has a bit of everything, for damage to be done to, and a comparison that only holes may pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

import clew
from clew.model.payload import Payload

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act

_WIRE = {"new", "was"}
"""Fields that say how values are stored, not what happened."""

_encode = msgspec.json.Encoder(decimal_format="string").encode


def record_specimen(folder: Path, turns: int) -> Path:
    """Record a session with retries, streams, tools, logs and long texts; its journal."""
    messages: list[dict[str, Any]] = []
    with clew.session(agent_id="specimen", model="m", system_prompt="Be brief. " * 20, dir=folder, trace=False) as made:
        made.config(providers=["anthropic"], tools=[{"name": "memory", "description": "remembers – all of it " * 8}])
        for index in range(1, turns + 1):
            messages.append({"role": "user", "content": f"question {index}: {'why? ' * 40}"})
            with made.turn(user_input=f"question {index}") as turn:
                _exchange(turn, messages, index)
                _call(turn, messages, index)
        made.final_report({"format": "markdown", "content": "done"})
    return made.path


def _exchange(turn: Any, messages: list[dict[str, Any]], index: int) -> None:  # noqa: ANN401 - a handle
    request = {"model": "m", "messages": messages, "tools": [{"name": "memory", "input_schema": {"type": "object"}}]}
    if index % 3 == 0:
        with turn.attempt(provider="anthropic", model="m", request=request) as attempt:
            attempt.fail("Overloaded", slug="llm.overloaded", http_status=529)
    answer = f"answer {index}: “{'because ' * (20 + index)}”"
    with turn.attempt(provider="anthropic", model="m", request=request) as attempt:
        if index % 2 == 0:
            attempt.chunk(answer[:100])
        content = [{"type": "text", "text": answer}]
        usage = clew.Usage(input_tokens=index, output_tokens=7)
        attempt.respond({"role": "assistant", "content": content}, usage=usage, stop_reason="tool_use")
    messages.append({"role": "assistant", "content": content})


def _call(turn: Any, messages: list[dict[str, Any]], index: int) -> None:  # noqa: ANN401 - a handle
    with turn.tool("memory", {"path": f"/memories/{index}"}, command="view", call_id=f"toolu_{index}") as tool:
        if index % 4 == 0:
            tool.fail("no such file")
        else:
            tool.respond(f"file {index}\n" + "line of a file\n" * 15)
        turn.log("llm.synthetic_retry", "again", attempt=index)
    messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"toolu_{index}"}]})


def facts(act: Act) -> dict[str, Any]:
    """What an act says, as plain values, with its kind under ``ev``."""
    told: dict[str, Any] = {"ev": type(act).__name__}
    for name in act.__struct_fields__:
        if name not in _WIRE:
            value = getattr(act, name)
            told[name] = value.value if isinstance(value, Payload) else msgspec.to_builtins(value)
    return told


def agree(found: object, original: object) -> tuple[bool, int]:
    """Whether a value is the original, exactly, but for labelled holes; and how many of those there are."""
    if is_hole(found):
        return _labels(found, original), 1
    if type(found) is not type(original):
        return False, 0
    if isinstance(found, dict) and isinstance(original, dict):
        return _agree_all(list(found.values()), list(original.values()), same=list(found) == list(original))
    if isinstance(found, list) and isinstance(original, list):
        return _agree_all(found, original, same=len(found) == len(original))
    return found == original, 0


def is_hole(value: object) -> bool:
    """Whether a value stands for one that was lost."""
    return isinstance(value, dict) and value.get("$") == "hole"


def _agree_all(found: list[Any], original: list[Any], *, same: bool) -> tuple[bool, int]:
    pairs = [agree(*pair) for pair in zip(found, original, strict=True)] if same else []
    return same and all(good for good, _ in pairs), sum(holes for _, holes in pairs)


def _labels(hole: Any, original: object) -> bool:  # noqa: ANN401 - a hole
    """Whether a hole says what is missing. Its size is that of the stored form, never longer than the value."""
    size = hole.get("size")
    return bool(hole.get("name")) and (size is None or 0 < size <= len(_encode(original)))
