"""JSON of answers: exact decimals as text, a bounded size, and never a failure because of a text from a session."""

from __future__ import annotations

from typing import Any

import msgspec

from clew.web.refusal import Refusal

LARGEST = 8 << 20
"""Bytes of an answer. A session is larger: none is ever sent whole (rule W10)."""

_encode = msgspec.json.Encoder(decimal_format="string").encode


def encode(answer: object) -> bytes:
    """The JSON of an answer. Raises ``Refusal`` if it is too large."""
    body = encode_any(answer)
    if len(body) > LARGEST:
        raise Refusal("web.too_much")
    return body


def encode_any(answer: object) -> bytes:
    """The JSON of an answer of any size."""
    try:
        return _encode(answer)
    except UnicodeEncodeError:  # half a surrogate pair, which UTF-8 has no bytes for
        return _encode(_whole(msgspec.to_builtins(answer)))


def _whole(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list | tuple) else value
