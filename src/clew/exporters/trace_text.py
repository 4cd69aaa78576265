"""Values as the text of a trace: JSON as the standard library writes it.

Numbers of any size stay numbers. Only what no JSON can carry (bytes, infinities, what nests too deep) takes the tagged
form it has in a snapshot. Halves of characters become the escapes that JSON has for them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from clew.wire.plain import is_text
from clew.wire.whole import encode_whole


def as_text(value: object) -> str:
    """A value as a string: a string as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return _dumped(value, separators=(",", ":"))


def as_json(value: object) -> str:
    """A value as JSON, indented by two blanks."""
    if type(value) is int or value is None:
        return "null" if value is None else str(value)
    text = _string(value) if isinstance(value, str) else _dumped(value, indent=2)
    return text if text.isascii() or is_text(text) else text.encode("utf-8", "backslashreplace").decode()


@lru_cache(maxsize=1024)
def as_name(name: str) -> str:
    """The name of a field as JSON."""
    return as_json(name)


_string = json.encoder.encode_basestring


def _dumped(value: object, **style: Any) -> str:  # noqa: ANN401 - options of ``json.dumps``
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, **style)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(json.loads(encode_whole(value)), ensure_ascii=False, **style)
