"""Values on their way back: references are looked up, tags undone, holes labelled.

The counterpart of :mod:`clew.wire.values`. A payload is loaded when it is asked for. What a damaged line took with it
is put in as a hole that says what is missing::

    {"$": "hole", "name": "value 0/17", "size": 2048, "crc32": "…"}

so that a conversation never looks whole when it is not. Loading needs no recursion: values nest as deep as they were
sent.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from clew.wire.plain import untag
from clew.wire.stored import StoredPayload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clew.model.act import Label, News
    from clew.model.payload import Payload

MOST_VALUES = 20_000_000
"""References followed for one payload before it is taken for a forgery."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_MARK = b'"$"'

Key = tuple[int, int]
"""A table and a number in it."""


class Shelf(Protocol):
    """Where the values of lines that were not read can be looked up."""

    @property
    def identity(self) -> object:
        """Equal for shelves of the same values."""

    def raw(self, key: Key) -> msgspec.Raw | None:
        """One value as it was written; ``None`` if it is lost."""

    def span(self, table: int, first: int, stop: int) -> tuple[int, int, int]:
        """The sum of the sizes of some values between ``first`` and ``stop`` of a table, each with all it refers to.

        With the sum come the first of them and the one behind the last: the shelf need not know all sizes.
        """


class ValueTable:
    """The numbered values of one segment, as far as they have been read."""

    def __init__(self, blob: Callable[[str], bytes | None], shelf: Shelf | None = None) -> None:
        """``blob`` reads a blob by its name, or returns ``None`` if it is gone; ``shelf`` has the values not read."""
        self._blob = blob
        self._shelf = shelf
        self._values: dict[int, dict[int, msgspec.Raw]] = {}
        self._was: list[Label] = []
        self._sizes: dict[Key, int] = {}
        self.identity: object = object() if shelf is None else shelf.identity
        """What it has in common with other tables of the same values."""

    def add(self, news: Iterable[News], was: Label | None) -> None:
        """Take the values of a line, and the label it gives to those of the line before."""
        for item in news:
            self._values.setdefault(item.table, {}).update(enumerate(item.values, item.first))
        if was is not None:
            self._was.append(was)

    def payload(self, raw: msgspec.Raw) -> Payload:
        """The payload a line holds."""
        return StoredPayload(self, raw)

    def load(self, raw: msgspec.Raw) -> Any:  # noqa: ANN401 - a JSON value
        """The value of an encoded payload, with every reference replaced by what it refers to."""
        if _MARK not in bytes(raw):
            return _decode(raw)
        try:
            return _Loader(self).load(_decode(raw))
        except (TypeError, ValueError, KeyError):
            return {"$": "hole", "name": "a value with a malformed reference", "size": len(bytes(raw)), "crc32": None}

    def measure(self, raw: msgspec.Raw) -> int:
        """Bytes of the payload's own compact JSON, computed from the parts without loading them."""
        data = bytes(raw)
        if b"\\u" in data:  # an escape of the line, where compact JSON has the character itself
            data = _encode(_decode(data))
        if _MARK not in data:
            return len(data)
        size = len(data)
        stack = [_decode(data)]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                if "$" in item and not isinstance(item["$"], str):
                    size += self._reference_size(item["$"]) - len(_encode(item))
                else:
                    size -= _tag_excess(item)
                    stack.extend(item.values())
            elif isinstance(item, list):
                stack.extend(item)
        return size

    def count(self, reference: list[Any]) -> int:
        """How many elements a list reference names, lists inside lists included."""
        total, stack = 0, [reference]
        while stack:
            for part in stack.pop():
                inner = self.look_up((0, part)) if isinstance(part, int) else None
                if isinstance(inner, dict) and isinstance(inner.get("$"), list):
                    stack.append(inner["$"])
                else:
                    total += 1 if isinstance(part, int) else part[2] - part[1]
        return total

    def blob_names(self) -> set[str]:
        """The blobs that the values seen so far refer to."""
        return {name for table in self._values.values() for raw in table.values() for name in blobs_in(raw)}

    def look_up(self, key: Key) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        """One value, its own references not yet followed; a hole if it is lost."""
        raw = self._find(key)
        return self._hole(key) if raw is None else _decode(raw)

    def blob(self, name: str, size: int) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        """The value in a blob; a hole if the blob is gone or is not what it was."""
        data = self._blob(name)
        if data is None:
            return {"$": "hole", "name": f"blob {name}", "size": size, "sha256": name}
        return _decode(data)

    def _find(self, key: Key) -> msgspec.Raw | None:
        table = self._values.get(key[0])
        raw = table.get(key[1]) if table is not None else None
        return self._shelf.raw(key) if raw is None and self._shelf is not None else raw

    def _label(self, key: Key) -> tuple[int | None, str | None]:
        """Size and checksum of a lost value, as the line after it tells them."""
        for was in self._was:
            for table, first, sizes in was.sizes:
                if table == key[0] and first <= key[1] < first + len(sizes):
                    return sizes[key[1] - first], was.crc
        return None, None

    def _hole(self, key: Key) -> dict[str, Any]:
        size, crc = self._label(key)
        return {"$": "hole", "name": f"value {key[0]}/{key[1]}", "size": size, "crc32": crc}

    def size_of(self, key: Key) -> int:
        """Bytes of a value's compact JSON, with all it refers to; of a lost one what its label says."""
        size = self._sizes.get(key)
        if size is None:
            self._sizes[key] = 0  # a forged reference to itself ends here
            raw = self._find(key)
            size = self._sizes[key] = (self._label(key)[0] or 0) if raw is None else self.measure(raw)
        return size

    def _reference_size(self, reference: Any) -> int:  # noqa: ANN401 - a JSON value has no narrower type
        if isinstance(reference, int):
            return self.size_of((0, reference))
        if isinstance(reference, list):
            parts = [self._part_size(part) for part in reference]
            return sum(size for size, _ in parts) + max(0, sum(count for _, count in parts) - 1) + 2
        if isinstance(reference, dict) and "join" in reference:
            numbers = [number for first, stop in reference["join"] for number in range(first, stop)]
            return sum(self.size_of((0, number)) - 2 for number in numbers) + 2
        return int(reference.get("size", 0)) if isinstance(reference, dict) else 0

    def _part_size(self, part: Any) -> tuple[int, int]:  # noqa: ANN401 - a JSON value has no narrower type
        """Bytes of the elements that a part of a list reference names, and how many separators' worth they are."""
        if isinstance(part, int):
            return self.size_of((0, part)) - 2, 1
        table, first, stop = part
        stop = first if stop - first > MOST_VALUES else stop
        known, low, high = 0, first, first
        if self._shelf is not None and stop - first > _MANY:
            known, low, high = self._shelf.span(table, first, stop)
        others = (*range(first, low), *range(high, stop))
        return known + sum(self.size_of((table, number)) for number in others), stop - first


