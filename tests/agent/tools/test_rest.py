"""HTTP endpoints as tools, on a real server: where parameters go, what an answer means, how long it may take."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.agent.tools.workbench import Workbench, response_of, tools_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; by its path it can be told to fail or to dawdle."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        if self.path.startswith("/slow"):
            self.server.over.wait(20)  # type: ignore[attr-defined]  # set below
            return
        self.send_response(418 if self.path.startswith("/teapot") else 302 if self.path.startswith("/moved") else 200)
        self.send_header("content-type", "application/json")
        self.send_header("location", "/orders/1")
        self.end_headers()
        self.wfile.write(json.dumps({"asked": f"{self.command} {self.path}", "body": body}).encode())

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names of the standard library

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        server.over = threading.Event()  # type: ignore[attr-defined]  # for handlers that dawdle
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.over.set()  # type: ignore[attr-defined]  # as above
        server.shutdown()
        thread.join()


def _endpoint(url: str, method: str = "GET", timeout: float = 5) -> str:
    return (
        f'[[rest]]\nname = "ask"\nurl = "{url}"\nmethod = "{method}"\ntimeout = {timeout}\n'
        '[rest.parameters.properties]\norder = { type = ["string", "integer"] }\nnote = {}\n'
    )


@pytest.mark.parametrize(
    ("method", "given", "asked", "body"),
    [
        ("GET", {"order": 7}, "GET /orders/7?v=1", None),
        ("GET", {"order": "a/b?c", "note": "x y"}, "GET /orders/a%2Fb%3Fc?v=1&note=x+y", None),
        ("GET", {"order": 7, "note": [1, "b"]}, "GET /orders/7?v=1&note=1&note=b", None),
        ("DELETE", {"order": 7}, "DELETE /orders/7?v=1", None),
        ("POST", {"order": 7, "note": {"a": 1}}, "POST /orders/7?v=1", {"note": {"a": 1}}),
    ],
)
def test_parameters_go_where_they_belong(
    tmp_path: Path, shop: str, method: str, given: dict[str, Any], asked: str, body: object
) -> None:
    """Those with a place go into the address, escaped; the others into the query or a JSON body."""
    session = Workbench(tmp_path, _endpoint(f"{shop}/orders/{{order}}?v=1", method)).call(("ask", given))
    (tool,) = tools_of(session)
    assert (tool.kind, tool.status) == ("rest", "ok")
    answer = response_of(tool)
    assert answer["http_status"] == 200
    assert answer["body"]["asked"].replace("%20", "+") == asked
    assert (json.loads(answer["body"]["body"]) if answer["body"]["body"] else None) == body


@pytest.mark.parametrize("order", ["..", ".", ""])
def test_a_parameter_cannot_leave_its_place(tmp_path: Path, shop: str, order: str) -> None:
    """What would lead to another address is refused, and so is a place without its parameter."""
    bench = Workbench(tmp_path, _endpoint(f"{shop}/orders/{{order}}"))
    session = bench.call(("ask", {"order": order}), ("ask", {}))
    assert [tool.slugs for tool in tools_of(session)] == [("tool.invalid_params",)] * 2


@pytest.mark.parametrize(("path", "status"), [("teapot", 418), ("moved", 302)])
def test_an_answer_other_than_2xx_is_a_failure(tmp_path: Path, shop: str, path: str, status: int) -> None:
    """Its status and its body are recorded all the same; redirects are not followed."""
    session = Workbench(tmp_path, _endpoint(f"{shop}/{path}")).call(("ask", {}))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("failed", ("tool.failed",))
    assert response_of(tool)["http_status"] == status


def test_a_server_that_dawdles_is_not_waited_for(tmp_path: Path, shop: str) -> None:
    """The limit of the file holds."""
    session = Workbench(tmp_path, _endpoint(f"{shop}/slow", timeout=0.1)).call(("ask", {}))
    assert tools_of(session)[0].slugs == ("tool.timeout",)


def test_a_server_that_drips_is_not_waited_for_either(tmp_path: Path) -> None:
    """The limit is for the whole answer, not for the next byte."""
    with _dripping() as address:
        session = Workbench(tmp_path, _endpoint(address, timeout=0.2)).call(("ask", {}))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("timeout", ("tool.timeout",))


def test_no_server_is_a_failed_call(tmp_path: Path) -> None:
    """It may be back tomorrow."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        session = Workbench(tmp_path, _endpoint(address)).call(("ask", {}))
    assert tools_of(session)[0].slugs == ("tool.failed",)


@contextmanager
def _dripping() -> Iterator[str]:
    """A server that sends a byte every 20 ms and never ends."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
            while not over.wait(0.02):
                try:
                    peer.sendall(b".")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()
        thread.join()
