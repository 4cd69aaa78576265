"""A Claude Code transcript: bytes -> records.

One line is one JSON object, but not always: a file taken up on another machine can hold two objects fused into one
line, a killed writer leaves a cut one, and the records that no conversation needs have neither uuid nor time. Nothing
raises and nothing is dropped here: what is no object stays as a fragment with its bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from clew.importers.stamp import iso_milliseconds

_DECODER = json.JSONDecoder()
_ENVELOPE = frozenset({"sessionId", "leafUuid", "snapshot"})
"""Keys of which a record has at least one and no object inside a record has any."""


@dataclass(slots=True, eq=False)
class Record:
    """One object of a transcript."""

    place: int
    """Position in the session's source, files taken together."""
    data: dict[str, Any]
    """The object as it is."""
    at: float
    """Its time, or that of the record before it."""
    uuid: str | None = None
    """Its own id."""
    parent: str | None = None
    """The record it follows in the conversation."""

    @property
    def type(self) -> str:
        """What kind of record it is."""
        return text_or(self.data.get("type"), "?")

    @property
    def message(self) -> dict[str, Any]:
        """The message it carries; empty if there is none."""
        return object_or_empty(self.data.get("message"))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The content blocks of its message; a plain text is one text block."""
        content = self.message.get("content")
        if isinstance(content, str):
            return [{"type": "text", "text": content}]
        return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []

    @property
    def text(self) -> str:
        """All texts of its message."""
        return "\n".join(
            block["text"] for block in self.blocks if block.get("type") == "text" and isinstance(block.get("text"), str)
        )

    def flag(self, name: str) -> bool:
        """Whether a boolean of the record is set."""
        return self.data.get(name) is True


@dataclass(frozen=True, slots=True)
class Fragment:
    """What could not be read as a record."""

    line: int
    """1-based line number in its file."""
    content: object
    """The JSON value that is no object, or the bytes that are no JSON."""


def objects_in(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | Fragment]:
    """Every object of a transcript and every fragment between them, in order."""
    for number, line in enumerate(lines, start=1):
        if stripped := line.strip(b" \t\r\n"):
            yield from _objects_on(stripped, number)


def time_of(data: dict[str, Any]) -> float | None:
    """When a record was written, if it says so."""
    return iso_milliseconds(data.get("timestamp"))


def text_or(value: object, default: str) -> str:
    """The value if it is a non-empty text, else the default."""
    return value if isinstance(value, str) and value else default


def object_or_empty(value: object) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _objects_on(line: bytes, number: int) -> Iterator[dict[str, Any] | Fragment]:
    text = line.decode("utf-8", "surrogateescape")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield from _salvage(text, number)
        return
    yield value if isinstance(value, dict) else Fragment(number, value)


def _salvage(text: str, number: int) -> Iterator[dict[str, Any] | Fragment]:
    """Take a fused or cut line apart: whole records, and the bytes that belong to none."""
    done = position = 0
    while position >= 0:
        value, end = _decode(text, position)
        if _is_record(value):
            yield from _fragment(text[done:position], number)
            yield value
            done, position = end, end - 1
        position = text.find("{", position + 1)
    yield from _fragment(text[done:], number)


def _decode(text: str, position: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        return None, position


def _is_record(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and isinstance(value.get("type"), str) and not _ENVELOPE.isdisjoint(value)


def _fragment(text: str, number: int) -> Iterator[Fragment]:
    if text.strip():
        yield Fragment(number, text.encode("utf-8", "surrogateescape"))
