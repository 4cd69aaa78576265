"""The real provider, for what comes after the recorded part of a session: requests are handed on as they are.

Credentials go where the client meant them to go, to the provider's address, and nowhere else; nothing of them is kept.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clew.protocol.reply import Reply
from clew.record.replayed import OWN_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

PATIENCE = 600.0
"""Seconds that a provider may be silent."""
PIECE = 65_536
ADDRESSES = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
"""Where providers are, unless the environment says otherwise."""
VARIABLES = {"anthropic": "ANTHROPIC_BASE_URL", "openai": "OPENAI_BASE_URL"}
"""The variables by which the SDKs are told where."""
_OWN = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "keep-alive", "proxy-connection", OWN_ADDRESS}
)
"""Headers that belong to one connection."""


def addresses_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Where each provider is."""
    return {name: environment.get(VARIABLES[name]) or address for name, address in ADDRESSES.items()}


def forward(address: str, target: str, headers: Mapping[str, str], data: bytes) -> Reply:
    """Ask a provider, and hand its answer on as it arrives. ``target`` is the path on this server, with its query.

    A provider that cannot be reached ends the connection, as it would for the client itself.
    """
    parts = urlsplit(address)
    prefix = parts.path.rstrip("/")
    path = target if not prefix or target.startswith(f"{prefix}/") else prefix + target
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    sent = {name: value for name, value in headers.items() if name not in _OWN}
    try:
        connection.request("POST", path, data, sent)
        answer = connection.getresponse()
    except (OSError, HTTPException):
        connection.close()
        return Reply(status=None, ending="close")
    told = tuple((name, value) for name, value in answer.getheaders() if name.lower() not in _OWN | {"date"})
    return Reply(status=answer.status, headers=told, following=_pieces(connection, answer), streamed=True)


def _pieces(connection: HTTPConnection, answer: HTTPResponse) -> Iterator[bytes]:
    """The body, as it arrives; one that breaks off breaks the client's connection too."""
    try:
        while piece := answer.read1(PIECE):
            yield piece
    except (OSError, HTTPException) as problem:
        raise ConnectionError(str(problem)) from problem
    finally:
        connection.close()
