"""A trace file: bytes -> head and events.

The program that wrote these files rewrote them whole at each event, and not atomically: one that was killed while
writing left a cut file. What stands before the cut is read all the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clew.errors import ForeignFormat
from clew.importers.stamp import iso_milliseconds
from clew.importers.transcript import text_or

_DECODER = json.JSONDecoder()
_EVENTS = '"events"'


@dataclass(slots=True)
class TraceFile:
    """What a trace file holds."""

    head: dict[str, Any]
    """Everything but the events."""
    events: list[Any]
    rest: str | None = None
    """What stands behind the last whole event of a cut file."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys of the head that the format does not have."""

    @property
    def key(self) -> str:
        """The session's own id."""
        return text_or(self.head.get("session_id"), "unnamed")

    @property
    def started_at(self) -> float:
        """When it began."""
        return iso_milliseconds(self.head.get("start_time"), naive_is_local=True) or 0.0


_KNOWN = frozenset({"session_id", "start_time", "end_time", "model", "system_prompt", "events"})


def read_trace_file(path: Path) -> TraceFile:
    """Read a trace file, as far as it goes. Raises ``ForeignFormat`` if there is nothing to read."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    try:
        document = json.loads(text)
        rest = None
    except (ValueError, RecursionError):
        document, rest = _cut(text)
    if not isinstance(document, dict) or not isinstance(document.get("session_id"), str):
        raise ForeignFormat(f"{path} is cut before the first event: there is nothing to import.")
    events = document.get("events")
    return TraceFile(
        head=document,
        events=events if isinstance(events, list) else [],
        rest=rest,
        extra={key: value for key, value in document.items() if key not in _KNOWN},
    )


def _cut(text: str) -> tuple[object, str | None]:
    """The head and the whole events of a cut document, and what is left."""
    for position in _occurrences(text, _EVENTS):
        opening = text.find("[", position)
        head = _loads(text[:position].rstrip().rstrip(",") + "}")
        if isinstance(head, dict) and opening >= 0:
            events, end = _whole(text, opening + 1)
            return {**head, "events": events}, text[end:]
    return None, None


def _whole(text: str, position: int) -> tuple[list[Any], int]:
    """The whole values of a list, and where the first broken one begins."""
    values: list[Any] = []
    end = position
    while True:
        position = end + len(text[end:]) - len(text[end:].lstrip(" \t\r\n,"))
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return values, position
        values.append(value)


def _occurrences(text: str, part: str) -> list[int]:
    found, position = [], text.find(part)
    while position >= 0:
        found.append(position)
        position = text.find(part, position + 1)
    return found


def _loads(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
