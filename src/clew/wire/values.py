"""Values on their way to disk: what repeats is written once.

A segment has numbered tables of values. Table 0 holds single values (every string of :data:`LONG` characters and more,
and what is nested too deep); every other table holds the elements of one growing list, such as the messages of a
conversation. A line carries the values first used in it (``new``) and refers to any by number::

    {"$": 17}                          value 17 of table 0
    {"$": [[1, 0, 480], [2, 3, 5]]}    a list: elements 0…479 of table 1, then 3 and 4 of table 2
    {"$": [9, [1, 480, 482]]}          a list: all elements of the list that is value 9 of table 0, then two more
    {"$": {"join": [[3, 7]]}}          a string: values 3…6 of table 0, the pieces of a stream, joined
    {"$": {"sha256": "…", "size": n}}  a value of n bytes that lies in the blob of that name

Equality is equality of bytes. A list that was sent before is compared in its MessagePack form, which is exact where
``==`` is not (``1``, ``1.0``, ``True``; the order of keys) and, for a whole conversation, costs little more; no object
is trusted to be unchanged because it is the same object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.act import News
from clew.wire.conversation import Memory, Range
from clew.wire.plain import MAX_LEVELS, MAX_NODES, Plainer, is_text, surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 128
"""Characters from which a string is a value of its own."""

BLOB = 1 << 20
"""Bytes above which a value lies in a blob."""

REMEMBERED = 16 << 20
"""Characters of long strings that are remembered.

