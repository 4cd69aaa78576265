"""A payload as JSON that stands alone: whole, without references to a journal.

What JSON cannot carry is tagged as in :mod:`clew.wire.plain`. A value that nests deeper than readers of JSON follow is
split, its deep parts numbered from 1::

    {"$": "split", "parts": [{"a": {"$": 1}}, …]}

so every payload comes back as it was, and every reader of JSON can read the text.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from clew.model.act import News
from clew.model.payload import Payload
from clew.wire.plain import MAX_LEVELS, Plainer, surrogates
from clew.wire.table import ValueTable
from clew.wire.values import is_cyclic

_SPLIT = b'{"$":"split"'


class _Split(msgspec.Struct):
    """A value in parts."""

    parts: list[msgspec.Raw]


_encode = msgspec.json.Encoder().encode
_decode_split = msgspec.json.Decoder(_Split).decode
_alone = ValueTable(lambda _name: None)


def encode_whole(value: object) -> bytes:
    """The compact JSON of a payload's value."""
    deep: list[tuple[object, dict[str, Any], int]] = []
    level = 0
    plainer = Plainer(sys.maxsize, surrogates, lambda part: _put_off(part, deep, level + 1))
    parts = [plainer.plain(value)]
    while deep:
        part, token, level = deep.pop()
        if level <= MAX_LEVELS and not (level == 1 and is_cyclic(part)):  # what is below was looked at with it
            token["$"] = len(parts)
            parts.append(plainer.plain(part))
    return _encode(parts[0] if len(parts) == 1 else {"$": "split", "parts": [*map(_raw, parts)]})


def decode_whole(raw: msgspec.Raw) -> Payload:
    """The payload of such JSON, loaded when it is asked for."""
    if not bytes(raw).startswith(_SPLIT):
        return _alone.payload(raw)
    table = ValueTable(lambda _name: None)
    table.add([News(0, 0, _decode_split(raw).parts)], None)
    return table.payload(msgspec.Raw(b'{"$":0}'))


def _raw(part: object) -> msgspec.Raw:
    """Encode a part by itself, so that the encoder need not go down through all of them."""
    return msgspec.Raw(_encode(part))


def _put_off(part: object, deep: list[tuple[object, dict[str, Any], int]], level: int) -> dict[str, Any]:
    """Note a part that is too deep; what stands in its place gets its number later, unless it holds itself."""
    token: dict[str, Any] = {"$": "cycle"}
    deep.append((part, token, level))
    return token
