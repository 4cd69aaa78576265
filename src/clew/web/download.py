"""A download: a part as a file, whole or a range of it, read in pieces.

It is always an attachment of bytes that no browser draws, whatever they are (rule W8).
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, NamedTuple

from clew.web.refusal import Refusal

if TYPE_CHECKING:
    from starlette.types import Scope, Send

    from clew.web.answers.nodes import Download

_PIECE = 256 << 10
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class Span(NamedTuple):
    """Bytes of a file."""

    start: int
    stop: int
    is_part: bool
    """Whether a range was asked for."""


def span(header: str | None, size: int) -> Span:
    """The bytes that a ``Range`` header asks for; of several ranges none. Raises ``Refusal``."""
    if header is None:
        return Span(0, size, is_part=False)
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        raise Refusal("web.bad_range")
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
    if start >= stop:
        raise Refusal("web.bad_range")
    return Span(start, stop, is_part=True)


async def send_download(file: Download, scope: Scope, send: Send) -> None:
    """Send a file. Raises ``Refusal`` before anything is sent."""
    size = file.source.size
    asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"range"]
    wanted = span(asked[0] if asked else None, size)
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f'attachment; filename="{file.name}"',
        "content-length": str(wanted.stop - wanted.start),
        "accept-ranges": "bytes",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    }
    if wanted.is_part:
        headers["content-range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 206 if wanted.is_part else 200, "headers": pairs})
    here = wanted.start
    while here < wanted.stop and scope["method"] != "HEAD":
        stop = min(wanted.stop, here + _PIECE)
        piece = await asyncio.to_thread(file.source.read, here, stop)
        if len(piece) != stop - here:
            return  # the file went away: the connection ends short, which a client notices
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        here = stop
    await send({"type": "http.response.body", "body": b""})
