"""JSON of answers: exact decimals as text, a bounded size, and never a failure because of a text from a session."""

from __future__ import annotations

from typing import Any

import msgspec

from clew.web.refusal import Refusal

LARGEST = 8 << 20
"""Bytes of an answer. A session is larger: none is ever sent whole (rule W10)."""

_ESCAPES = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}
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


def embeddable(json: bytes) -> bytes:
    """The same JSON with nothing in it that could be taken for markup."""
    for sign, escape in _ESCAPES.items():
        json = json.replace(sign, escape)
    return json


def _whole(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list | tuple) else value
