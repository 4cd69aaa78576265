"""Growing lists, recognised: which elements of a list were sent before.

The last lists of each name (``messages``, ``tools`` …) are kept in their MessagePack form, with the end of every
element and its number on disk. A new list is packed once and compared as bytes: usually the whole old list is its
beginning. Where it is not (an element changed in place, a compaction, two conversations in turn), equal runs are found
by halving, and elements out of place by their size and then their bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.wire.plain import stand_in_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEPT = 8
"""Lists kept per name."""

LARGEST = 64 << 20
"""Bytes of packed form above which a list is not kept."""

TOUCHED = 2
"""Elements at the end of a list that may change for it to count as the same list."""

TABLE_BITS = 40
"""Bits of an element's number: no list has a trillion elements."""

Range = list[int]
"""Table, first element, end."""


class Conversation:
    """One list as it was last sent."""

    __slots__ = ("ends", "folded", "hint", "numbers", "packed", "ranges", "start", "table")

    def __init__(self, hint: int, table: int | None) -> None:
        """``hint`` is the identity of the list object, ``table`` where its new elements are numbered."""
        self.hint = hint
        self.table = table
        self.packed = bytearray()
        """The packed list."""
        self.start = 0
        """Bytes of its header."""
        self.ends: list[int] = []
        """End of each element, counted from the header's end."""
        self.numbers: list[int] = []
        """Where each element was written: its table, shifted by :data:`TABLE_BITS`, and its number."""
        self.ranges: list[Range] = []
        """The same, run by run."""
        self.folded: tuple[int, list[Range]] | None = None
        """A value that stands for the first of these ranges, and the ranges it stands for."""

    def begins(self, packed: bytearray, start: int) -> bool:
        """Whether a packed list begins with the whole of this one."""
        with memoryview(self.packed) as view:
            return packed.startswith(view[self.start :], start)

    def run(self, position: int, packed: bytearray, offset: int) -> int:
        """The end of the longest run of whole elements from ``position`` that stands at ``offset`` of a packed list."""
        base = self.start + (self.ends[position - 1] if position else 0)
        with memoryview(self.packed) as view:
            if packed.startswith(view[base : self.start + self.ends[-1]], offset):
                return len(self.ends)
            low, high = position, len(self.ends) - 1
            while low < high:
                middle = (low + high + 1) // 2
                if packed.startswith(view[base : self.start + self.ends[middle - 1]], offset):
                    low = middle
                else:
                    high = middle - 1
        return low

    def find(self, wanted: bytearray) -> int | None:
        """The position of an element with these packed bytes."""
        begin = 0
        for position, end in enumerate(self.ends):
            if end - begin == len(wanted) and self.packed[self.start + begin : self.start + end] == wanted:
                return position
            begin = end
        return None

    def add(self, number: int, end: int) -> None:
        """Add an element that was written under a number of this list's table."""
        table = self.table or 0
        self.ends.append(end)
        self.numbers.append((table << TABLE_BITS) + number)
        extend(self.ranges, table, number, number + 1)

    def take(self, source: Conversation, first: int, stop: int, end: int) -> int:
        """Add elements of another list, the first of which begins at ``end``; where the last of them ends."""
        shift = end - (source.ends[first - 1] if first else 0)
        self.ends += [known + shift for known in source.ends[first:stop]] if shift else source.ends[first:stop]
        numbers = source.numbers[first:stop]
        self.numbers += numbers
        begin = before = numbers[0]
        for number in numbers[1:]:
            if number != before + 1:
                self._extend(begin, before)
                begin = number
            before = number
        self._extend(begin, before)
        return self.ends[-1]

    def references(self, most: int, write: Callable[[list[int | Range]], int]) -> list[int | Range]:
        """The ranges as a line holds them.

        Where they are more than ``most``, the first ones become a value: ``write`` gives its number.
        """
        references: list[int | Range] = [*self.ranges]
        if self.folded is not None and self.ranges[: len(self.folded[1])] == self.folded[1]:
            references[: len(self.folded[1])] = [self.folded[0]]
        if len(references) > most:
            self.folded = (write(references[:-1]), [[*part] for part in self.ranges[:-1]])
            references[:-1] = [self.folded[0]]
        return references

    def _extend(self, first: int, last: int) -> None:
        table, number = first >> TABLE_BITS, first & ((1 << TABLE_BITS) - 1)
        extend(self.ranges, table, number, number + last - first + 1)


def extend(ranges: list[Range], table: int, first: int, stop: int) -> None:
    """Add elements to ranges."""
    if ranges and ranges[-1][0] == table and ranges[-1][2] == first:
        ranges[-1][2] = stop
    else:
        ranges.append([table, first, stop])


