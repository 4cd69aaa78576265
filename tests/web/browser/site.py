"""A server for one test, on a free port of the loopback interface, in a thread of this process.

``serving`` runs any ASGI application. ``bare_site`` is one that has the built page and answers that a test makes up, so
that the page can be looked at without anything behind it; its policy is the strictest that the page has to live with.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp

PAGE = Path(__file__).parents[3] / "src" / "clew" / "page"
"""Where the built page lies."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
)
"""The content security policy of the page: its own files, and one named maker of HTML, which holds no data."""


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application; the address of its root, without a slash at its end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="site", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def bare_site(answers: Mapping[str, Any]) -> Starlette:
    """The built page, and ``api/…`` with the answers of a test, by what follows ``api/``.

    An answer that is a function is called with the parameters.
    """

    async def index(_request: Request) -> FileResponse:
        return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": POLICY})

    async def answer(request: Request) -> JSONResponse:
        asked = request.path_params["asked"]
        if asked in answers:
            found = answers[asked]
            return JSONResponse(found(request.query_params) if callable(found) else found)
        return JSONResponse({"error": {"slug": "web.not_found", "id": "7f3a91c2"}}, status_code=404)

    assets = Mount("/assets", StaticFiles(directory=PAGE / "assets"))
    return Starlette(routes=[Route("/", index), Route("/api/{asked:path}", answer), assets])
