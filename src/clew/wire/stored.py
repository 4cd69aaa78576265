"""A payload that lies in a journal: encoded, with references to the values of its segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.payload import Payload

if TYPE_CHECKING:
    from clew.wire.table import ValueTable

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class StoredPayload(Payload):
    """A payload that stays encoded until somebody looks."""

    __slots__ = ("_raw", "_table")

    def __init__(self, table: ValueTable, raw: msgspec.Raw) -> None:
        """``raw`` may refer to values of the table."""
        self._table = table
        self._raw = raw

    @property
    def value(self) -> Any:  # noqa: ANN401 - a JSON value
        """The value, loaded anew."""
        return self._table.load(self._raw)

    @property
    def size(self) -> int:
        """Bytes of the value's compact JSON text, summed up from its parts."""
        return self._table.measure(self._raw)

    @property
    def token(self) -> object:
        """The encoded value and the table it refers to."""
        return (self._table.identity, bytes(self._raw))

    def part(self, key: str) -> Payload | None:
        """The value under a key of an object; the others are not loaded."""
        value = self._surface()
        if isinstance(value, dict) and "$" in value:
            return Payload(self.value).part(key)
        if not isinstance(value, dict) or key not in value:
            return None
        return StoredPayload(self._table, msgspec.Raw(_encode(value[key])))

    def count(self) -> int | None:
        """How many elements a list has; none of them is loaded."""
        value = self._surface()
        if isinstance(value, dict) and isinstance(value.get("$"), list):
            return self._table.count(value["$"])
        return len(value) if isinstance(value, list) else None

    def _surface(self) -> Any:  # noqa: ANN401 - a JSON value
        """The value with the references inside it as they are."""
        value = _decode(self._raw)
        while isinstance(value, dict) and isinstance(value.get("$"), int):
            value = self._table.look_up((0, value["$"]))
        return value
