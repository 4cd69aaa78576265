"""The socket file: a place to ask the server at that this user alone can reach, so that it needs no token.

Every user of a machine can open its loopback ports. A Unix socket has an owner and a mode, and the kernel says who is
at its other end (``SO_PEERCRED``): that takes the place of the token (rule W4). It has one name, ``localhost``, without
a port, so a port of this machine that somebody forwards to it is refused like any other name; and what a page of
another origin caused is refused as it is everywhere.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.web.own_folder import check_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CREDENTIALS = struct.Struct("iII")
"""Of the peer: process, user, group; the latter two without a sign."""
_LONGEST = 107
"""Bytes of the path of a socket, on Linux."""
_PATIENCE = 1.0
_WAITING = 128


class SocketAddress(NamedTuple):
    """Where a server listens that is asked through a file."""

    path: Path

    @property
    def hosts(self) -> frozenset[str]:
        """Every value of the ``Host`` header that is answered."""
        return frozenset({"localhost"})

    def origins(self, host: str) -> frozenset[str]:
        """The origins of a page that was asked for under this name."""
        return frozenset({f"http://{host}"})


class OwnSocket(socket.socket):
    """Accepts the connections of this user, and hangs up on everybody else, root included."""

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection. Raises ``ConnectionAbortedError`` for one of another user."""
        connection, address = super().accept()
        if peer(connection) != os.geteuid():
            connection.close()
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))
        return connection, address


def peer(connection: socket.socket) -> int:
    """The user at the other end of a connection."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[1])


@contextmanager
def listen_at(path: Path) -> Iterator[socket.socket]:
    """Listen at a socket file, which is there as long as this lasts. Raises ``UnreadableFolder`` or ``OSError``.

    A file that a server left behind is replaced; one at which somebody listens, or that is no socket, is not.
    """
    if len(os.fsencode(path)) > _LONGEST:
        raise _failure(errno.ENAMETOOLONG, path)
    check_own(path.parent)
    _clear(path)
    with OwnSocket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(str(path))
        except OSError as problem:
            raise _failure(problem.errno or errno.EINVAL, path) from problem
        path.chmod(0o600)  # nobody gets in before: it does not listen yet
        mine = _stamp(path)
        try:
            listener.listen(_WAITING)
            yield listener
        finally:
            with suppress(OSError):
                if _stamp(path) == mine:
                    path.unlink()


def _clear(path: Path) -> None:
    """Take away a socket at which nobody listens. Raises ``OSError`` for anything else that is in the way."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.geteuid():
        raise _failure(errno.EEXIST, path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PATIENCE)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError:  # so many wait at it already that nobody can be heard
            pass
    raise _failure(errno.EADDRINUSE, path)


def _stamp(path: Path) -> tuple[int, int]:
    """What tells a file from another one of its name, even if it has the same inode."""
    found = path.lstat()
    return found.st_ino, found.st_mtime_ns


def _failure(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))
