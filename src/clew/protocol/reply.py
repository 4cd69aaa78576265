"""The reply: an answer as HTTP, before it meets a socket.

A provider's module makes it and the server sends it, so that the server knows no provider's format and a provider's
module can be tested without a socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

Ending: TypeAlias = Literal["whole", "close", "reset", "hold"]


class Reply(Struct, frozen=True, kw_only=True):
    """What is sent for one request, and how it ends."""

    status: int | None
    """The HTTP status; `None` if the connection ends without an answer."""
    headers: tuple[tuple[str, str], ...] = ()
    """The headers, without those that frame the body."""
    pieces: tuple[bytes, ...] = ()
    """The body, in the pieces in which it is sent."""
    following: Iterable[bytes] = ()
    """Pieces after these that are yet to come, from a server behind this one; they are sent as they arrive."""
    streamed: bool = False
    """Whether the length is unknown beforehand: the body goes out in chunks, and one that breaks off can be told."""
    ending: Ending = "whole"
    """`whole` is properly ended; `close` and `reset` are what happens to the connection after the last piece, and
    with `hold` nothing does, until one side has enough."""
    delay: float = 0.0
    """Seconds before the first byte."""
    pace: float = 0.0
    """Seconds between two pieces."""
