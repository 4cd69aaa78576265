"""Exact comparison and reading back: what `==` lets pass (``1`` and ``True``, the order of keys) is different here."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from clew.model.event import AttemptStart, ToolEnd
from clew.wire.decoder import LineDecoder
from clew.wire.encoder import LineEncoder

if TYPE_CHECKING:
    from clew.model.payload import Payload


def same(left: object, right: object) -> bool:
    """Whether two values are the same down to types, key order and the bits of floats; without recursion."""
    stack: list[tuple[Any, Any]] = [(left, right)]
    while stack:
        one, other = stack.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, float):
            if struct.pack("d", one) != struct.pack("d", other) and not (one != one and other != other):  # noqa: PLR0124 - NaN
                return False
        elif isinstance(one, list | tuple | dict):
            if len(one) != len(other):
                return False
            if isinstance(one, dict):
                stack.extend(zip(one.keys(), other.keys(), strict=True))
                stack.extend(zip(one.values(), other.values(), strict=True))
            else:
                stack.extend(zip(one, other, strict=True))
        elif one != other:
            return False
    return True


class Tape:
    """The two sides of one segment, without a file between."""

    def __init__(self) -> None:
        """Begin with nothing written."""
        self.lines: list[bytes] = []
        self.blobs: dict[str, bytes] = {}
        self._encoder = LineEncoder(self._store)
        self._decoder = LineDecoder(self.blobs.get)

    def request(self, value: object) -> Payload:
        """Write a model request and read it back."""
        payload: Payload = self._read(
            self._encoder.encode(AttemptStart(n=1, of=0, number=0, at=1.0, request=value))
        ).request
        return payload

    def response(self, value: object) -> Payload:
        """Write a tool's response and read it back."""
        payload: Payload = self._read(self._encoder.encode(ToolEnd(n=1, at=1.0, response=value))).response
        return payload

    def _read(self, line: bytes) -> Any:  # noqa: ANN401 - an act with the payload in one of its fields
        self.lines.append(line)
        act = self._decoder.decode(line[:-1])
        self._decoder.accept(act)
        return act

    def _store(self, data: bytes) -> str:
        name = f"{len(self.blobs):064x}"
        self.blobs[name] = data
        return name