Older ones are forgotten and, should they come again, written again.
"""

MOST_RANGES = 8
"""Ranges after which a list becomes a value of its own, so that no reference grows with the session."""

_NULL = b"null"
_encode = msgspec.json.Encoder().encode


class ValueWriter:
    """Encodes the payloads of one segment, line by line. Not safe for threads: its journal holds a lock."""

    def __init__(self, blob: Callable[[bytes], str], clean: Callable[[bytes], bytes] = bytes) -> None:
        """``blob`` stores bytes beside the journal and returns their name; ``clean`` takes secrets out before."""
        self._blob = blob
        self._clean = clean
        self._tables = [0]
        self._news: dict[int, News] = {}
        self._sizes: dict[int, list[int]] = {}
        """Bytes of the news, table by table."""
        self._plainer = Plainer(LONG, self._string, self._defer)
        self._strings: dict[str, object] = {}
        self._characters = 0
        self._streams: dict[tuple[object, str], list[tuple[int, str]]] = {}
        self._memory = Memory()
        self._deep: list[tuple[object, dict[str, Any], int]] = []
        self._level = 0

    def encode(self, value: object) -> msgspec.Raw:
        """The JSON of a payload, in which what was written before is only referred to."""
        self._plainer.begin()
        return msgspec.Raw(self._element(value))

    def encode_request(self, request: object) -> msgspec.Raw:
        """The same for a model request, whose lists are compared with those of the requests before."""
        if (
            type(request) is not dict
            or "$" in request
            or not all(type(key) is str and key.isascii() for key in request)
        ):
            return self.encode(request)
        plainer = self._plainer
        plainer.begin()
        plain = {
            key: self._conversation(key, value) if type(value) is list and value else plainer.plain(value, 1)
            for key, value in request.items()
        }
        return msgspec.Raw(self._finish(plain))

    def piece(self, stream: tuple[object, str], text: str) -> msgspec.Raw:
        """Write a piece of a stream, and return a reference to it: the whole text will come again in the answer."""
        number = self._add(0, _encode(text) if text.isascii() or is_text(text) else _encode(surrogates(text)))
        self._streams.setdefault(stream, []).append((number, text))
        return msgspec.Raw(_encode({"$": number}))

    def end_stream(self, stream: tuple[object, str]) -> None:
        """Let the text of a stream be known as its pieces, joined."""
        pieces = self._streams.pop(stream, None)
        if not pieces:
            return
        text = "".join(text for _, text in pieces)
        if len(text) >= LONG and text not in self._strings:
            self._store_string(text, {"$": {"join": as_ranges([number for number, _ in pieces])}})

    def forget(self) -> None:
        """Refer to nothing written before: lines were lost."""
        self._strings.clear()
        self._characters = 0
        self._streams.clear()
        self._memory = Memory()
        self._deep.clear()
        self._level = 0

    def take_news(self) -> tuple[list[News], list[tuple[int, int, list[int]]]]:
        """The values first used since the last call, and their sizes, as a label has them; they are news no more."""
        if not self._news:
            return [], []
        news = [*self._news.values()]
        sizes = [(item.table, item.first, self._sizes[item.table]) for item in news]
        self._news, self._sizes = {}, {}
        return news, sizes

    def _element(self, value: object) -> bytes:
        return self._finish(self._plainer.plain(value))

    def _finish(self, plain: object) -> bytes:
        """Encode a value, after the parts that were too deep for it have become values of their own."""
        if self._deep:
            self._write_deep()
        return self._encoded(plain)

    def _write_deep(self) -> None:
        waiting = []
        while self._deep:
            value, token, level = self._deep.pop()
            if level > MAX_LEVELS or (level == 1 and is_cyclic(value)):  # what is below was looked at with it
                token["$"] = "cycle"
                continue
            token["$"] = self._add(0, _NULL)
            self._level = level
            waiting.append((token["$"], self._plainer.plain(value)))
        self._level = 0
        for number, part in waiting:
            self._replace(0, number, self._encoded(part))

    def _encoded(self, plain: object) -> bytes:
        data = _encode(plain)
        return data if len(data) <= BLOB else self._in_blob(data)

    def _in_blob(self, data: bytes) -> bytes:
        data = self._clean(data)
        return _encode({"$": {"sha256": self._blob(data), "size": len(data)}})

    def _add(self, table: int, data: bytes) -> int:
        """Give a new value the next number of its table."""
        number = self._tables[table]
        self._tables[table] = number + 1
        news = self._news.get(table)
        if news is None:
            news = self._news[table] = News(table, number, [])
            self._sizes[table] = []
        news.values.append(msgspec.Raw(data))
        self._sizes[table].append(len(data))
        return number

    def _replace(self, table: int, number: int, data: bytes) -> None:
        news = self._news[table]
        news.values[number - news.first] = msgspec.Raw(data)
        self._sizes[table][number - news.first] = len(data)

    def _defer(self, value: object) -> dict[str, Any]:
        token: dict[str, Any] = {"$": "cycle"}
        self._deep.append((value, token, self._level + 1))
        return token

    def _string(self, value: str) -> object:
        token = self._strings.get(value)
        if token is None:
            data = _encode(value) if value.isascii() or is_text(value) else _encode(surrogates(value))
            token = {"$": self._add(0, data if len(data) <= BLOB else self._in_blob(data))}
            self._store_string(value, token)
        return token

    def _store_string(self, value: str, token: object) -> None:
        self._strings[value] = token
        self._characters += len(value)
        while self._characters > REMEMBERED and len(self._strings) > 1:
            oldest = next(iter(self._strings))
            del self._strings[oldest]
            self._characters -= len(oldest)

    def _conversation(self, key: str, items: list[Any]) -> object:
        """Refer to the elements of a list of a request; write those that are new."""
        match = self._memory.match(key, items)
        if match is None:
            return self._plainer.plain(items, 1)
        target = match.target
        for item in match.unknown():
            if target.table is None:
                target.table = len(self._tables)
                self._tables.append(0)
            match.add(self._add(target.table, self._element(item)))
        (self._memory.keep if self._plainer.is_exact else self._memory.forget)(key, match)
        return {"$": target.references(MOST_RANGES, self._fold)}

    def _fold(self, references: list[int | Range]) -> int:
        """Make a value of the first references to a list."""
        return self._add(0, _encode({"$": references}))


def as_ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as half-open ranges."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number:
            ranges[-1] = (ranges[-1][0], number + 1)
        else:
            ranges.append((number, number + 1))
    return ranges


def is_cyclic(value: object) -> bool:
    """Whether a container holds itself somewhere below, or more than anyone could mean to send."""
    path: set[int] = set()
    stack: list[tuple[int, Any]] = [(0, iter([value]))]
    seen = 0
    while stack:
        owner, items = stack[-1]
        item = next(items, stack)
        if item is stack:
            path.discard(owner)
            stack.pop()
        elif id(item) in path or seen > MAX_NODES:
            return True
        elif isinstance(item, dict | list | tuple):
            seen += 1
            path.add(id(item))
            stack.append((id(item), iter(list(item.values()) if isinstance(item, dict) else list(item))))
    return False