class Match:
    """A new list held against a kept one."""

    def __init__(self, items: list[Any], packed: bytearray, source: Conversation | None, target: Conversation) -> None:
        """``source`` is where known elements come from, ``target`` what the new list becomes; they may be the same."""
        self._items = items
        self._packed = packed
        self._start = header_size(len(items))
        self._source = source if source is not target else None
        self.target = target
        """The list as it will be kept."""
        self._end = target.ends[-1] if target.ends else 0

    def unknown(self) -> Iterator[Any]:
        """The elements that were never sent, in order; :meth:`add` is to be called for each of them at once."""
        target, source = self.target, self._source
        expected = 0
        while (position := len(target.ends)) < len(self._items):
            if source is not None and expected < len(source.ends):
                stop = source.run(expected, self._packed, self._start + self._end)
                if stop > expected:
                    self._end = target.take(source, expected, stop, self._end)
                    expected = stop
                    continue
            size = len(_packer.encode(self._items[position]))
            found = self._find(size) if source is not None else None
            if source is not None and found is not None:
                self._end = target.take(source, found, found + 1, self._end)
                expected = found + 1
            else:
                self._end += size
                expected += 1
                yield self._items[position]

    def add(self, number: int) -> None:
        """Note the number that the element just yielded has got."""
        self.target.add(number, self._end)

    def finish(self) -> tuple[Conversation, bytearray]:
        """The new list, to be kept, and the buffer it no longer needs."""
        target = self.target
        free, target.packed = target.packed, self._packed
        target.start = self._start
        return target, free

    def _find(self, size: int) -> int | None:
        """The position in the kept list of an element that stands out of place in the new one."""
        offset = self._start + self._end
        return self._source.find(self._packed[offset : offset + size]) if self._source is not None else None


class Memory:
    """The lists sent last, by name."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._kept: dict[str, list[Conversation]] = {}
        self._spare: dict[str, bytearray] = {}
        """Buffers that are free again: packing into one that is large enough costs no new memory."""

    def match(self, key: str, items: list[Any]) -> Match | None:
        """Hold a list against those kept; ``None`` if it has no MessagePack form and must be written whole."""
        packed = self._spare.pop(key, None) or bytearray()
        try:
            _packer.encode_into(items, packed)
        except Exception:  # noqa: BLE001 - an object of the application, a lone surrogate, a cycle, a huge integer
            return None
        kept = self._kept.get(key, ())
        start = header_size(len(items))
        if len(packed) > LARGEST:
            return None
        for conversation in kept:
            if conversation.begins(packed, start):
                conversation.hint = id(items)
                return Match(items, packed, conversation, conversation)
        source = self._closest(kept, items, packed, start)
        target = Conversation(id(items), None)
        if source is not None:
            target.folded = source.folded
            if source.hint == id(items) or self._touched(source, packed, start):
                target.table = source.table
        return Match(items, packed, source, target)

    def forget(self, key: str, match: Match) -> None:
        """Do not keep a list: something in it is not told by its packed form."""
        self._kept[key] = [other for other in self._kept.get(key, ()) if other is not match.target]

    def keep(self, key: str, match: Match) -> Conversation:
        """Keep a list, and forget the one used longest ago."""
        conversation, self._spare[key] = match.finish()
        kept = self._kept.setdefault(key, [])
        kept[:] = [conversation, *(other for other in kept if other.table != conversation.table)][:KEPT]
        return conversation

    def _closest(
        self, kept: list[Conversation] | tuple[()], items: list[Any], packed: bytearray, start: int
    ) -> Conversation | None:
        for conversation in kept:
            if conversation.hint == id(items):
                return conversation
        return max(kept, key=lambda conversation: conversation.run(0, packed, start), default=None)

    def _touched(self, source: Conversation, packed: bytearray, start: int) -> bool:
        """Whether only the last elements of a kept list changed."""
        return source.run(0, packed, start) >= max(1, len(source.ends) - TOUCHED)


def header_size(count: int) -> int:
    """Bytes of the header MessagePack gives a list of so many elements."""
    return 1 if count <= 15 else 3 if count <= 0xFFFF else 5  # noqa: PLR2004 - fixarray, array 16, array 32


def _hook(value: object) -> object:
    """What the packer does not know it packs as the journal writes it. Raises ``TypeError`` if that has no form."""
    stand_in = stand_in_for(value)
    if stand_in is value:
        raise TypeError(type(value).__name__)
    return stand_in


_packer = msgspec.msgpack.Encoder(enc_hook=_hook)
