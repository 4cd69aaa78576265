"""A JSON value in indented lines, read as far as somebody looks.

The value is walked without being loaded: of an object or a list only what is on the way is decoded, and a long string
goes on over as many lines as it needs. Every few thousand lines the place in the walk is kept, so that a page which was
passed once is found again from there. What a terminal would obey is escaped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from clew.explore.text_lines import WIDEST, Match
from clew.store.index.text.passage import settle
from clew.text.pretty import json_lines
from clew.wire.items import Items, fields, items
from clew.wire.line import printable
from clew.wire.strings import Encoded, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.model.payload import Payload

_INDENT = "  "
_STRIDE = 2_000
_MOST_PLACES = 256
_SMALL = 1 << 18
"""Bytes of a value that is sooner loaded than looked up part by part."""


class _Open(NamedTuple):
    """A container whose end was not reached."""

    keys: Sequence[str] | None
    """Of an object."""
    members: Items | Sequence[Payload]
    here: int
    """Which member comes next."""


class _String(NamedTuple):
    """A long string of which a part was written."""

    source: Encoded
    here: int
    head: str
    tail: str


class _Ready(NamedTuple):
    """The lines of a small value."""

    lines: list[str]
    here: int


_Level = _Open | _String | _Ready
_Place = tuple[_Level, ...]
"""Where a walk is: all that is open, from the outermost."""


class JsonLines:
    """The lines of one value."""

    def __init__(self, payload: Payload) -> None:
        """Nothing is read yet."""
        self._root = payload
        self._places: list[tuple[int, _Place | None]] = [(0, None)]
        self._stride = _STRIDE
        self.known = 0
        self.is_whole = False

    def page(self, start: int, stop: int) -> list[str]:
        """The lines of a range, as far as there are any."""
        return [line for number, line in self._from(start, stop) if start <= number < stop]

    def count(self) -> int:
        """How many there are, for which all has to be read."""
        for _ in self._from(self.known, None):
            pass
        return self.known

    def find(self, needle: str, start: int = 0, *, ignore_case: bool = False) -> Match | None:
        """The first place from a line on where a text stands within one line."""
        look = re.compile(re.escape(needle), re.IGNORECASE if ignore_case else 0).search
        for number, line in self._from(start, None):
            found = look(line) if number >= start else None
            if found is not None:
                return Match(line=number, column=found.start(), length=len(found[0]))
        return None

    def _from(self, start: int, stop: int | None) -> Iterator[tuple[int, str]]:
        """The lines from a place before ``start`` on."""
        if self.is_whole and start >= self.known:
            return
        place = bisect_right(self._places, start, key=lambda pair: pair[0]) - 1
        number, state = self._places[place]
        walk = _Walk(self._root, state)
        while stop is None or number < stop:
            if number - self._places[-1][0] >= self._stride and walk.is_light:
                self._keep(number, walk.place)
            line = walk.next()
            if line is None:
                self.known, self.is_whole = number, True
                return
            yield number, line
            number += 1
            self.known = max(self.known, number)

    def _keep(self, number: int, place: _Place) -> None:
        self._places.append((number, place))
        if len(self._places) > _MOST_PLACES:
            self._places = self._places[::2]
            self._stride *= 2


class _Walk:
    """Goes through a value line by line. A place in it can be kept and taken up again."""

    def __init__(self, root: Payload, place: _Place | None) -> None:
        self._root = root
        self._begun = place is not None
        self._stack: list[_Level] = [*place] if place is not None else []

    @property
    def place(self) -> _Place:
        """Where it is."""
        return tuple(self._stack)

    @property
    def is_light(self) -> bool:
        """Whether its place can be kept without keeping lines."""
        return not (self._stack and isinstance(self._stack[-1], _Ready))

    def next(self) -> str | None:
        """The next line; ``None`` behind the last."""
        if not self._begun:
            self._begun = True
            return self._value("", self._root, "")
        if not self._stack:
            return None
        top = self._stack[-1]
        if isinstance(top, _Ready):
            return self._ready(top)
        return self._part(top) if isinstance(top, _String) else self._member(top)

    def _ready(self, top: _Ready) -> str:
        if top.here + 1 == len(top.lines):
            self._stack.pop()
        else:
            self._stack[-1] = top._replace(here=top.here + 1)
        return top.lines[top.here]

    def _member(self, top: _Open) -> str:
        count = len(top.members)
        depth = len(self._stack)
        if top.here == count:
            self._stack.pop()
            return _INDENT * (depth - 1) + ("]" if top.keys is None else "}") + self._comma()
        self._stack[-1] = top._replace(here=top.here + 1)
        key = "" if top.keys is None else f"{_scalar(top.keys[top.here])}: "
        members, here = top.members, top.here
        member = members.payloads(here, here + 1)[0] if isinstance(members, Items) else members[here]
        return self._value(_INDENT * depth + key, member, "," if here + 1 < count else "")

    def _comma(self) -> str:
        """What stands behind the container that was just closed."""
        above = self._stack[-1] if self._stack else None
        return "," if isinstance(above, _Open) and above.here < len(above.members) else ""

    def _value(self, head: str, payload: Payload, comma: str) -> str:
        if payload.size <= _SMALL:
            lines = member_lines(head, payload.value, comma)
            if len(lines) > 1:
                self._stack.append(_Ready(lines, 1))
            return lines[0]
        opened = _opened(payload)
        if opened is not None and len(opened.members):
            self._stack.append(opened)
            return head + ("[" if opened.keys is None else "{")
        if opened is not None:
            return head + ("[]" if opened.keys is None else "{}") + comma
        source = string(payload)
        if source is None:
            return head + _scalar(payload.value) + comma
        self._stack.append(_String(source, 0, head, comma))
        return self._part(self._stack[-1])  # type: ignore[arg-type]  # it was put there just now

    def _part(self, top: _String) -> str:
        """As much of a long string as a line takes, as it stands in JSON."""
        size, stop = top.source.size, top.here + WIDEST
        stop = size if stop >= size - 1 else settle(top.source.read, stop)
        text = printable(top.source.read(top.here, stop)).decode("utf-8", "replace")
        if stop == size:
            self._stack.pop()
            return top.head + text + top.tail
        self._stack[-1] = top._replace(here=stop, head="")
        return top.head + text


def _opened(payload: Payload) -> _Open | None:
    """A container, not loaded; ``None`` for any other value."""
    named = fields(payload)
    if named is not None:
        return _Open([*named], [*named.values()], 0)
    elements = items(payload)
    return None if elements is None else _Open(None, elements, 0)


def member_lines(head: str, value: object, comma: str = "") -> list[str]:
    """The lines of a small value behind its indent and name, none too long."""
    indent = head[: len(head) - len(head.lstrip(" "))]
    lines = [*json_lines(value)]
    lines = [head + lines[0], *(indent + line for line in lines[1:])]
    lines[-1] += comma
    return [line[part : part + WIDEST] for line in lines for part in range(0, len(line), WIDEST)]


def _scalar(value: object) -> str:
    return next(iter(json_lines(value)))