_MANY = 8
"""Values from which on a shelf is asked for the sum of their sizes."""


def spread(reference: list[Any]) -> list[Key]:
    """The values a list reference names; an element of table 0 is a list whose own elements are meant."""
    keys: list[Key] = []
    for part in reference:
        if isinstance(part, int):
            keys.append((0, part))
        else:
            table, first, stop = part
            if stop - first > MOST_VALUES:
                stop = first
            keys.extend((table, number) for number in range(first, stop))
    return keys


def _tag_excess(item: dict[str, Any]) -> int:
    """By how many bytes an object is longer for being tagged because of its keys."""
    if item.get("$") != "object" or not isinstance(item.get("items"), list):
        return 0
    return len('"$":"object","items":[]') + 2 * len(item["items"])


def blobs_in(raw: msgspec.Raw) -> list[str]:
    """The blobs an encoded value refers to directly."""
    if b'"sha256"' not in bytes(raw):
        return []
    names = []
    stack = [_decode(raw)]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            reference = item.get("$")
            if isinstance(reference, dict) and isinstance(reference.get("sha256"), str):
                names.append(reference["sha256"])
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return names


class _Loader:
    """Follows the references of one payload, without recursion."""

    def __init__(self, table: ValueTable) -> None:
        self._table = table
        self._left = MOST_VALUES
        self._tags: list[tuple[Any, Any]] = []
        self._open: list[Any] = []

    def load(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        root = [value]
        self._open = [root]
        while self._open:
            self._expand(self._open.pop())
        for holder, key in reversed(self._tags):
            with suppress(ValueError, TypeError):
                holder[key] = untag(holder[key])
        return root[0]

    def _expand(self, holder: Any) -> None:  # noqa: ANN401 - a JSON value has no narrower type
        """Replace the references among a container's items; open the containers among them."""
        for key, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
            value = item
            while isinstance(value, dict) and "$" in value and not isinstance(value["$"], str):
                value = self._follow(value["$"])
            if value is not item:
                holder[key] = value
            if isinstance(value, dict):
                if "$" in value:
                    self._tags.append((holder, key))
                self._open.append(value)
            elif isinstance(value, list):
                self._open.append(value)

    def _follow(self, reference: Any) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        self._left -= 1
        if self._left < 0:
            return {"$": "hole", "name": "the rest of a value that refers to itself", "size": None, "crc32": None}
        if isinstance(reference, int):
            return self._table.look_up((0, reference))
        if isinstance(reference, list):
            return self._list(reference)
        if isinstance(reference, dict) and "join" in reference:
            return self._join(reference["join"])
        if isinstance(reference, dict) and isinstance(reference.get("sha256"), str):
            return self._table.blob(reference["sha256"], reference.get("size", 0))
        return {"$": "hole", "name": "a reference of an unknown kind", "size": None, "crc32": None}

    def _list(self, reference: list[Any]) -> list[Any]:
        """The elements a reference names.

        Lists inside are spliced by an explicit stack: they may nest as often as a session has turns.
        """
        elements: list[Any] = []
        stack = list(reversed(spread(reference)))
        self._left -= len(stack)
        while stack and self._left >= 0:
            table, number = stack.pop()
            value = self._table.look_up((table, number))
            if table == 0 and isinstance(value, dict) and isinstance(value.get("$"), list):
                inner = spread(value["$"])
                self._left -= len(inner)
                stack.extend(reversed(inner))
            else:
                elements.append(value)
        return elements

    def _join(self, ranges: list[tuple[int, int]]) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        pieces = [
            self._table.look_up((0, number))
            for first, stop in ranges
            for number in range(first, min(stop, first + MOST_VALUES))
        ]
        texts = [untag(piece) if isinstance(piece, dict) else piece for piece in pieces]
        if all(isinstance(text, str) for text in texts):
            return "".join(texts)
        return next(text for text in texts if not isinstance(text, str))
