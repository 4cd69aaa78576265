"""Server-sent events out of bytes, however the network cut them.

Bytes are pushed in, events come out. A line ends with LF, CR or CRLF; a CR at the very end of what has arrived may be
half of a CRLF and waits for the next bytes. A blank line ends an event; what stands after the last one is no event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class ServerSentEvent(NamedTuple):
    """One event of a stream."""

    name: str
    """Its kind; ``message`` if the server gives none."""
    data: str
    """What it carries, mostly JSON."""


class EventDecoder:
    """Turns bytes into events; knows nothing of what they mean."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Take the bytes that arrived and give the events they complete."""
        for line in self._lines(data):
            if line:
                self._take(line.decode("utf-8", "replace"))
            elif self._data:
                yield ServerSentEvent(self._name or "message", "\n".join(self._data))
                self._name, self._data = "", []
            else:
                self._name = ""

    def _lines(self, data: bytes) -> Iterator[bytes]:
        """The lines that are complete now, without their ends."""
        lines = (self._rest + data).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        yield from (line.rstrip(b"\r\n") for line in lines)

    def _take(self, line: str) -> None:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
