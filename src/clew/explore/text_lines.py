"""A text in lines, read as far as somebody looks: the first page of 200 MB is there before the rest is touched.

The text is cut into pieces of some 256 kB, at a newline wherever there is one. Only where each piece begins is kept, so
any page that was passed once is found again at once. A line longer than :data:`WIDEST` goes on in the next one:
nothing is left out. Lines are cleaned: they hold nothing that a terminal would obey.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from clew.store.index.text.passage import settle
from clew.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.wire.strings import Encoded

WIDEST = 2_000
"""Characters of a line; what is longer goes on in the next."""

_PIECE = 1 << 18
_KEPT = 4
_decode = msgspec.json.Decoder(str).decode


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """Where something was found."""

    line: int
    """From 0."""
    column: int
    """From 0, in characters."""
    length: int
    """Characters, which may reach into further lines."""


class Lines(Protocol):
    """Lines that are made when they are asked for."""

    @property
    def known(self) -> int:
        """How many lines there are as far as is known."""

    @property
    def is_whole(self) -> bool:
        """Whether these are all."""

    def page(self, start: int, stop: int) -> list[str]:
        """The lines of a range, as far as there are any."""

    def count(self) -> int:
        """How many there are, for which all has to be read."""

    def find(self, needle: str, start: int = 0, *, ignore_case: bool = False) -> Match | None:
        """The first place from a line on where a text stands."""


class _Piece(NamedTuple):
    lines: list[str]
    text: str
    stop: int
    """Where the next piece begins, in bytes."""


class TextLines:
    """The lines of one text."""

    def __init__(self, source: Encoded) -> None:
        """``source`` is the JSON of the text."""
        self._source = source
        self._end = source.size - 1
        self._offsets = [1]
        self._firsts = [0]
        self.known = 0
        self.is_whole = False
        self._piece = lru_cache(_KEPT)(self._read)

    def page(self, start: int, stop: int) -> list[str]:
        """The lines of a range, as far as there are any."""
        found: list[str] = []
        for first, piece in self._from(start):
            found += piece.lines[max(0, start - first) : max(0, stop - first)]
            if first + len(piece.lines) >= stop:
                break
        return found

    def count(self) -> int:
        """How many there are, for which all has to be read."""
        for _ in self._from(self.known):
            pass
        return self.known

    def find(self, needle: str, start: int = 0, *, ignore_case: bool = False) -> Match | None:
        """The first place from a line on where a text stands."""
        look = re.compile(re.escape(needle), re.IGNORECASE if ignore_case else 0).search
        tail, before = "", (0, 0)
        for first, piece in self._from(start):
            begin = _starts(piece)[start - first] if first < start < first + len(piece.lines) else 0
            found = look(tail + piece.text, begin + len(tail) if begin else 0)
            if found is not None:
                return self._match(found.start() - len(tail), len(found[0]), first, piece, before)
            tail = piece.text[-len(needle) + 1 :] if len(needle) > 1 and not begin else ""
            before = (first + len(piece.lines) - 1, len(piece.lines[-1]))
        return None

    def _match(self, place: int, length: int, first: int, piece: _Piece, before: tuple[int, int]) -> Match:
        if place < 0:  # it begins in the piece before, which ended within a line
            line, column = before
            return Match(line=line, column=max(0, column + place), length=length)
        starts = _starts(piece)
        here = bisect_right(starts, place) - 1
        return Match(line=first + here, column=place - starts[here], length=length)

    def _from(self, line: int) -> Iterator[tuple[int, _Piece]]:
        """The pieces from the one with a line on, each with its first line."""
        number = max(0, bisect_right(self._firsts, line) - 1)
        while number < len(self._offsets):
            piece = self._piece(self._offsets[number])
            first = self._firsts[number]
            if number + 1 == len(self._offsets) and not self.is_whole:
                self.known = first + len(piece.lines)
                self.is_whole = piece.stop >= self._end
                if not self.is_whole:
                    self._offsets.append(piece.stop)
                    self._firsts.append(self.known)
            yield first, piece
            number += 1

    def _read(self, offset: int) -> _Piece:
        stop, ended = self._end, False
        if offset + _PIECE < self._end:
            stop = settle(self._source.read, offset + _PIECE)
        data = self._source.read(offset, stop)
        if stop < self._end and (cut := _last_newline(data)):
            data, stop, ended = data[:cut], offset + cut, True
        text = clean(_decode(b'"' + data + b'"'))
        return _Piece(_cut(text.removesuffix("\n") if ended else text), text, stop)


def _last_newline(data: bytes) -> int:
    """Where what follows the last newline begins; 0 if there is none."""
    place = data.rfind(b"\\n")
    while place > 0:
        slashes = len(data[:place]) - len(data[:place].rstrip(b"\\"))
        if slashes % 2 == 0:
            return place + 2
        place = data.rfind(b"\\n", 0, place)
    return 0


def _cut(text: str) -> list[str]:
    """The lines of a text, none too long."""
    lines = text.split("\n")
    if max(map(len, lines)) <= WIDEST:
        return lines
    return [line[part : part + WIDEST] for line in lines for part in range(0, max(1, len(line)), WIDEST)]


def _starts(piece: _Piece) -> list[int]:
    """Where each line begins in the text."""
    starts, place = [], 0
    for line in piece.lines:
        starts.append(place)
        place += len(line)
        place += piece.text.startswith("\n", place)
    return starts
