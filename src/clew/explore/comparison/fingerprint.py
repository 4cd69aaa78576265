"""Fingerprints of values, and values without what differs from run to run by nature.

Equal values have equal fingerprints in every session; the order of an object's keys does not count.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from clew.wire.whole import encode_whole

_encode = msgspec.json.Encoder(order="sorted").encode

VOLATILE = frozenset(
    {
        "call_id",
        "completed_at",
        "created",
        "created_at",
        "encrypted_content",
        "id",
        "item_id",
        "request_id",
        "signature",
        "system_fingerprint",
        "tool_call_id",
        "tool_use_id",
    }
)
"""Fields of messages that say something else in every run: names, times and seals that a provider gives out."""

CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use", "function_call", "custom_tool_call", "mcp_call"})
"""Types of the blocks in which a model asks for a call."""

_PARAMETERS = frozenset({"input", "arguments", "args"})
_DEEPEST = 200


def asks_for_call(block: dict[str, Any]) -> bool:
    """Whether a model asks for a call in a block, which may say anything of its type."""
    kind = block.get("type")
    return isinstance(kind, str) and kind in CALLS


def fingerprint(value: object) -> bytes:
    """A short name that only equal values have."""
    try:
        data = _encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):  # what plain JSON cannot carry
        data = encode_whole(value)
    return blake2b(data, digest_size=12).digest()


def steady(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - a JSON value
    """A message, or a list of them, without the fields that say something else in every run.

    What a model hands to a tool is the application's own, and stays as it is.
    """
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [steady(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    own = _PARAMETERS if asks_for_call(value) or "arguments" in value or "args" in value else ()
    return {key: item if key in own else steady(item, depth + 1) for key, item in value.items() if key not in VOLATILE}
