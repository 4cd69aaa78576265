"""The real server on a free loopback port, and a client that can also send what no browser would."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.store.folder import Folder
from clew.web.address import Address, listen
from clew.web.app import OPENAPI
from clew.web.assets import assets
from clew.web.gate import TOKEN_ROUTE
from clew.web.key import Key
from clew.web.route import Route
from clew.web.routes import ROUTES
from clew.web.server import Server
from tests.web.folder import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Headers = tuple[tuple[str, str], ...]
PATIENCE = 60.0
"""Seconds to wait for what has to come; a busy machine is no finding."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    """By their names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was answered
        """The body, read."""
        return json.loads(self.body)

    @property
    def slug(self) -> str:
        """The slug of a refusal."""
        return str(self.json["error"]["slug"])


class Site(NamedTuple):
    """A server that runs."""

    port: int
    key: Key
    server: Server

    @property
    def host(self) -> str:
        """The value of the ``Host`` header."""
        return f"127.0.0.1:{self.port}"

    @property
    def pass_(self) -> Headers:
        """The headers of somebody who knows the token."""
        return (("Host", self.host), ("Authorization", f"Bearer {self.key.token}"))

    def send(self, method: str, address: str, headers: Headers, body: bytes = b"") -> Reply:
        """Send exactly these headers."""
        connection = self.open(method, address, headers, body)
        try:
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, named, b"" if _is_stream(named) else response.read())
        finally:
            connection.close()

    def open(self, method: str, address: str, headers: Headers, body: bytes = b"") -> http.client.HTTPConnection:
        """Send a request and leave its answer to be read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.putrequest(method, address, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        return connection

    def get(self, address: str, *headers: tuple[str, str]) -> Reply:
        """Ask as somebody who may."""
        return self.send("GET", address, (*self.pass_, *headers))

    def ask(self, address: str) -> Any:  # noqa: ANN401 - whatever is answered
        """The answer, which must be one."""
        reply = self.get(address)
        assert reply.status == 200, (address, reply)
        return reply.json


@contextmanager
def serving(folder: Path, token: str | None = None) -> Iterator[Site]:
    """Serve a folder in a thread of this process."""
    with listen("127.0.0.1", 0) as listener:
        address = Address("127.0.0.1", listener.getsockname()[1])
        key = Key(address.port, token)
        server = Server(Folder(folder), address, key)
        thread = threading.Thread(target=server.serve_on, args=[listener], name="site", daemon=True)
        thread.start()
        site = Site(address.port, key, server)
        try:
            assert server.ready.wait(PATIENCE)
            until(lambda: site.ask("/api/sessions")["reading"] is None)
            yield site
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server did not end"


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that has to come."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def address_of(route: Route, session_id: str = WHOLE, path: str = "1-1", part: str = "request") -> str:
    """An address of a route, with everything that it needs."""
    needed = {"compare": f"?a={session_id}&b={session_id}", "search": "?text=order", "find": "?needle=e"}
    place = route.address.format(id=session_id, path=path, part=part.replace(" ", "%20"))
    return place + needed.get(route.address.rpartition("/")[2], "")


PRIVATE = [*map(address_of, ROUTES), OPENAPI]
"""An address of every route that tells of sessions."""


def every_address() -> list[tuple[str, str]]:
    """A method and an address of everything the server answers, the page and its files included."""
    public = [*assets(), "/", "/nothing", "/api/nothing"]
    return [*(("GET", address) for address in dict.fromkeys([*PRIVATE, *public])), ("POST", TOKEN_ROUTE)]


def _is_stream(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").startswith("text/event-stream")
