"""A request or an answer as a conversation: its messages, each loaded when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clew.explore.message import SHOWN, Block, Message, message_of
from clew.model.payload import Payload
from clew.store.index.text.passage import opening
from clew.wire.items import Items, fields, items, name_of, same
from clew.wire.strings import string

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

_LARGE = 1 << 20
"""Bytes of a message beyond which it is not loaded to be shown: its texts are, as far as they come with it."""
_DEEPEST = 20
_MOST = 1_000
"""Members of a large list that are shown."""
_LISTS = {"messages": "user", "input": "user", "choices": "assistant", "output": "assistant", "content": "assistant"}
"""Fields that hold messages, with who speaks where a message does not say."""
_HEADS = ("system", "instructions")
"""Fields of a request that hold what the system is told; an answer may say them again, and they are not said in it."""
_ASKED = frozenset({"messages", "input"})
"""Fields that make a request."""


class New(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """What is new in a request beside the one before."""

    same: int
    """How many messages at the beginning are the same."""
    added: int
    """How many come after them."""
    gone: int
    """How many of the request before are no more there."""
    changed: tuple[str, ...]
    """Other fields that differ: ``model``, ``tools`` …"""


class _Place(NamedTuple):
    """Where a message stands."""

    role: str
    at: tuple[str | int, ...]
    payload: Payload


class Conversation:
    """The messages of one payload."""

    def __init__(self, payload: Payload) -> None:
        """Nothing is loaded."""
        self._payload = payload

    @property
    def is_one(self) -> bool:
        """Whether the payload holds messages in a shape that is known."""
        return bool(self._lists)

    def __len__(self) -> int:
        """How many messages."""
        return sum(1 if elements is None else len(elements) for _, elements in self._lists)

    def messages(self, start: int = 0, stop: int | None = None) -> list[Message]:
        """The messages of a range. Long texts come with their beginning; their address leads to the rest."""
        found = []
        for number, place in enumerate(self._places(start, len(self) if stop is None else stop), start):
            value = _light(place.payload)
            found.append(message_of(number, place.role, value, place.at))
        return found

    def names(self) -> Iterator[tuple[str | None, Hashable]]:
        """What each message is known by, with the field that it stands in; ``None`` for one that is all of the payload.

        Those of one name in one field say the same, but for their number.
        """
        for number, (place, elements) in enumerate(self._lists):
            if elements is not None:
                for name in elements.names():
                    yield str(place.at[0]), name
            else:
                yield (str(place.at[0]), (number, name_of(place.payload))) if place.at else (None, None)

    def block(self, message: int, block: int) -> Block:
        """One block of a message. Raises ``IndexError``."""
        return self.messages(message, message + 1)[0].blocks[block]

    def new_since(self, before: Conversation) -> New:
        """What is new beside the conversation of a request before."""
        heads = self._heads
        alike = self._shared(before)
        mine, its = (self._places(heads + alike, len(self)), before._places(before._heads + alike, len(before)))
        pairs = zip(mine, its, strict=False)
        for one, other in pairs:
            if not _alike(one.payload, other.payload):
                break
            alike += 1
        names = [*dict.fromkeys((*self._fields, *before._fields))]
        changed = [
            name
            for name in names
            if name not in _LISTS and not _alike(self._fields.get(name), before._fields.get(name))
        ]
        added, gone = len(self) - heads - alike, len(before) - before._heads - alike
        return New(same=heads + alike, added=added, gone=gone, changed=tuple(changed))

    def _shared(self, before: Conversation) -> int:
        """How many messages at the beginning of both lists are known to be the same without a look at them."""
        one, other = (lists[-1][1] if lists else None for lists in (self._lists, before._lists))
        return one.shared(other) if one is not None and other is not None else 0

    @property
    def _heads(self) -> int:
        """How many messages come before the list: what the system was told, which is a field of its own."""
        return max(0, len(self._lists) - 1)

    @cached_property
    def _fields(self) -> dict[str, Payload]:
        return fields(self._payload) or {}

    @cached_property
    def _lists(self) -> list[tuple[_Place, Items | None]]:
        """Where messages stand: single ones, and lists of them."""
        known = self._fields
        found: list[tuple[_Place, Items | None]] = []
        for name, role in _LISTS.items():
            if name not in known:
                continue
            if name == "content":
                return [(_Place(role, (), self._payload), None)]
            elements = items(known[name])
            if elements is not None or string(known[name]) is not None:
                found.append((_Place(role, (name,), known[name]), elements))
                break
        if not found:
            return []
        asked = found[0][0].at[0] in _ASKED
        heads = [(_Place("system", (name,), known[name]), None) for name in _HEADS if asked and name in known]
        return [*heads, *found]

    def _places(self, start: int, stop: int) -> Iterator[_Place]:
        """Where the messages of a range stand."""
        first = 0
        for place, elements in self._lists:
            count = 1 if elements is None else len(elements)
            low, high = max(0, start - first), min(count, stop - first)
            if low < high and elements is None:
                yield place
            elif low < high and elements is not None:
                for number, payload in enumerate(elements.payloads(low, high), low):
                    yield _element(place, number, payload)
            first += count


def _element(place: _Place, number: int, payload: Payload) -> _Place:
    """A message of a list; a choice of a completion holds one."""
    if place.at == ("choices",):
        said = payload.part("message")
        return _Place(place.role, ("choices", number, "message"), said if said is not None else payload)
    return _Place(place.role, (*place.at, number), payload)


def _alike(one: Payload | None, other: Payload | None) -> bool:
    """Whether two values are equal; large ones are, if they are known to be."""
    if one is None or other is None or same(one, other):
        return one is other or same(one, other)
    return one.size == other.size and one.size <= _LARGE and bool(one.value == other.value)


def _light(payload: Payload, depth: int = 0) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    """The value without what is too much to be shown of it: of long texts the beginning, of long lists likewise."""
    if payload.size <= _LARGE:
        return payload.value
    if depth > _DEEPEST:
        return f"({payload.size} bytes)"
    named = fields(payload)
    if named is not None:
        return {key: _light(part, depth + 1) for key, part in named.items()}
    elements = items(payload)
    if elements is not None:
        return [_light(part, depth + 1) for part in elements.payloads(0, min(len(elements), _MOST))]
    source = string(payload)
    if source is None:
        return f"({payload.size} bytes)"
    return opening(source.read, source.size, 1, SHOWN + 1)
