"""A tee changes nothing of what the host reads, and tells its listener everything."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import httpx2
import pytest

from clew.instrument.stream import REST, AsyncTee, SyncTee, Unpacker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PLAIN = b"event: a\ndata: 1\n\n" * 50


class Notes:
    """A listener that writes down what it hears."""

    def __init__(self, *, wants_rest: bool = False) -> None:
        self.wants_rest = wants_rest
        self.data = b""
        self.calls: list[str] = []

    def heard(self, data: bytes) -> None:
        """Note the bytes."""
        self.data += data

    def over(self) -> None:
        """Note the end."""
        self.calls.append("over")

    def broke(self, error: BaseException) -> None:
        """Note the failure."""
        self.calls.append(type(error).__name__)

    def closed(self) -> None:
        """Note the closing."""
        self.calls.append("closed")


class Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that comes in pieces, and breaks where a piece is an exception."""

    elapsed = "as in the HTTP library"

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        """Note the closing."""
        self.is_closed = True

    async def aclose(self) -> None:
        """Note the closing."""
        self.is_closed = True


def test_a_body_read_to_its_end_is_heard_to_its_end() -> None:
    """The listener gets the same bytes, hears that they were all, and that the body was closed."""
    notes, body = Notes(), Body(b"a", b"b")
    tee = SyncTee(body, notes)
    assert list(tee) == [b"a", b"b"]
    tee.close()
    assert (notes.data, notes.calls, body.is_closed) == (b"ab", ["over", "closed"], True)


def test_an_async_body_is_heard_alike() -> None:
    """The tee of an async client makes the same promises."""
    notes, body = Notes(), Body(b"a", b"b", ConnectionResetError())

    async def read() -> None:
        tee = AsyncTee(body, notes)
        with pytest.raises(ConnectionResetError):
            _ = [piece async for piece in tee]
        await tee.aclose()

    asyncio.run(read())
    assert (notes.data, notes.calls, body.is_closed) == (b"ab", ["ConnectionResetError", "closed"], True)


def test_a_body_that_is_left_early_is_not_read_on() -> None:
    """A host that stops reading stops the reading: an answer nobody wants is not waited for."""
    notes, body = Notes(), Body(b"a", b"b")
    tee = SyncTee(body, notes)
    next(iter(tee))
    tee.close()
    assert (notes.data, notes.calls, body.is_closed) == (b"a", ["closed"], True)


def test_an_error_body_is_read_even_if_the_host_does_not() -> None:
    """An SDK that tries again throws the error's body away; the record keeps it, up to a limit."""
    for pieces, heard in (((b"why", b"!"), 4), ((b"why", ConnectionResetError()), 3), ((b"x" * REST, b"y"), REST)):
        notes, body = Notes(wants_rest=True), Body(*pieces)
        SyncTee(body, notes).close()
        assert (len(notes.data), notes.calls, body.is_closed) == (heard, ["closed"], True)
        notes = Notes(wants_rest=True)
        asyncio.run(AsyncTee(Body(*pieces), notes).aclose())
        assert (len(notes.data), notes.calls) == (heard, ["closed"])


def test_what_others_hang_on_a_body_is_still_there() -> None:
    """The HTTP library reads a response's duration from its body, and the SDK its observer: both find them."""
    assert SyncTee(Body(), Notes()).elapsed == Body.elapsed
    assert AsyncTee(Body(), Notes()).elapsed == Body.elapsed


@pytest.mark.parametrize("coding", ["identity", "gzip", "deflate", "GZIP"])
def test_compressed_bodies_are_heard_as_they_arrive(coding: str) -> None:
    """Whatever the coding and wherever it is cut, the plain bytes come out, and before the body is over."""
    packed = {"identity": PLAIN, "gzip": gzip.compress(PLAIN), "deflate": zlib.compress(PLAIN)}[coding.lower()]
    unpacker = Unpacker(httpx2.Headers({"content-encoding": coding}))
    pieces = [unpacker.feed(packed[place : place + 1]) for place in range(len(packed))]
    assert b"".join(pieces)
    assert b"".join([*pieces, unpacker.finish()]) == PLAIN


def test_other_codings_are_undone_at_the_end() -> None:
    """A coding that cannot be undone piece by piece costs the liveness of the record and nothing else."""
    unpacker = Unpacker(httpx2.Headers({"content-encoding": "deflate, gzip"}))
    packed = gzip.compress(zlib.compress(PLAIN))
    assert unpacker.feed(packed[:9]) + unpacker.feed(packed[9:]) == b""
    assert unpacker.finish() == PLAIN
