"""A payload: the JSON value that was sent or received, and its size.

A session holds thousands of payloads of which a reader looks at a few, so a stored payload is lazy: it loads and
measures itself when asked, and can be asked about a part without loading the whole. Two payloads are equal when their
values are.
"""

from __future__ import annotations

from typing import Any


class Payload:
    """A JSON value (``None``, bool, int, float, str, list, dict) or what stands for one that JSON cannot carry."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]  # equal by a mutable value, as a list is

    def __init__(self, value: object) -> None:
        """A payload of a value at hand."""
        self._value = value

    @classmethod
    def of(cls, value: object) -> Payload:
        """A payload of a value at hand."""
        return Payload(value)

    @property
    def value(self) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        """The value. One that was stored is loaded anew at each call: a caller may change what it gets."""
        return self._value

    @property
    def size(self) -> int:
        """Bytes of the value's compact JSON text."""
        import json  # noqa: PLC0415 - most payloads are never measured

        text = json.dumps(self._value, ensure_ascii=False, separators=(",", ":"), default=repr)
        return len(text.encode("utf-8", "surrogatepass"))

    @property
    def token(self) -> object:
        """Something that is equal for payloads known to be equal without loading them; ``None`` if nothing is known."""
        return None

    def part(self, key: str) -> Payload | None:
        """The value under a key of an object, without loading the others; ``None`` if there is none."""
        value = self._value
        return Payload(value[key]) if isinstance(value, dict) and key in value else None

    def count(self) -> int | None:
        """How many elements a list has, without loading them; ``None`` for anything but a list."""
        return len(self._value) if isinstance(self._value, list) else None

    def __eq__(self, other: object) -> bool:
        """Two payloads are equal when their values are."""
        return isinstance(other, Payload) and bool(self.value == other.value)

    def __repr__(self) -> str:
        """Show the beginning: a payload may be hundreds of megabytes."""
        text = repr(self.value)
        return f"Payload({text if len(text) <= _LINE else text[:_LINE] + '…'})"


_LINE = 80
"""Characters of a value that are shown."""
