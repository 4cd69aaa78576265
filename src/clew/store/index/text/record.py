"""A record as the search sees it: one line of a journal, taken apart into units.

A *unit* is what one hit stands for: a value that the line brings along, or a field of its act. The pieces of a stream
are no units of their own; together they are one.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clew.model.event import ACTS
from clew.store.index.text.leaf import is_string
from clew.store.salvage import whole_records
from clew.wire.line import is_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

APART = 512
"""Bytes from which a unit is kept apart: written once to the index, however many sessions hold it."""

CHUNK_EVENT = "attempt.chunk"
STREAMS = ("text", "reasoning")
"""The fields of a stream's pieces."""

_PAYLOADS = frozenset(name for act in ACTS for name in act.PAYLOADS)
_RECORD_ONLY = frozenset(
    {"ev", "seq", "at", "new", "was", "redacted", "c", "n", "of", "format", "segment", "writer"}
    | {"llm_request", "llm_response", "tool_request", "tool_response"}
)
"""Fields that hold the record together."""

_REFERENCE = re.compile(rb'\{"\$":(\d+)\}')
_RANGE = re.compile(rb"\[(\d+),(\d+),(\d+)\]")
_decode_line = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_news = msgspec.json.Decoder(list[tuple[int, int, list[msgspec.Raw]]]).decode
_decode = msgspec.json.Decoder().decode

Key = tuple[int, int]


class Unit(NamedTuple):
    """A value or a field of one record."""

    raw: bytes
    """Its JSON."""
    start: int
    """Byte at which that lies in the record."""
    source: str | Key
    """The name of the field, or table and number of the value."""
    keys: bool
    """Whether the keys of its objects are the session's own."""

    @property
    def apart(self) -> bool:
        """Whether it is kept apart."""
        return len(self.raw) >= APART and (self.keys or is_string(self.raw))


class Record:
    """One whole record."""

    def __init__(self, line: bytes, offset: int) -> None:
        """``line`` is sealed, ``offset`` its place in the segment. Raises ``msgspec.DecodeError`` if it is no act."""
        self.line = line
        self.offset = offset
        self._fields: dict[str, msgspec.Raw] = _decode_line(line)
        self._news = _decode_news(self._fields.get("new", b"[]"))
        self.ev = self._scalar("ev", "")
        """Kind of the act."""
        self.seq = self._scalar("seq", -1)
        """Its number in the segment."""
        if not isinstance(self.ev, str) or not isinstance(self.seq, int):
            raise msgspec.DecodeError("no act")

    @property
    def node(self) -> Key | int:
        """The node that the act belongs to."""
        node = self._scalar("n", None)
        if node is None:
            node = self._scalar("of", 0)
        if isinstance(node, list) and list(map(type, node)) == [int, int]:
            return node[0], node[1]
        return node if isinstance(node, int) else 0

    def pieces(self) -> dict[str, bytes]:
        """The JSON of the pieces of streams that the record carries, by the name of their field."""
        if self.ev != CHUNK_EVENT:
            return {}
        known = {number: raw for number, raw in self._values() if number[0] == 0}
        pieces = {}
        for name in STREAMS:
            raw = bytes(self._fields.get(name, b""))
            reference = _REFERENCE.fullmatch(raw)
            if reference is not None:
                raw = known.get((0, int(reference[1])), b"")
            if raw:
                pieces[name] = raw
        return pieces

    def units(self) -> Iterator[Unit]:
        """What may be found in it, without the pieces of streams, in the order of the line."""
        streamed = {*self._references(STREAMS)} if self.ev == CHUNK_EVENT else set()
        place = 0
        for key, raw in self._values():
            place = max(place, self.line.find(raw, place))
            if key not in streamed:
                yield Unit(raw, place, key, keys=True)
            place += len(raw)
        for name, value in self._fields.items():
            if name in _RECORD_ONLY or (streamed and name in STREAMS):
                continue
            raw = bytes(value)
            place = max(place, self.line.find(raw, place))
            yield Unit(raw, place, name, keys=name in _PAYLOADS)
            place += len(raw)

    def field(self, source: str | Key) -> str:
        """The field through which a value entered the record."""
        if isinstance(source, str):
            return source
        owners = self._owners()
        return owners.get(source) or next((name for name in self._fields if name in _PAYLOADS), "")

    def _values(self) -> Iterator[tuple[Key, bytes]]:
        for table, first, values in self._news:
            for number, raw in enumerate(values, first):
                yield (table, number), bytes(raw)

    def _owners(self) -> dict[Key, str]:
        """The field that refers to each value of the record, itself or through other values."""
        values = dict(self._values())
        owners: dict[Key, str] = {}
        open_ends = [(name, bytes(raw)) for name, raw in self._fields.items() if name in _PAYLOADS]
        while open_ends:
            name, raw = open_ends.pop()
            for key in _named(raw, values):
                if key not in owners:
                    owners[key] = name
                    open_ends.append((name, values[key]))
        return owners

    def _references(self, names: tuple[str, ...]) -> Iterator[Key]:
        for name in names:
            reference = _REFERENCE.fullmatch(bytes(self._fields.get(name, b"")))
            if reference is not None:
                yield 0, int(reference[1])

    def _scalar(self, name: str, default: object) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        raw = self._fields.get(name)
        return default if raw is None else _decode(raw)


def _named(raw: bytes, values: dict[Key, bytes]) -> list[Key]:
    """The values, out of some, that a JSON value refers to."""
    if b'"$"' not in raw or is_string(raw):
        return []
    named = {(0, int(number)) for number in _REFERENCE.findall(raw)}
    for table, first, stop in _RANGE.findall(raw):
        named |= {key for key in values if key[0] == int(table) and int(first) <= key[1] < int(stop)}
    return [key for key in values if key in named]


def records(line: bytes, offset: int) -> Iterator[Record]:
    """The records of a line without its newline, whatever happened to it; none that is no act."""
    for start, stop in _whole(line):
        try:
            yield Record(line[start:stop], offset + start)
        except (msgspec.DecodeError, RecursionError):
            continue


def _whole(line: bytes) -> list[tuple[int, int]]:
    if is_sealed(line):
        return [(0, len(line))]
    if line.endswith(b"\r") and is_sealed(line[:-1]):
        return [(0, len(line) - 1)]
    return whole_records(line)


def digest(raw: bytes) -> bytes:
    """What identifies a unit that is kept apart."""
    return blake2b(raw, digest_size=16).digest()
