"""A live stream: server-sent events of one topic, until the client leaves or the server ends.

A stream begins with how things stand, so a client that comes back needs nothing it missed. A comment is sent when
nothing happens for a while, which finds out clients that are gone; one that takes nothing is let go.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from clew.web.hub import event_bytes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Send

    from clew.web.hub import Hub
    from clew.web.wire import Answer

_HEARTBEAT = 15.0
_PATIENCE = 30.0
"""Seconds that a client may take nothing."""
_RETRY = b"retry: 2000\n\n"


class Subject(NamedTuple):
    """What a stream is about."""

    topic: str
    """A session id, or empty for the folder."""
    event: str
    """The name of its events."""
    state: Callable[[], Awaitable[Answer]]
    """Asks how things stand: the first event."""
    missed: Answer | None
    """What is sent in place of events that a slow client missed; without it the newest one is enough."""


async def stream(hub: Hub, subject: Subject, receive: Receive, send: Send) -> None:
    """Send events. Raises ``Refusal`` before anything is sent."""
    missed = event_bytes(subject.event, subject.missed, hub.number) if subject.missed is not None else None
    with hub.listening(subject.topic, missed) as box:
        state = await subject.state()  # asked while events are collected already, so that none falls between
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda _: box.close())
        try:
            pending = _RETRY + event_bytes(subject.event, state, hub.number)
            while not box.is_closed:
                body = {"type": "http.response.body", "body": pending or b": still here\n\n", "more_body": True}
                await asyncio.wait_for(send(body), _PATIENCE)
                pending = await box.take(_HEARTBEAT)
            if not leaving.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            return
        finally:
            leaving.cancel()
            with suppress(asyncio.CancelledError):
                await leaving


async def _left(receive: Receive) -> None:
    """Wait until the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
