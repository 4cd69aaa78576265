"""The transports that record every HTTP attempt of clients of the `openai` SDK.

A transport sits below everything the SDK does by itself, so that each of its retries is an attempt. Clients that are
copies of each other share one, and differ in the cloud that they ask and in how often they try: each client leaves that
with its requests. A retry says so in a header, and has the body of the try before it. The request is recorded as the
JSON that is sent; headers, and with them credentials, are not looked at.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

import httpx2
import msgspec

from clew.instrument.completion import CompletionAssembly, completion_usage, finish_reason
from clew.instrument.dialect import Dialect
from clew.instrument.exchange import Exchange
from clew.instrument.place import Place, find_place
from clew.instrument.responses import ResponseAssembly, response_end, response_refused, response_usage
from clew.instrument.spoken import completion_asks, response_asks
from clew.instrument.stream import AsyncTee, SyncTee

if TYPE_CHECKING:
    from clew.record.attempt import AttemptRecorder

COMPLETIONS = Dialect(CompletionAssembly, completion_usage, finish_reason, completion_asks)
"""How OpenAI's chat completions speak."""
RESPONSES = Dialect(ResponseAssembly, response_usage, response_end, response_asks, response_refused)
"""How OpenAI's responses speak."""
EXCHANGES = {"/chat/completions": COMPLETIONS, "/responses": RESPONSES}
"""The endpoints at which a model answers; others, such as listing models, are no exchange with a model."""
RETRY_COUNT = "x-stainless-retry-count"
"""The header in which the SDK says which try this is."""
ASKER = "clew_asker"
"""Under which name a request carries the client that makes it; it stays in the process."""


class Asker(NamedTuple):
    """What must be known of the client that makes a request."""

    provider: str
    """Whom it asks, as OpenTelemetry names it."""
    max_retries: int
    """How often it tries again."""


class _Tried(NamedTuple):
    """The last try of a call, as the next one needs to know it."""

    body: bytes
    exchange: Exchange
    place: Place

    def give_up(self) -> None:
        """Another call begins; unless this one is still under way elsewhere, there will be no further try of it."""
        if self.exchange.ended_at is not None:
            self.place.give_up()


_tried: ContextVar[_Tried | None] = ContextVar("clew_openai_tried", default=None)


class RecorderTransport(httpx2.BaseTransport):
    """Records each HTTP attempt in the node in force, and changes nothing of what the SDK gets."""

    def __init__(self, inner: httpx2.BaseTransport, asker: Asker) -> None:
        """``asker`` is the client whose transport it is, for requests that do not say who makes them."""
        self.inner = inner
        """What does the work."""
        self._asker = asker

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Record one attempt of a sync client."""
        exchange = _begin(request, self._asker)
        if exchange is None:
            return self.inner.handle_request(request)
        try:
            response = self.inner.handle_request(request)
        except BaseException as error:
            exchange.broke(error)
            raise
        exchange.answered(response.status_code, response.headers, packed=True)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = SyncTee(response.stream, exchange)
        return response

    def close(self) -> None:
        """Close what does the work."""
        self.inner.close()


class AsyncRecorderTransport(httpx2.AsyncBaseTransport):
    """As :class:`RecorderTransport`, for an async client."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, asker: Asker) -> None:
        """As for :class:`RecorderTransport`."""
        self.inner = inner
        """What does the work."""
        self._asker = asker

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Record one attempt."""
        exchange = _begin(request, self._asker)
        if exchange is None:
            return await self.inner.handle_async_request(request)
        try:
            response = await self.inner.handle_async_request(request)
        except BaseException as error:
            exchange.broke(error)
            raise
        exchange.answered(response.status_code, response.headers, packed=True)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = AsyncTee(response.stream, exchange)
        return response

    async def aclose(self) -> None:
        """Close what does the work."""
        await self.inner.aclose()


def _begin(request: httpx2.Request, asker: Asker) -> Exchange | None:
    """Open an attempt for a request, if it goes to a model and there is a node to hold it."""
    try:
        dialect = dialect_of(request)
        asker = request.extensions.get(ASKER, asker)
        return _open(request, dialect, asker) if dialect is not None else None
    except Exception:  # noqa: BLE001 - a recorder that raises would change what the host does
        return None


def _open(request: httpx2.Request, dialect: Dialect, asker: Asker) -> Exchange | None:
    before, content = _tried.get(), request.content
    retries = int(request.headers.get(RETRY_COUNT, "0"))
    again = before is not None and retries > 0 and before.body == content
    body = msgspec.json.decode(content)
    if before is not None and not again:
        before.give_up()
    place = before.place if before is not None and again else find_place(body)
    if place is None:
        return None
    if before is not None and again and before.exchange.ended_at is not None:
        before.exchange.attempt.backoff((time.monotonic() - before.exchange.ended_at) * 1000)
    place.last_try = retries >= asker.max_retries
    exchange = Exchange(_enter(place, body, asker), place, dialect)
    _tried.set(_Tried(content, exchange, place))
    return exchange


def _enter(place: Place, body: object, asker: Asker) -> AttemptRecorder:
    model = body.get("model") if isinstance(body, dict) else None
    return place.enter(provider=asker.provider, model=model if isinstance(model, str) else None, request=body)


def dialect_of(request: httpx2.Request) -> Dialect | None:
    """How the model speaks that a request asks; ``None`` if it asks none."""
    if request.method != "POST":
        return None
    return next((dialect for end, dialect in EXCHANGES.items() if request.url.path.endswith(end)), None)
