"""Parts of a payload that are not loaded: the fields of an object, the elements of a list.

The requests of a session carry its whole conversation again and again. Who reads one request after the other needs
only what is new in each; that the rest is the same can be seen from the references, without a look at the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.payload import Payload
from clew.wire.stored import StoredPayload
from clew.wire.strings import Encoded, blob_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from clew.wire.table import ValueTable

_encode = msgspec.json.Encoder().encode
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_MARK = 8
"""Bytes that show whether an object stands for something else."""

Run = tuple[int, int, int]
"""Table, first element, end."""


class Items:
    """The elements of a list, each loaded when it is asked for."""

    def __init__(self, table: ValueTable | None, runs: list[Run], values: list[Any]) -> None:
        """Either ``runs`` of values of a table, or the ``values`` themselves: encoded, if they belong to a table."""
        self._table = table
        self._runs = runs
        self._values = values

    def __len__(self) -> int:
        """How many elements there are."""
        return sum(stop - first for _, first, stop in self._runs) + len(self._values)

    def load(self, first: int = 0, stop: int | None = None) -> list[Any]:
        """The elements from ``first`` to before ``stop``."""
        stop = len(self) if stop is None else stop
        if self._table is None:
            return self._values[first:stop]
        if not self._runs:
            return [self._table.load(raw) for raw in self._values[first:stop]]
        asked = [list(run) for run in self._between(first, stop)]
        loaded = self._table.load(msgspec.Raw(_encode({"$": asked}))) if asked else []
        return loaded if isinstance(loaded, list) else [loaded]

    def payloads(self, first: int = 0, stop: int | None = None) -> list[Payload]:
        """The elements from ``first`` to before ``stop``, not loaded."""
        stop = len(self) if stop is None else stop
        if self._table is None:
            return [Payload(value) for value in self._values[first:stop]]
        if not self._runs:
            return [self._table.payload(raw) for raw in self._values[first:stop]]
        runs = self._between(first, stop)
        return [_element(self._table, (table, number)) for table, low, high in runs for number in range(low, high)]

    def names(self) -> list[Hashable]:
        """What each element is known by, without loading any: those of one name are the same value in every list."""
        if self._table is None:
            return [name_of(Payload(value)) for value in self._values]
        identity = self._table.identity
        if not self._runs:
            return [(identity, bytes(raw)) for raw in self._values]
        return [(identity, table, number) for table, first, stop in self._runs for number in range(first, stop)]

    def shared(self, other: Items) -> int:
        """How many elements at the beginning are known to be the same as another list's, without loading any."""
        if self._table is None or other._table is None or self._table.identity != other._table.identity:
            return 0
        count = 0
        for mine, its in zip(self._runs, other._runs, strict=False):
            if mine[:2] != its[:2]:
                break
            count += min(mine[2], its[2]) - mine[1]
            if mine[2] != its[2]:
                break
        return count

    def _between(self, first: int, stop: int) -> Iterator[Run]:
        begin = 0
        for table, low, high in self._runs:
            end = begin + high - low
            if end > first and begin < stop:
                yield table, low + max(0, first - begin), high - max(0, end - stop)
            begin = end


def _element(table: ValueTable, key: tuple[int, int]) -> Payload:
    """One value of a table; one that is lost is a hole."""
    return table.payload(msgspec.Raw(_encode(table.look_up(key))))


def fields(payload: Payload) -> dict[str, Payload] | None:
    """The fields of an object, not loaded; ``None`` for anything else."""
    if isinstance(payload, StoredPayload):
        value = payload._surface()  # noqa: SLF001 - of this room: what a payload looks like on disk
        if isinstance(value, dict) and "$" not in value:
            return {key: payload._table.payload(msgspec.Raw(_encode(part))) for key, part in value.items()}  # noqa: SLF001 - as above
        if not isinstance(value, dict):
            return None
        blob = blob_of(payload)
        if blob is not None and blob.read(0, 1) != b"{":
            return None
        if blob is not None and b'"$"' not in blob.read(0, _MARK):
            return _members(payload, blob)
    value = payload.value
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        return None
    return {key: Payload(part) for key, part in value.items()}


def items(payload: Payload) -> Items | None:
    """The elements of a list, not loaded; ``None`` for anything else."""
    if isinstance(payload, StoredPayload):
        value = payload._surface()  # noqa: SLF001 - of this room: what a payload looks like on disk
        if isinstance(value, dict) and isinstance(value.get("$"), list):
            return Items(payload._table, list(_runs(payload._table, value["$"])), [])  # noqa: SLF001 - as above
        if isinstance(value, list):
            return Items(payload._table, [], [msgspec.Raw(_encode(part)) for part in value])  # noqa: SLF001 - as above
        if not isinstance(value, dict):
            return None
        blob = blob_of(payload)
        if blob is not None:
            is_list = blob.read(0, 1) == b"["
            return Items(payload._table, [], _decode_list(blob.read(0, blob.size))) if is_list else None  # noqa: SLF001 - as above
    value = payload.value
    return Items(None, [], value) if isinstance(value, list) else None


def _members(payload: StoredPayload, blob: Encoded) -> dict[str, Payload]:
    """The members of an object in a blob, each still encoded."""
    members = _decode_object(blob.read(0, blob.size))
    return {key: payload._table.payload(raw) for key, raw in members.items()}  # noqa: SLF001 - of this room


def _runs(table: ValueTable, reference: list[Any]) -> Iterator[Run]:
    """The elements that a list reference names, run by run; lists inside it are opened."""
    stack = list(reversed(reference))
    seen = 0
    while stack:
        part = stack.pop()
        if isinstance(part, int):
            inner = table.look_up((0, part))
            if isinstance(inner, dict) and isinstance(inner.get("$"), list) and seen < _MOST_LISTS:
                seen += 1
                stack.extend(reversed(inner["$"]))
            else:
                yield 0, part, part + 1
        elif part[0] == 0:
            stack.extend(reversed(range(part[1], part[2])))
        else:
            yield part[0], part[1], part[2]


_MOST_LISTS = 1_000_000
"""Lists inside lists before a reference is taken for a forgery that names itself."""


def name_of(payload: Payload) -> Hashable:
    """What a value is known by: payloads of one name are the same value. One that is not encoded is like no other."""
    token = payload.token
    return object() if token is None else token


def same(one: Payload | None, other: Payload | None) -> bool:
    """Whether two payloads are known to be equal without loading them."""
    if one is None or other is None:
        return one is other
    return one is other or (one.token is not None and one.token == other.token)


__all__ = ["Items", "fields", "items", "name_of", "same"]
