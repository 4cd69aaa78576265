"""The hub: carries what changed from the keeper's thread to the live streams.

An event is encoded once, whoever listens. Each stream has a mailbox of a few events; when a client reads slower than
sessions grow, what it missed becomes one event that says "ask again", so no queue grows (rule W10).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from clew.web.encoding import encode_any
from clew.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clew.web.wire import Answer

MOST_STREAMS = 256
"""Live streams at once."""
MOST_WAITING = 8
"""Events that wait for one client."""


def event_bytes(name: str, value: Answer, number: int) -> bytes:
    """One server-sent event; its id lets a client say where it was."""
    return b"event: %s\nid: %d\ndata: %s\n\n" % (name.encode(), number, encode_any(value))


class Mailbox:
    """What waits for one client."""

    def __init__(self, missed: bytes | None) -> None:
        """``missed`` is sent in place of what did not fit; without it the newest event stands for all before it."""
        self._missed = missed
        self._events: deque[bytes] = deque()
        self._filled = asyncio.Event()
        self.is_closed = False
        """Whether nothing more will come."""

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """The events that were not taken."""
        return tuple(self._events)

    def put(self, event: bytes) -> None:
        """Leave an event."""
        if self._missed is None:
            self._events.clear()
        elif len(self._events) >= MOST_WAITING:
            self._events.clear()
            event = self._missed
        self._events.append(event)
        self._filled.set()

    def close(self) -> None:
        """Say that nothing more will come."""
        self.is_closed = True
        self._filled.set()

    async def take(self, patience: float) -> bytes:
        """What waits, all at once; empty if nothing came for so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._filled.wait(), patience)
        self._filled.clear()
        waiting = b"".join(self._events)
        self._events.clear()
        return waiting


class Hub:
    """All mailboxes, by what they are about: a session, or (an empty text) the whole folder."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.number = 0
        """Of the newest event."""
        self._boxes: dict[str, set[Mailbox]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    @property
    def count(self) -> int:
        """How many streams there are."""
        return sum(map(len, self._boxes.values()))

    def topics(self) -> frozenset[str]:
        """What somebody listens to. Safe to be asked from another thread."""
        return frozenset([*self._boxes])

    @contextmanager
    def listening(self, topic: str, missed: bytes | None) -> Iterator[Mailbox]:
        """A mailbox for a topic. Raises ``Refusal`` when there are as many as the server carries, or it ends."""
        if self._is_closed:
            raise Refusal("web.ending")
        if self.count >= MOST_STREAMS:
            raise Refusal("web.too_many_streams")
        self._loop = asyncio.get_running_loop()
        box = Mailbox(missed)
        self._boxes[topic].add(box)
        try:
            yield box
        finally:
            self._boxes[topic].discard(box)
            if not self._boxes[topic]:
                del self._boxes[topic]

    def publish(self, events: Mapping[str, tuple[str, Answer]]) -> None:
        """Hand on events by topic, each with its name, from another thread."""
        loop = self._loop
        if loop is None or not events:
            return
        self.number += 1
        ready = {topic: event_bytes(name, value, self.number) for topic, (name, value) in events.items()}
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(self._deliver, ready)

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        for box in [box for boxes in self._boxes.values() for box in boxes]:
            box.close()

    def _deliver(self, events: Mapping[str, bytes]) -> None:
        for topic, event in events.items():
            for box in self._boxes.get(topic, ()):
                box.put(event)
