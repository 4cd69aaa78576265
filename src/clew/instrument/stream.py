"""A tee on the body of an HTTP response: the host reads what it would have read, and the record hears the same bytes.

The bytes of a body arrive compressed if the server compresses. What ``gzip`` and ``deflate`` made is undone piece by
piece; for any other coding the HTTP library does it once the body is over, so that such a stream is recorded whole
but not live.

Nothing a listener does reaches the host: listeners do not raise (see ``exchange.py``).
"""

from __future__ import annotations

import contextlib
import zlib
from typing import TYPE_CHECKING, Protocol

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

REST = 65_536
"""How many bytes of an error's body are still read when the host closes it unread."""


class Listener(Protocol):
    """Who hears what passes through a tee."""

    @property
    def wants_rest(self) -> bool:
        """Whether a body that the host closes unread should be read first."""

    def heard(self, data: bytes) -> None:
        """Bytes of the body arrived."""

    def over(self) -> None:
        """The body was read to its end."""

    def broke(self, error: BaseException) -> None:
        """Reading failed."""

    def closed(self) -> None:
        """The body was closed, read or not."""


class SyncTee(httpx2.SyncByteStream):
    """The body of a response of a sync client."""

    def __init__(self, source: httpx2.SyncByteStream, listener: Listener) -> None:
        self._source = source
        self._listener = listener
        self._begun = False

    def __getattr__(self, name: str) -> object:
        """What others hang on a body: the HTTP library its ``elapsed``, the SDK its observer."""
        return getattr(self._source, name)

    def __iter__(self) -> Iterator[bytes]:
        self._begun = True
        try:
            for data in self._source:
                self._listener.heard(data)
                yield data
        except GeneratorExit:
            raise
        except BaseException as error:
            self._listener.broke(error)
            raise
        self._listener.over()

    def close(self) -> None:
        """Close the body, after its rest if that is wanted."""
        try:
            if self._listener.wants_rest and not self._begun:
                self._read_rest()
        finally:
            try:
                self._source.close()
            finally:
                self._listener.closed()

    def _read_rest(self) -> None:
        left = REST
        with contextlib.suppress(Exception):
            for data in self._source:
                self._listener.heard(data)
                left -= len(data)
                if left <= 0:
                    break


class AsyncTee(httpx2.AsyncByteStream):
    """The body of a response of an async client."""

    def __init__(self, source: httpx2.AsyncByteStream, listener: Listener) -> None:
        self._source = source
        self._listener = listener
        self._begun = False

    def __getattr__(self, name: str) -> object:
        """As in :class:`SyncTee`."""
        return getattr(self._source, name)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._begun = True
        try:
            async for data in self._source:
                self._listener.heard(data)
                yield data
        except GeneratorExit:
            raise
        except BaseException as error:
            self._listener.broke(error)
            raise
        self._listener.over()

    async def aclose(self) -> None:
        """Close the body, after its rest if that is wanted."""
        try:
            if self._listener.wants_rest and not self._begun:
                await self._read_rest()
        finally:
            try:
                await self._source.aclose()
            finally:
                self._listener.closed()

    async def _read_rest(self) -> None:
        left = REST
        with contextlib.suppress(Exception):
            async for data in self._source:
                self._listener.heard(data)
                left -= len(data)
                if left <= 0:
                    break


class Unpacker:
    """Undoes the content coding of a body that arrives in pieces."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._coding = headers.get("content-encoding", "identity").strip().lower() or "identity"
        self._zlib = zlib.decompressobj(wbits=47) if self._coding in {"gzip", "deflate"} else None
        self._held = bytearray()

    def feed(self, data: bytes) -> bytes:
        """The plain bytes that these complete; none while the coding can only be undone at the end."""
        if self._coding == "identity":
            return data
        if self._zlib is not None:
            return self._zlib.decompress(data)
        self._held += data
        return b""

    def finish(self) -> bytes:
        """The plain bytes that were held back until the end."""
        if self._zlib is not None:
            return self._zlib.flush()
        if not self._held:
            return b""
        return httpx2.Response(200, headers={"content-encoding": self._coding}, content=bytes(self._held)).content
