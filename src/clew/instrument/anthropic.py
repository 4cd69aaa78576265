"""The `anthropic` SDK: a middleware that records every HTTP attempt of a model exchange, whichever cloud answers it.

The SDK runs middleware inside its retry loop, so what it retries by itself is seen here and nowhere above. Tries of
one call share an idempotency key, which the SDK makes before the first of them; that is how a retry finds the attempt
before it and can say how long the SDK had waited. The request is recorded as the JSON that is sent; headers, and with
them credentials, are not looked at. Middleware sees a request before a cloud's client gives it that cloud's form, so
requests to all of them look alike in the record.

    client = clew.instrument.anthropic.record(Anthropic())
"""

from __future__ import annotations

import functools
import inspect
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from clew.errors import MissingExtra
from clew.instrument.assembly import MessageAssembly, stop_reason_of, usage_of
from clew.instrument.detour import change_requests, take_detour
from clew.instrument.dialect import Dialect
from clew.instrument.exchange import Exchange
from clew.instrument.place import Place, find_place
from clew.instrument.spoken import message_asks
from clew.instrument.stream import AsyncTee, SyncTee

try:
    import anthropic
    import httpx2
except ImportError as error:
    raise MissingExtra("Recording the `anthropic` SDK needs it: pip install 'clew[agent]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from anthropic._middleware import AsyncCallNext, CallNext
    from anthropic._request import APIRequest
    from anthropic._response import APIResponse, AsyncAPIResponse

Client = TypeVar("Client")
EXCHANGES = ("/v1/messages", "/v1/complete")
"""The endpoints at which a model answers; others, such as counting tokens, are no exchange with a model."""
PROVIDER = "anthropic"
"""Whom a client asks, unless its class says otherwise."""
MESSAGES = Dialect(MessageAssembly, usage_of, stop_reason_of, message_asks)
"""How Anthropic's messages speak."""


class _Tried(NamedTuple):
    """The last try of a call, as the next one needs to know it."""

    call: str
    exchange: Exchange
    place: Place

    def give_up(self) -> None:
        """Another call begins; unless this one is still under way elsewhere, there will be no further try of it."""
        if self.exchange.ended_at is not None:
            self.place.give_up()


_tried: ContextVar[_Tried | None] = ContextVar("clew_anthropic_tried", default=None)


class RecorderMiddleware(anthropic.Middleware):
    """Records each HTTP attempt in the node in force, and changes nothing of what the SDK gets or returns."""

    def __init__(self, *, max_retries: int = anthropic.DEFAULT_MAX_RETRIES, provider: str = PROVIDER) -> None:
        """``provider`` is whom the client asks, as OpenTelemetry names it."""
        self._max_retries = max_retries
        self._provider = provider

    def handle(self, request: APIRequest, call_next: CallNext) -> APIResponse[Any]:
        """Record one attempt of a sync client."""
        exchange = self._begin(request)
        if exchange is None:
            return call_next(request)
        try:
            response = call_next(request)
        except BaseException as error:
            exchange.broke(error)
            raise
        _attend(exchange, response, SyncTee)
        return response

    async def handle_async(self, request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
        """Record one attempt of an async client."""
        exchange = self._begin(request)
        if exchange is None:
            return await call_next(request)
        try:
            response = await call_next(request)
        except BaseException as error:
            exchange.broke(error)
            raise
        _attend(exchange, response, AsyncTee)
        return response

    def _begin(self, request: APIRequest) -> Exchange | None:
        """Open an attempt for a request, if it goes to a model and there is a node to hold it."""
        try:
            return self._open(request) if _is_exchange(request) else None
        except Exception:  # noqa: BLE001 - a recorder that raises would change what the host does
            return None

    def _open(self, request: APIRequest) -> Exchange | None:
        before, call = _tried.get(), request.options.idempotency_key or ""
        retries = before is not None and before.call == call and request.retries_taken > 0
        body = request.json
        if before is not None and not retries:
            before.give_up()
        place = before.place if before is not None and retries else find_place(body)
        if place is None:
            return None
        if before is not None and retries and before.exchange.ended_at is not None:
            before.exchange.attempt.backoff((time.monotonic() - before.exchange.ended_at) * 1000)
        place.last_try = request.retries_taken >= request.options.get_max_retries(self._max_retries)
        attempt = place.enter(provider=self._provider, model=_model_of(body), request=body)
        exchange = Exchange(attempt, place, MESSAGES)
        _tried.set(_Tried(call, exchange, place))
        return exchange


def record(client: Client) -> Client:
    """A client like the given one whose exchanges with a model are recorded; that client itself, if they are."""
    made: Any = client
    if any(isinstance(middleware, RecorderMiddleware) for middleware in made.middleware):
        return client
    recorder = RecorderMiddleware(max_retries=made.max_retries, provider=provider_of(client))
    recorded: Client = made.with_options(middleware=[*made.middleware, recorder])
    change_requests(recorded, take_detour)
    return recorded


def provider_of(client: object) -> str:
    """Whom a client asks, as OpenTelemetry names providers; the SDK says it of its own clients."""
    said = getattr(client, "_gen_ai_provider_name", PROVIDER)
    return said if isinstance(said, str) else PROVIDER


def install() -> Callable[[], None]:
    """Record every client made from now on; returns what ends that. Raises if this release of the SDK has no place."""
    kind = _maker(anthropic.Anthropic)
    made = kind.__init__

    @functools.wraps(made)
    def make(self: object, *args: Any, **options: Any) -> None:  # noqa: ANN401 - what the class takes
        retries = options.get("max_retries", anthropic.DEFAULT_MAX_RETRIES)
        recorder = RecorderMiddleware(max_retries=retries, provider=provider_of(self))
        given = [one for one in options.get("middleware") or () if not isinstance(one, RecorderMiddleware)]
        made(self, *args, **{**options, "middleware": [*given, recorder]})
        change_requests(self, take_detour)

    kind.__init__ = make
    return lambda: setattr(kind, "__init__", made)


def _maker(kind: type) -> Any:  # noqa: ANN401 - a class of the SDK that is changed from outside
    """The class from which all clients have their middleware: those of clouds are no subclasses of the plain one."""
    makers = [base for base in kind.__mro__ if "__init__" in vars(base)]
    takers = [base for base in makers if "middleware" in inspect.signature(vars(base)["__init__"]).parameters]
    if not takers:
        raise TypeError(f"{kind.__name__} takes no middleware")
    return takers[-1]


def _is_exchange(request: APIRequest) -> bool:
    return request.method.lower() == "post" and request.url.partition("?")[0].endswith(EXCHANGES)


def _model_of(body: object) -> str | None:
    model = body.get("model") if isinstance(body, dict) else None
    return model if isinstance(model, str) else None


def _attend(exchange: Exchange, response: object, tee: Callable[[Any, Exchange], SyncTee | AsyncTee]) -> None:
    """Let the exchange hear the answer: at once if it has been read, else as the host reads it."""
    http = getattr(response, "http_response", None)
    if not isinstance(http, httpx2.Response):
        exchange.replaced(response)
        return
    read = http.is_stream_consumed or http.is_closed
    exchange.answered(http.status_code, http.headers, packed=not read)
    if read:
        exchange.heard(http.content)
        exchange.over()
    else:
        http.stream = tee(http.stream, exchange)
