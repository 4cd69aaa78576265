"""The application: the table of routes behind the gate, with the page beside it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.routing import Route as Path
from starlette.routing import Router

from clew.web.asked import One
from clew.web.assets import assets
from clew.web.download import send_download
from clew.web.encoding import encode
from clew.web.gate import TOKEN_ROUTE, Gate, reply
from clew.web.openapi import document
from clew.web.posture import Posture
from clew.web.refusal import Refusal
from clew.web.route import read
from clew.web.routes import BYTES, EVENTS, ROUTES
from clew.web.stream import Subject, stream
from clew.web.wire import Moved

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Executor

    from starlette.types import ASGIApp, Receive, Scope, Send

    from clew.web.address import Address
    from clew.web.asked import Asked
    from clew.web.assets import Asset
    from clew.web.desk import Desk
    from clew.web.hub import Hub
    from clew.web.key import Key
    from clew.web.route import Route
    from clew.web.socket_file import SocketAddress

_LARGEST_BODY = 4_096
_PATIENCE = 10.0
"""Seconds in which the body has to be there."""
OPENAPI = "/api/openapi.json"


class Presented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of the one request that is not GET: the token, to be exchanged for the cookie."""

    token: str


def application(desk: Desk, hub: Hub, pool: Executor, address: Address | SocketAddress, key: Key | None) -> ASGIApp:
    """The whole server as an ASGI application; without a key there is no token to be exchanged."""
    described = encode(document(ROUTES))
    routes = [Path(route.address, _Answers(route, desk, hub, pool)) for route in ROUTES]
    routes += [Path(place, _Sends(asset)) for place, asset in assets().items()]
    routes.append(Path(OPENAPI, _Says(described)))
    if key is not None:
        routes.append(Path(TOKEN_ROUTE, _Exchanges(key)))
    router = Router(routes=routes, redirect_slashes=False, default=_nothing_there)
    return Posture(Gate(router, address, key))


async def _nothing_there(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Refusal("web.no_route")


class _Sends:
    """Sends a file of the page."""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = {"content-type": self._asset.media_type, "cache-control": self._asset.cache}
        await reply(send, 200, self._asset.body, headers)


class _Says:
    """Sends a document that is always the same."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await reply(send, 200, self._body)


class _Exchanges:
    """Exchanges the token for the cookie."""

    def __init__(self, key: Key) -> None:
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal("web.media_type")
        try:
            async with asyncio.timeout(_PATIENCE):
                body = await self._body(request)
            presented = msgspec.json.decode(body, type=Presented)
        except (TimeoutError, msgspec.MsgspecError) as problem:
            raise Refusal("web.bad_request") from problem
        if not self._key.fits(presented.token):
            raise Refusal("web.token_wrong")
        await reply(send, 200, b"{}", {"set-cookie": self._key.cookie})

    async def _body(self, request: Request) -> bytes:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LARGEST_BODY:
                raise Refusal("web.body_too_large")
        return body


class _Answers:
    """Answers one route of the table: reads what is asked, calls its function in a thread, sends what it gives."""

    def __init__(self, route: Route, desk: Desk, hub: Hub, pool: Executor) -> None:
        self._route = route
        self._kind = route.asked
        self._desk = desk
        self._hub = hub
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = read(self._kind, scope["path_params"], scope["query_string"])
        answer = partial(self._run, partial(self._route.answer, self._desk, asked))
        if self._route.media_type == EVENTS:
            if scope["method"] != "GET":
                raise Refusal("web.method_refused")
            await stream(self._hub, _subject(asked, answer), receive, send)
        elif self._route.media_type == BYTES:
            await send_download(await answer(), scope, send)
        else:
            await reply(send, 200, await self._run(partial(encode, await answer())))

    async def _run(self, function: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the function gives
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)


def _subject(asked: Asked, state: Callable[[], Awaitable[Any]]) -> Subject:
    if isinstance(asked, One):
        return Subject(asked.id, "grown", state, missed=None)
    return Subject("", "moved", state, missed=Moved(rows=(), gone=(), live=0, is_all=False))
