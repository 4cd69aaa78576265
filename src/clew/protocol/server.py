"""The server: sockets, HTTP/1.1 and threads, and of providers only which path belongs to which.

One thread accepts, one thread serves each connection. Clients of a test server die, hang up in the middle of a stream
and keep idle connections open, so a lost connection is never an error here, and closing the server first wakes whoever
waits and then ends every connection that is still open. Waiting goes through `sleep`; the one it has by itself is woken
by closing the server, so that a scripted delay of a minute costs a test nothing after its client has given up.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any
from zlib import crc32

from clew.protocol import anthropic
from clew.protocol.completions import CompletionsEndpoint
from clew.protocol.messages import MessagesEndpoint
from clew.protocol.received import ReceivedRequest, credential, json_or_none, without_credentials
from clew.protocol.script import Script

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from clew.protocol.reply import Ending, Reply
    from clew.protocol.scenario import Answer, Scenario

ACCEPT_POLL = 0.02
"""Seconds until the accepting thread notices that the server closes."""
JOIN_TIMEOUT = 5.0
"""Seconds that closing waits for one connection's thread."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""The `SO_LINGER` value with which closing a socket resets the connection."""


class ModelServer:
    """A model provider on loopback that answers from a scenario: `with ModelServer(scenario) as server: ...`."""

    requests: list[ReceivedRequest]
    """What was asked so far, in the order of arrival."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to serve `scenario`; `sleep` takes seconds and `clock` gives seconds since the epoch."""
        self.requests = []
        self._closing = Event()
        self._lock = Lock()
        self._listener: _Listener | None = None
        self._sleep = sleep or self._closing.wait
        self._clock = clock
        self._script = Script(scenario)
        self._endpoints: dict[str, MessagesEndpoint | CompletionsEndpoint] = {
            "/v1/messages": MessagesEndpoint(scenario, self._script),
            "/v1/chat/completions": CompletionsEndpoint(scenario, self._script, clock),
        }
        self._mark = f"{crc32(scenario.name.encode()):08x}"

    @property
    def base_url(self) -> str:
        """The address for an SDK's `base_url`; the server must have been started."""
        if self._listener is None:
            raise RuntimeError("the model server has no address before it is started")
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """The address for the `base_url` of OpenAI's SDK, which expects the version in it."""
        return f"{self.base_url}/v1"

    @property
    def unserved(self) -> list[Answer]:
        """The answers of the scenario nobody has asked for yet."""
        return self._script.unserved

    def start(self) -> Self:
        """Listen on a free port of the loopback interface and serve in a thread of its own."""
        self._listener = _Listener(self)
        Thread(target=self._listener.serve_forever, args=(ACCEPT_POLL,), name="model-server", daemon=True).start()
        return self

    def close(self) -> None:
        """Stop accepting, end every open connection and wait for the threads; closing twice is closing once."""
        self._closing.set()
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.end_connections()
            self._listener.server_close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Close."""
        self.close()

    def wait(self, seconds: float) -> None:
        """Let scripted time pass."""
        if seconds > 0:
            self._sleep(seconds)

    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Record a request that has arrived whole, and find the reply to it."""
        path, _, query = target.partition("?")
        received = ReceivedRequest(
            method=method,
            path=path,
            query=query,
            headers=without_credentials(headers),
            body=json_or_none(data),
            at=self._clock(),
        )
        with self._lock:
            self.requests.append(received)
            number = len(self.requests)
        return self._route(received, credential(headers), number)

    def _route(self, received: ReceivedRequest, key: str, number: int) -> Reply:
        label = f"{self._mark}{number:04d}"
        endpoint = self._endpoints.get(received.path) if received.method == "POST" else None
        if endpoint is None:
            return anthropic.refusal(404, f"No {received.method} {received.path} here", label=label)
        return endpoint.reply(received.body, credential=key, number=number, label=label)


class _Listener(ThreadingTCPServer):
    """The listening socket, and the connections it accepted."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model_server: ModelServer) -> None:
        """Listen on a free port, on behalf of `model_server`."""
        self.model_server = model_server
        self._connections: dict[Thread, Any] = {}
        super().__init__(("127.0.0.1", 0), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        """Serve a connection in a thread that closing can find."""
        thread = Thread(target=self._serve, args=(request, client_address), name="model-connection", daemon=True)
        self._connections[thread] = request
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        try:
            self.process_request_thread(request, client_address)
        finally:
            self._connections.pop(current_thread(), None)

    def end_connections(self) -> None:
        """Shut every connection down and wait until its thread has noticed."""
        for thread, request in list(self._connections.items()):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
            thread.join(JOIN_TIMEOUT)


class _Connection(BaseHTTPRequestHandler):
    """One connection of one client: requests in, replies out, until one of the two has had enough."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        """Serve request after request; a client that goes away is none of our business."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what was asked stands in `ModelServer.requests`."""

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if not length.isdecimal() or "transfer-encoding" in headers:
            self.send_error(411)
            self.close_connection = True
            return
        data = self.rfile.read(int(length))
        if len(data) == int(length):
            self._send(self.server.model_server.reply(self.command, self.path, headers, data))

    do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _answer  # noqa: N815 - the base class looks for these names

    def _send(self, reply: Reply) -> None:
        self.server.model_server.wait(reply.delay)
        if reply.status is not None:
            self._send_head(reply.status, reply)
            self._send_pieces(reply)
        self._end(reply.ending)

    def _send_head(self, status: int, reply: Reply) -> None:
        self.send_response_only(status)
        self.send_header("date", self.date_time_string())
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.streamed:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(sum(map(len, reply.pieces))))
        self.end_headers()

    def _send_pieces(self, reply: Reply) -> None:
        for number, piece in enumerate(reply.pieces):
            if number:
                self.server.model_server.wait(reply.pace)
            self.wfile.write(_chunk(piece) if reply.streamed else piece)
        if reply.streamed and reply.ending == "whole":
            self.wfile.write(_chunk(b""))

    def _end(self, ending: Ending) -> None:
        if ending == "whole":
            return
        self.close_connection = True
        if ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            # The base class would end the connection in good order before it closes the socket, so it must not find it.
            socket.close(self.connection.detach())


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
