"""A payload as an exported file carries it: its lines as JSON, and its messages if it is a conversation.

What stands in a list of a payload (messages, tools) or is long is kept once for all payloads: a run of the file's lines
stands in its place. A list is told from its elements by the journal itself, so what a request repeats is neither read
nor compared again.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from clew.explore.json_lines import JsonLines, member_lines
from clew.explore.message import Message
from clew.explore.text_lines import WIDEST
from clew.text.clean import clean
from clew.web.stock import Full, Room, Run, Stock
from clew.wire.items import fields, items, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from clew.explore.part import Part, PartKind
    from clew.model.payload import Payload
    from clew.wire.items import Items

_SMALL = 1 << 18
"""Bytes up to which the lines of a payload are made of its value at once."""
_SHORT = 256
"""Bytes up to which a member stands in each payload that has it."""
_LEAST = 2
"""Elements from which on a list is kept element by element."""


class CarriedPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A payload in an exported file; `[shelf, first, count]` stands for so many of the lines or messages of a shelf."""

    lines: tuple[str | Run, ...] = ()
    """Of its JSON."""
    text: tuple[str, ...] | None = None
    """Its lines as text; not there for what is no text, and where the JSON says the same."""
    messages: tuple[Message | Run, ...] | None = None
    """Of a conversation. Those of a shelf are numbered anew."""
    same: str | None = None
    """The address of another part, of which everything is meant."""


class Packer:
    """Makes the parts of one file."""

    def __init__(self, room: Room, around: int = 0) -> None:
        """What is made takes of the room, each shelf ``around`` bytes more than its name."""
        self._room = room
        self.lines = Stock(room, around)
        """Of all payloads."""
        self.messages = Stock(room, around)
        """Likewise."""
        self._ends: dict[Hashable, str] = {}
        self._known: dict[Hashable, str] = {}

    def pack(self, part: Part, kind: PartKind, address: str, add: Callable[[CarriedPart], None]) -> None:
        """Make a part and have it added to the file. Raises ``Full``, and then nothing of it is in the file."""
        left = self._room.left
        name = (kind, name_of(part.payload))
        known = self._known.get(name)
        try:
            add(CarriedPart(same=known) if known is not None else self._part(part, kind))
        except Full:
            self.lines.undo()
            self.messages.undo()
            self._room.left = left
            raise
        self.lines.keep()
        self.messages.keep()
        if part.payload.size > _SHORT:
            self._known.setdefault(name, address)

    def _part(self, part: Part, kind: PartKind) -> CarriedPart:
        return CarriedPart(
            lines=tuple(self._lines(part.payload)),
            text=self._text(part) if kind == "text" else None,
            messages=tuple(self._messages(part)) if kind == "conversation" else None,
        )

    def _lines(self, payload: Payload) -> Sequence[str | Run]:
        members = fields(payload) or {}
        lists = {key: elements for key, member in members.items() if (elements := _list(member)) is not None}
        if not lists:
            return self._whole(payload)
        found = _Runs(["{"])
        for place, (key, member) in enumerate(members.items(), 1):
            head, comma = f"  {''.join(member_lines('', key))}: ", "," if place < len(members) else ""
            if key in lists:
                found.add(head + "[")
                self._elements(key, lists[key], found)
                found.add("  ]" + comma)
            else:
                self._member(key, member, (head, comma), found)
        found.add("}")
        return found

    def _whole(self, payload: Payload) -> list[str]:
        self._room.check(payload.size)
        small = payload.size <= _SMALL
        return member_lines("", payload.value) if small else JsonLines(payload).page(0, sys.maxsize)

    def _member(self, key: str, member: Payload, around: tuple[str, str], found: _Runs) -> None:
        def lines() -> list[str]:
            self._room.check(member.size)
            head, comma = around
            return member_lines(head, member.value, comma)

        if member.size > _SHORT:
            found.add(self.lines.run(_shelf(key), (around, name_of(member)), lines))
        else:
            found.extend(lines())

    def _elements(self, key: str, elements: Items, found: _Runs) -> None:
        """The elements of a list. They are kept as they stand before others; behind the last there is no comma."""
        names = elements.names()
        for place, name in enumerate(names):
            found.add(self.lines.run(_shelf(key), name, partial(self._element, elements, place, name)))
        found.pop_piece()
        found.add(self._ends[names[-1]])

    def _element(self, elements: Items, place: int, name: Hashable) -> list[str]:
        (payload,) = elements.payloads(place, place + 1)
        self._room.check(payload.size)
        lines = member_lines("    ", payload.value)
        self._ends[name] = lines[-1]
        return [*lines[:-1], lines[-1] + ","]

    def _text(self, part: Part) -> tuple[str, ...] | None:
        """The lines of a text; ``None`` if they are those that its JSON has."""
        if part.payload.size <= _SMALL:
            text = part.payload.value
            if clean(text) == text and all(len(line) <= WIDEST for line in text.split("\n")):
                return None
        return tuple(part.text.page(0, sys.maxsize))

    def _messages(self, part: Part) -> Sequence[Message | Run]:
        found = _Runs([])
        for number, (shelf, name) in enumerate(part.conversation.names()):
            make = partial(part.messages, number, number + 1)
            if shelf is None:
                found.extend(make())
            else:
                found.add(self.messages.run(shelf, name, make))
        return found


class _Runs(list[Any]):
    """Pieces and runs; runs that go on from one another are one."""

    def add(self, piece: str | Run) -> None:
        """A piece, or a run."""
        last = self[-1] if self else None
        if isinstance(piece, tuple) and isinstance(last, tuple) and piece[:2] == (last[0], last[1] + last[2]):
            self[-1] = (last[0], last[1], last[2] + piece[2])
        else:
            self.append(piece)

    def pop_piece(self) -> None:
        """Take the last piece of the last run away."""
        shelf, first, count = self.pop()
        if count > 1:
            self.append((shelf, first, count - 1))


def _list(payload: Payload) -> Items | None:
    found = items(payload)
    return found if found is not None and len(found) >= _LEAST else None


def _shelf(key: str) -> str:
    """Where what stands under a key is kept; keys are anybody's."""
    return key if key.isascii() and key.isidentifier() else "other"
