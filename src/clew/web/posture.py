"""The posture: what a browser is told about every answer, whatever it is, refusals included (rule W6).

The policy admits the page's own files and connections to its own server, nothing else, and no text ever becomes code:
Trusted Types are required, and the one policy that may make HTML is the page's framework's, which holds no data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
)
"""The content security policy of the page and of everything else."""

HEADERS: dict[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""What every answer carries, unless it says something stricter of its own."""

_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Posture:
    """Puts the headers on every answer of an application."""

    def __init__(self, app: ASGIApp) -> None:
        """``app`` answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _ENCODED if pair[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_with_headers)
