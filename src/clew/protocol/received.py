"""What the server was asked: the record a test looks at to see what really went over the wire."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

CREDENTIALS = frozenset({"x-api-key", "authorization", "proxy-authorization", "cookie"})


class ReceivedRequest(Struct, frozen=True, kw_only=True):
    """One request as it arrived, credentials left out."""

    method: str
    """The HTTP method."""
    path: str
    """The path, without the query."""
    query: str
    """The query as it stood behind the `?`, or nothing."""
    headers: dict[str, str]
    """The headers, names in lower case, without those that carry credentials."""
    body: Any
    """The JSON value of the body; `None` if there is no body or it is not JSON."""
    at: float
    """When the request had arrived whole, by the server's clock."""


def without_credentials(headers: dict[str, str]) -> dict[str, str]:
    """Leave out the headers that carry credentials; names are expected in lower case."""
    return {name: value for name, value in headers.items() if name not in CREDENTIALS}


def credential(headers: dict[str, str]) -> str:
    """Find the API key or the bearer token in the headers, or nothing."""
    return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")


def json_or_none(data: bytes) -> object:
    """Decode a body, or return `None` if it is not JSON."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
