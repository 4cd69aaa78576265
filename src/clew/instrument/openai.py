"""The `openai` SDK: a transport that records every HTTP attempt of a chat completion.

The SDK has one seam, its HTTP client. The recorder sits on that client's transports, below everything the SDK does by
itself, so that each of its retries is an attempt; proxies, limits and connections stay as they were set up. A retry
says so in a header, and has the body of the try before it. The request is recorded as the JSON that is sent; headers,
and with them credentials, are not looked at.

    client = clew.instrument.openai.record(OpenAI())
"""

from __future__ import annotations

import functools
import time
from contextlib import ExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from clew.errors import ClewError, MissingExtra
from clew.instrument.completion import CompletionAssembly, completion_usage, finish_reason
from clew.instrument.dialect import Dialect
from clew.instrument.exchange import Exchange
from clew.instrument.place import Place, find_place
from clew.instrument.spoken import completion_asks
from clew.instrument.stream import AsyncTee, SyncTee
from clew.record.trouble import report

try:
    import httpx2
    import openai
except ImportError as error:
    raise MissingExtra("Recording the `openai` SDK needs it: pip install 'clew[agent]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.record.attempt import AttemptRecorder

Client = TypeVar("Client", openai.OpenAI, openai.AsyncOpenAI)
EXCHANGE = "/chat/completions"
"""The endpoint at which a model answers; others, such as listing models, are no exchange with a model."""
RETRY_COUNT = "x-stainless-retry-count"
"""The header in which the SDK says which try this is."""
COMPLETIONS = Dialect(CompletionAssembly, completion_usage, finish_reason, completion_asks)
"""How OpenAI's chat completions speak."""


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

    def __init__(self, inner: httpx2.BaseTransport, *, max_retries: int = openai.DEFAULT_MAX_RETRIES) -> None:
        self.inner = inner
        """What does the work."""
        self._max_retries = max_retries

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Record one attempt of a sync client."""
        exchange = _begin(request, self._max_retries)
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

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, max_retries: int = openai.DEFAULT_MAX_RETRIES) -> None:
        self.inner = inner
        """What does the work."""
        self._max_retries = max_retries

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Record one attempt."""
        exchange = _begin(request, self._max_retries)
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


def record(client: Client) -> Client:
    """Record the exchanges of a client from now on, and of all that share its HTTP client; returns the same client."""
    http: Any = client._client  # noqa: SLF001 - the SDK has no other way to the HTTP client that it made
    wrap: Any = {httpx2.Client: RecorderTransport, httpx2.AsyncClient: AsyncRecorderTransport}
    kind = next((wrap[base] for base in wrap if isinstance(http, base)), None)
    if kind is None:
        raise ClewError("Only clients on the SDK's own HTTP library, httpx2, can be recorded.")
    if not isinstance(http._transport, kind):  # noqa: SLF001 - a transport given anew would lose proxies and limits
        http._transport = kind(http._transport, max_retries=client.max_retries)  # noqa: SLF001 - as above
        http._mounts = {  # noqa: SLF001 - as above
            pattern: kind(inner, max_retries=client.max_retries) if inner is not None else None
            for pattern, inner in http._mounts.items()  # noqa: SLF001 - as above
        }
    return client


def install() -> Callable[[], None]:
    """Record every client made from now on; returns what ends that."""
    with ExitStack() as undo:
        for kind in (openai.OpenAI, openai.AsyncOpenAI):
            _install(kind, undo)
        return undo.pop_all().close


def _install(kind: Any, undo: ExitStack) -> None:  # noqa: ANN401 - a class of the SDK that is changed from outside
    """Record every new client of a class, as far as it can be."""
    made = kind.__init__

    @functools.wraps(made)
    def make(self: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401 - a client, and what its class takes
        made(self, *args, **options)
        try:
            record(self)
        except Exception as problem:  # noqa: BLE001 - the client works without being recorded
            report(problem)

    undo.callback(setattr, kind, "__init__", made)
    kind.__init__ = make


def _begin(request: httpx2.Request, max_retries: int) -> Exchange | None:
    """Open an attempt for a request, if it goes to a model and there is a node to hold it."""
    try:
        return _open(request, max_retries) if _is_exchange(request) else None
    except Exception:  # noqa: BLE001 - a recorder that raises would change what the host does
        return None


def _open(request: httpx2.Request, max_retries: int) -> Exchange | None:
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
    place.last_try = retries >= max_retries
    exchange = Exchange(_enter(place, body), place, COMPLETIONS)
    _tried.set(_Tried(content, exchange, place))
    return exchange


def _enter(place: Place, body: object) -> AttemptRecorder:
    model = body.get("model") if isinstance(body, dict) else None
    return place.enter(provider="openai", model=model if isinstance(model, str) else None, request=body)


def _is_exchange(request: httpx2.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith(EXCHANGE)
