"""Why an exchange with a model failed: the slug and the status of the attempt.

Everything an SDK or a server can say is looked at here and nowhere else. Errors are known by the names of their
classes, along their ancestors and their causes, because each SDK has classes of its own and this file asks for none
of them.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import NodeStatus

WINDOW = re.compile(
    r"context[ _](window|length|limit)|prompt is too long|maximum (context|prompt)|too many (input )?tokens",
    re.IGNORECASE,
)
"""How providers say that a request does not fit into the model's context window."""

_BY_STATUS = {401: "llm.auth_error", 403: "llm.auth_error", 408: "llm.timeout", 429: "llm.rate_limited"}
_BY_TYPE = {
    "api_error": 500,
    "authentication_error": 401,
    "invalid_request_error": 400,
    "overloaded_error": 529,
    "permission_error": 403,
    "rate_limit_error": 429,
    "timeout_error": 408,
}
_STATUS_OF: dict[str, NodeStatus] = {"llm.timeout": "timeout", "llm.cancelled": "cancelled"}


class Failure(NamedTuple):
    """What an attempt that failed is marked with."""

    slug: str
    """Why it failed."""
    status: NodeStatus
    """How the transport went."""


def classify(
    *, http_status: int | None = None, body: object = None, error: BaseException | None = None, streaming: bool = False
) -> Failure:
    """Tell why an exchange failed, from what is known of it; ``streaming`` says that an answer had begun."""
    if error is not None:
        slug = _slug_of_error(error, streaming=streaming)
    elif http_status is not None:
        slug = _slug_of_status(http_status, str(body))
    elif (status := _BY_TYPE.get(error_type(body) or "")) is not None:
        slug = _slug_of_status(status, str(body))
    else:
        slug = "llm.stream_broken" if streaming else "llm.failed"
    return Failure(slug, _STATUS_OF.get(slug, "failed"))


def error_type(body: object) -> str | None:
    """The provider's own name of an error, if the body has one."""
    return _error_field(body, "type")


def error_message(http_status: int | None, body: object) -> str:
    """The failure in words: the provider's sentence, else the first line of the body, after what kind it is."""
    kind = error_type(body) or (f"HTTP {http_status}" if http_status is not None else "error")
    words = _error_field(body, "message") or (body.strip().partition("\n")[0] if isinstance(body, str) else "")
    return f"{kind}: {words}" if words else kind


def _error_field(body: object, name: str) -> str | None:
    error = body.get("error") if isinstance(body, dict) else None
    value = error.get(name) if isinstance(error, dict) else None
    return value if isinstance(value, str) else None


def _slug_of_status(http_status: int, text: str) -> str:
    if http_status in _BY_STATUS:
        return _BY_STATUS[http_status]
    if http_status >= 500:  # noqa: PLR2004 - every status from here on is the server's failure
        return "llm.overloaded"
    if http_status in {400, 413} and WINDOW.search(text):
        return "context.exceeded"
    return "llm.invalid_request" if http_status >= 400 else "llm.failed"  # noqa: PLR2004 - and from here the client's


def _slug_of_error(error: BaseException, *, streaming: bool) -> str:
    if isinstance(error, (KeyboardInterrupt, asyncio.CancelledError, GeneratorExit)):
        return "llm.cancelled"
    names = {kind.__name__ for cause in _chain(error) for kind in type(cause).__mro__}
    if "TimeoutError" in names or "TimeoutException" in names or "APITimeoutError" in names:
        return "llm.timeout"
    if streaming:
        return "llm.stream_broken"
    return "llm.unreachable" if names & {"APIConnectionError", "TransportError", "ConnectionError"} else "llm.failed"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from; a chain that bites its own tail ends there."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__
