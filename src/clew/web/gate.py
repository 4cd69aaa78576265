"""The gate: who may ask at all. It stands before every route, the page and its files included.

In this order: the name under which the server is asked for (rule W2), the method (W5), the page that caused the request
(W3), and, for everything that tells of sessions, the token (W4). A good token excuses nothing of the first three. Where
the kernel says who asks, as at a socket file, there is no token.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from clew.web.refusal import Refusal, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from clew.web.address import Address
    from clew.web.key import Key
    from clew.web.socket_file import SocketAddress

TOKEN_ROUTE = "/api/token"  # noqa: S105 - an address
_PRIVATE = "/api/"
_ASKING = frozenset({"GET", "HEAD"})
_FROM_HERE = frozenset({"same-origin", "none"})
"""Values of ``Sec-Fetch-Site``: caused by a page of this server, or by a person at the address bar."""
_METHOD_REFUSED = 405
_MOST_AT_ONCE = 512
"""Requests under way."""


class Gate:
    """Lets requests pass to an application, or refuses them."""

    def __init__(self, app: ASGIApp, address: Address | SocketAddress, key: Key | None) -> None:
        """``address`` and ``key`` are those of the server; without a key everybody who can connect may ask."""
        self._app = app
        self._address = address
        self._hosts = address.hosts
        self._key = key
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, or refuse it. Whatever fails behind the gate becomes a refusal, too."""
        if scope["type"] != "http":
            return
        begun = False

        async def send_once(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        self._under_way += 1
        try:
            self._check(scope)
            await self._app(scope, receive, send_once)
        except (Exception, asyncio.CancelledError) as problem:  # noqa: BLE001 - one place decides what is told
            answer = refused(problem, scope["path"])
            if not begun:
                allow = {"allow": "POST" if scope["path"] == TOKEN_ROUTE else "GET, HEAD"}
                await reply(send, answer.status, answer.body, allow if answer.status == _METHOD_REFUSED else None)
        finally:
            self._under_way -= 1

    def _check(self, scope: Scope) -> None:
        """Raises ``Refusal``."""
        headers: dict[str, list[str]] = defaultdict(list)
        for name, value in scope["headers"]:
            headers[name.decode("latin-1").lower()].append(value.decode("latin-1"))
        host = self._checked_host(headers["host"])
        self._check_method(scope)
        self._check_origin(host, headers["origin"], headers["sec-fetch-site"])
        path = scope["path"]
        if path.startswith(_PRIVATE) and path != TOKEN_ROUTE:
            if self._key is not None and not self._key.admits(headers["authorization"], headers["cookie"]):
                raise Refusal("web.token_needed")
            if self._under_way > _MOST_AT_ONCE:
                raise Refusal("web.busy")

    def _checked_host(self, found: list[str]) -> str:
        if len(found) != 1 or found[0].lower() not in self._hosts:
            raise Refusal("web.host_refused")
        return found[0].lower()

    def _check_method(self, scope: Scope) -> None:
        allowed = {"POST"} if scope["path"] == TOKEN_ROUTE else _ASKING
        if scope["method"] not in allowed:
            raise Refusal("web.method_refused")

    def _check_origin(self, host: str, origins: list[str], sites: list[str]) -> None:
        if len(origins) > 1 or len(sites) > 1:
            raise Refusal("web.origin_refused")
        if origins and origins[0].lower() not in self._address.origins(host):
            raise Refusal("web.origin_refused")
        if sites and sites[0].strip().lower() not in _FROM_HERE:
            raise Refusal("web.origin_refused")


async def reply(send: Send, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Send a whole answer of JSON."""
    named = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
