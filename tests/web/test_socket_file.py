"""The socket file: this user gets in without a token, nobody else does, and no page of a browser gets near."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clew.errors import UnreadableFolder
from clew.store.folder import Folder
from clew.web import socket_file
from clew.web.server import Server
from clew.web.socket_file import SocketAddress, listen_at, peer
from tests.explore.recorded import ID, family
from tests.web.site import PATIENCE, PRIVATE, every_address, until

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN = "Host: localhost\r\n"


@pytest.fixture
def place() -> Iterator[Path]:
    """A private folder with a short path: that of a socket has little room."""
    with tempfile.TemporaryDirectory(prefix="clew") as folder:
        yield Path(folder) / "s"


@contextmanager
def serving_at(path: Path, folder: Path) -> Iterator[None]:
    """Serve a folder at a socket file, in a thread of this process."""
    with listen_at(path) as listener:
        server = Server(Folder(folder), SocketAddress(path), None)
        thread = threading.Thread(target=server.serve_on, args=[listener], daemon=True)
        thread.start()
        try:
            assert server.ready.wait(PATIENCE)
            until(lambda: server.started)
            yield
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server did not end"


def _ask(path: Path, address: str, headers: str = _OWN, method: str = "GET") -> bytes:
    """The whole reply to exactly these headers; empty if the server hangs up. Of a stream its beginning."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        reply = b""
        try:
            connection.sendall(f"{method} {address} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n".encode())
            while (piece := connection.recv(1 << 16)) and b"text/event-stream" not in reply:
                reply += piece
        except (BrokenPipeError, ConnectionResetError):
            return reply
        return reply


def _status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def test_w4_this_user_needs_no_token(place: Path, tmp_path: Path) -> None:
    """Every route answers at the socket file without a token, with the posture of every answer; none takes one."""
    with serving_at(place, family(tmp_path)):
        assert place.stat().st_mode & 0o777 == 0o600
        assert ID.encode() in _ask(place, "/api/sessions")
        for address in PRIVATE:
            reply = _ask(place, address)
            assert _status(reply) == 200, (address, reply)
            assert b"content-security-policy: " in reply
        assert b"web.no_route" in _ask(place, "/api/token", method="POST")
        assert b"web.method_refused" in _ask(place, "/api/sessions", method="POST")
    assert not place.exists()


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Host: localhost:2539\r\n",
        "Host: 127.0.0.1\r\n",
        "Host: evil.example\r\n",
        f"{_OWN}{_OWN}",
        f"{_OWN}Origin: http://evil.example\r\n",
        f"{_OWN}Origin: null\r\n",
        f"{_OWN}Origin: https://localhost\r\n",
        f"{_OWN}Sec-Fetch-Site: cross-site\r\n",
    ],
)
def test_w2_w3_host_and_origin_count_there_too(place: Path, tmp_path: Path, headers: str) -> None:
    """The name is ``localhost`` without a port, so a port forwarded to the file is refused, and so is any origin."""
    with serving_at(place, tmp_path):
        for method, address in every_address():
            reply = _ask(place, address, headers, method)
            assert _status(reply) in {400, 403}, (address, reply)
        assert _status(_ask(place, "/api/sessions", f"{_OWN}Origin: http://localhost\r\n")) == 200


def test_w4_the_peer_is_who_the_kernel_says() -> None:
    """The user at the other end is told by the kernel, and a large number of one is not taken for a negative one."""
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert peer(one) == os.geteuid()

    class Nobody:
        """A connection of the user with the largest number."""

        def getsockopt(self, *_: int) -> bytes:
            """What the kernel tells of it."""
            return struct.pack("iII", 7, 0xFFFF_FFFE, 7)

    assert peer(Nobody()) == 0xFFFF_FFFE  # type: ignore[arg-type]  # all that is asked of a socket


def test_w4_another_user_is_hung_up_on(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is somebody else is not answered a byte; the server goes on for its own user."""
    with serving_at(place, family(tmp_path)):
        monkeypatch.setattr(socket_file, "peer", lambda _: os.geteuid() + 1)
        assert _ask(place, "/api/sessions") == b""
        monkeypatch.undo()
        assert _status(_ask(place, "/api/sessions")) == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can be somebody else")
def test_w4_another_user_is_refused_for_real(place: Path, tmp_path: Path) -> None:
    """A process of another user, even where folder and file are opened to everybody, gets nothing."""
    with serving_at(place, family(tmp_path)):
        place.parent.chmod(0o711)
        place.chmod(0o666)
        asks = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            " s.settimeout(60); print('told:', s.recv(100))"
        )
        try:
            other = subprocess.run(
                [shutil.which("python3", path=os.defpath) or sys.executable, "-I", "-c", asks, str(place)],
                user=65534,
                group=65534,
                extra_groups=[],
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        except PermissionError:
            pytest.skip("the interpreter lies where nobody else may run it")
    assert other.stdout == "told: b''\n" or "ConnectionResetError" in other.stderr, other


def test_only_what_a_server_left_behind_is_replaced(place: Path) -> None:
    """A socket at which nobody listens makes room; one in use, and any other file, stays and is named."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place))
    with listen_at(place):
        with pytest.raises(OSError, match="in use") as refused, listen_at(place):
            pass
        assert refused.value.filename == str(place)
    place.write_text("mine")
    with pytest.raises(FileExistsError), listen_at(place):
        pass
    assert place.read_text() == "mine"
    link = place.with_name("link")
    link.symlink_to(place.with_name("nowhere"))
    with pytest.raises(FileExistsError), listen_at(link):
        pass


def test_the_file_of_another_server_is_left_alone(place: Path) -> None:
    """A server that ends takes its own file away, and not one that came after it."""
    with listen_at(place):
        place.unlink()
        place.write_text("another")
    assert place.read_text() == "another"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o702])
def test_the_folder_is_this_users_alone(place: Path, mode: int) -> None:
    """Where others may write, they could put a socket of theirs in its place, so the server does not start."""
    place.parent.chmod(mode)
    with pytest.raises(UnreadableFolder, match="chmod 700"), listen_at(place):
        pass
    place.parent.chmod(0o700)


def test_a_path_that_does_not_fit_is_said(place: Path) -> None:
    """A socket's path has a length beyond which there is none; so is a folder that is not there."""
    with pytest.raises(OSError, match="too long"), listen_at(place.with_name("x" * 200)):
        pass
    with pytest.raises(FileNotFoundError), listen_at(place / "deeper" / "s"):
        pass
