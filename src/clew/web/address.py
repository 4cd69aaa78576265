"""Where the server listens, and by which names it may be asked for.

A page on the internet can make a browser send requests to this machine, under a name of its own that resolves to a
loopback address (DNS rebinding). So the names are a closed list, and a request under any other name is refused before
anything else is looked at (rules W1 and W2).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
PORT = 2539
"""The usual port: CLEW on the keys of a telephone."""
SHORTEST_TOKEN = 16
"""Characters of a token that others than this machine's users may try to guess."""

_OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_PLAIN_PORT = 80


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    """An address of this machine."""
    port: int
    exposed: tuple[str, ...] = ()
    """Names by which other machines ask, each with a port or without."""

    @property
    def url(self) -> str:
        """What a browser on this machine opens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.host in {"0.0.0.0", "::"}:  # noqa: S104 - asked about, not bound
            host = LOOPBACK
        return f"http://{host}:{self.port}/"

    @property
    def hosts(self) -> frozenset[str]:
        """Every value of the ``Host`` header that is answered, in small letters."""
        names = {*_OWN_NAMES, f"[{self.host}]" if ":" in self.host else self.host} - {"0.0.0.0", "[::]"}  # noqa: S104 - refused
        found = {f"{name}:{self.port}" for name in names}
        found |= names if self.port == _PLAIN_PORT else set()
        for name in self.exposed:
            found |= {name} if _has_port(name) else {name, f"{name}:{self.port}"}
        return frozenset(map(str.lower, found))

    def origins(self, host: str) -> frozenset[str]:
        """The origins of a page that was asked for under one of these names."""
        exposed = {_bare(name).lower() for name in self.exposed}
        secure = {f"https://{host}"} if _bare(host) in exposed else set()
        return frozenset({f"http://{host}", *secure})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def objection(host: str, token: str | None, exposed: tuple[str, ...]) -> str | None:
    """Why the server must not listen there, in a sentence; ``None`` if it may. Asked before any port is opened."""
    if is_loopback(host):
        return None
    if not exposed:
        return (
            f"{host} can be reached from other machines, and what was recorded is private: "
            "name with --expose by which name they may ask, or leave --host out."
        )
    if token is None or len(token) < SHORTEST_TOKEN:
        return (
            f"Others can reach {host}: give a --token of at least {SHORTEST_TOKEN} characters that they have to know."
        )
    return None


def listen(host: str, port: int | None) -> socket.socket:
    """Open the port: the one that is asked for, else the usual one, else any that is free. Raises ``OSError``."""
    name = LOOPBACK if host == "localhost" else host
    if port is not None:
        return _opened(name, port)
    try:
        return _opened(name, PORT)
    except OSError:
        return _opened(name, 0)


def _opened(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or answers wait for Nagle
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise OSError(problem.errno, problem.strerror, f"{host} port {port}") from problem
    return listener


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdecimal() and not name.endswith("]")


def _bare(name: str) -> str:
    """A name without its port."""
    return name.rpartition(":")[0] if _has_port(name) else name
