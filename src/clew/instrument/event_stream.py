"""The events of a stream as Amazon frames them: binary messages, each of which carries an event of the provider.

A message is its whole length and that of its headers (four bytes each), a checksum, the headers, a payload and a
checksum. Headers are a name and a value, each after its length; all that matter here are texts. A payload holds the
event in base64; one that tells of an exception becomes the error event that the provider itself would have sent.
Checksums are not looked at: the SDK does that, and what it refuses ends as a stream that broke.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from clew.instrument.sse import ServerSentEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE = "application/vnd.amazon.eventstream"
"""How such a stream is announced."""
_PRELUDE = 12
_CHECKSUM = 4
_TEXT = 7
"""The type of a header's value that is text."""
_WIDTHS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""How many bytes the other values have, by their type; those of type 6 say it themselves, as texts do."""


class AmazonDecoder:
    """Turns bytes into events, however the network cut them."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Take the bytes that arrived and give the events they complete."""
        self._held += data
        while len(self._held) >= _PRELUDE:
            size = int.from_bytes(self._held[:4])
            if size < _PRELUDE + _CHECKSUM or len(self._held) < size:
                return
            message, self._held = self._held[:size], self._held[size:]
            event = _event(message)
            if event is not None:
                yield event


def _event(message: bytes) -> ServerSentEvent | None:
    """The event in a message, if it carries one."""
    start = _PRELUDE + int.from_bytes(message[4:8])
    headers = dict(_headers(message[_PRELUDE:start]))
    payload: Any = json.loads(message[start:-_CHECKSUM] or b"{}")
    if headers.get(":message-type", "event") != "event":
        kind = headers.get(":exception-type") or headers.get(":error-code") or "error"
        words = payload.get("message") or headers.get(":error-message") or kind
        return ServerSentEvent("error", json.dumps({"type": "error", "error": {"type": kind, "message": words}}))
    data = payload.get("bytes")
    return ServerSentEvent("message", base64.b64decode(data).decode("utf-8", "replace")) if data else None


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """The headers that are text."""
    at = 0
    while at < len(data):
        after = at + 1 + data[at]
        name, kind = data[at + 1 : after].decode("utf-8", "replace"), data[after]
        at, width = after + 1, _WIDTHS.get(kind)
        if width is None:
            width, at = int.from_bytes(data[at : at + 2]), at + 2
        if kind == _TEXT:
            yield name, data[at : at + width].decode("utf-8", "replace")
        at += width
