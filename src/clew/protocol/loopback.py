"""A server on loopback: sockets, HTTP/1.1 and threads; what it answers is for others to say.

One thread accepts, one thread serves each connection. Clients of a test server die, hang up in the middle of a stream
and keep idle connections open, so a lost connection is never an error here, and closing the server first wakes whoever
waits and then ends every connection that is still open. Waiting goes through `sleep`; the one it has by itself is woken
by closing the server, so that a scripted delay of a minute costs a test nothing after its client has given up.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from clew.protocol.reply import Ending, Reply

ACCEPT_POLL = 0.02
"""Seconds until the accepting thread notices that the server closes."""
JOIN_TIMEOUT = 5.0
"""Seconds that closing waits for one connection's thread."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""The `SO_LINGER` value with which closing a socket resets the connection."""


class Loopback(ABC):
    """A server on a free port of the loopback interface: `with ... as server: server.base_url`."""

    def __init__(self, *, sleep: Callable[[float], object] | None = None) -> None:
        """`sleep` takes seconds."""
        self._closing = Event()
        self._listener: _Listener | None = None
        self._sleep = sleep or self._closing.wait

    @abstractmethod
    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Find the reply to a request that has arrived whole; called from the thread of its connection."""

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

    def hold(self) -> None:
        """Let nothing happen until the server closes."""
        self._closing.wait()

    def wait(self, seconds: float) -> None:
        """Let scripted time pass."""
        if seconds > 0:
            self._sleep(seconds)


class _Listener(ThreadingTCPServer):
    """The listening socket, and the connections it accepted."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, model_server: Loopback) -> None:
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

    do_CONNECT = do_DELETE = do_GET = do_PATCH = do_POST = do_PUT = _answer  # noqa: N815 - the base class looks for these names

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
        for piece in reply.following:
            self.wfile.write(_chunk(piece))
        if reply.streamed and reply.ending == "whole":
            self.wfile.write(_chunk(b""))

    def _end(self, ending: Ending) -> None:
        if ending == "whole":
            return
        self.close_connection = True
        if ending == "hold":
            self.server.model_server.hold()
        if ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            # The base class would end the connection in good order before it closes the socket, so it must not find it.
            socket.close(self.connection.detach())


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
