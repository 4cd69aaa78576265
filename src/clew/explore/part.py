"""A part of a node: a payload in pages, as text, as JSON or as a conversation, read as far as somebody looks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.explore.conversation import Conversation
from clew.explore.json_lines import JsonLines
from clew.explore.text_lines import TextLines
from clew.wire.items import fields, items
from clew.wire.strings import string

if TYPE_CHECKING:
    from clew.explore.message import Message
    from clew.explore.text_lines import Lines, Match
    from clew.model.payload import Payload

PartKind = Literal["text", "json", "conversation"]
Address = tuple[str | int, ...]
"""Where in a value: ``("messages", 3, "content")``."""


class PartFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """What is known of a part before it is opened."""

    name: str
    """``request``, ``response``, ``report``, ``log 2 details`` …; the same name asks for it."""
    kind: PartKind
    """How it is shown best; as JSON any part can be shown."""
    size: int
    """Bytes of its compact JSON."""


class Part:
    """A payload in pages."""

    def __init__(self, name: str, payload: Payload) -> None:
        """Nothing is loaded."""
        self.name = name
        self.payload = payload

    @cached_property
    def facts(self) -> PartFacts:
        """What is known of it."""
        return PartFacts(name=self.name, kind=self.kind, size=self.payload.size)

    @cached_property
    def kind(self) -> PartKind:
        """How it is shown best."""
        if self.conversation.is_one:
            return "conversation"
        return "json" if string(self.payload) is None else "text"

    @cached_property
    def text(self) -> Lines:
        """Its lines: of a text the text, of anything else its JSON."""
        source = string(self.payload)
        return self.json if source is None else TextLines(source)

    @cached_property
    def json(self) -> Lines:
        """Its lines as indented JSON."""
        return JsonLines(self.payload)

    @cached_property
    def conversation(self) -> Conversation:
        """Its messages."""
        return Conversation(self.payload)

    def text_lines(self, start: int, stop: int) -> list[str]:
        """The lines of a range, as text."""
        return self.text.page(start, stop)

    def json_lines(self, start: int, stop: int) -> list[str]:
        """The lines of a range, as JSON."""
        return self.json.page(start, stop)

    def messages(self, start: int = 0, stop: int | None = None) -> list[Message]:
        """The messages of a range; none for what is no conversation."""
        return self.conversation.messages(start, stop)

    def find(self, needle: str, start: int = 0, *, ignore_case: bool = False) -> Match | None:
        """The first line from one on, of the text, where a text stands."""
        return self.text.find(needle, start, ignore_case=ignore_case)

    def at(self, address: Address) -> Part | None:
        """A value inside it as a part of its own; ``None`` if there is none."""
        found: Payload | None = self.payload
        for step in address:
            found = None if found is None else inner(found, step)
        return None if found is None else Part("/".join([self.name, *map(str, address)]), found)


def inner(payload: Payload, step: str | int) -> Payload | None:
    """A member of an object or an element of a list, not loaded."""
    if isinstance(step, str):
        return (fields(payload) or {}).get(step)
    elements = items(payload)
    if elements is None or not 0 <= step < len(elements):
        return None
    return elements.payloads(step, step + 1)[0]
