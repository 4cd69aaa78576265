"""What goes back to the client, watched: a failure of the application never leaves it in its own words.

An answer with a status of 500 or more is held back, body and all; in its place goes a sentence and an incident id. What
has begun to leave cannot be called back: then the connection ends, and nothing is added to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from clew.record.public import PublicError

    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SERVER_ERROR = 500
"""The lowest status that says that the application failed."""

INTERNAL_ERROR = 1011
"""The code by which a web socket says the same."""

SESSION_HEADER = b"x-session-id"
"""Tells the client how to continue the session."""


class Reply:
    """The way back of one request."""

    def __init__(self, send: Send, session_id: str | None) -> None:
        """``session_id`` is told to the client in a header, unless it is ``None``."""
        self._send = send
        self._session_id = session_id
        self.status: int | None = None
        """As the application answered."""
        self.started = False
        """Whether anything has left."""
        self.done = False
        """Whether the answer is whole, or the connection closed."""

    @property
    def withheld(self) -> bool:
        """Whether the application answered that it failed."""
        return not self.started and self.status is not None and self.status >= SERVER_ERROR

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Let a message of the application pass, unless it tells of a failure."""
        kind = message["type"]
        if kind in {"http.response.start", "websocket.http.response.start"}:
            self.status = int(message["status"])
        if self.withheld:
            return
        self.started = self.started or kind != "websocket.close"
        last = kind.endswith("http.response.body") and not message.get("more_body")
        self.done = self.done or last or kind == "websocket.close"
        await self._send(self._labelled(message))

    async def tell(self, error: PublicError, scope_type: str) -> None:
        """Tell of a failure, if that is still possible."""
        if scope_type == "websocket":
            if not self.done:
                self.done = True
                await self._send(
                    {"type": "websocket.close", "code": INTERNAL_ERROR, "reason": f"incident {error.incident}"}
                )
        elif not self.started:
            body = json.dumps({"error": {"message": error.sentence, "incident": error.incident}}).encode()
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
            ]
            self.started = self.done = True
            start = {"type": "http.response.start", "status": SERVER_ERROR, "headers": headers}
            await self._send(self._labelled(start))
            await self._send({"type": "http.response.body", "body": body})

    def _labelled(self, message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if self._session_id is None or message["type"] not in {"http.response.start", "websocket.accept"}:
            return message
        label = (SESSION_HEADER, self._session_id.encode())
        return {**message, "headers": [*message.get("headers", ()), label]}
