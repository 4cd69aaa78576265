"""Why an exchange with a model failed: the slug and the status of the attempt, and what can be done.

Everything an SDK, an HTTP library or a server can say is looked at here and nowhere else, whichever SDK it came by:
each slug of a provider's error stands here once. Errors are known by the names of their classes, along their ancestors
and their causes, because each SDK has classes of its own and this file asks for none of them.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import NodeStatus

WINDOW = r"context[ _](window|length|limit)|prompt is too long|maximum (context|prompt)|too many (input )?tokens"
"""How providers say that a request does not fit into the model's context window."""
QUOTA = r"insufficient_quota|billing_error|billing_not_active|credit balance|exceeded your current quota"
"""How providers say that an account has nothing left to spend; OpenAI does so with the status of a rate limit."""
MODEL = r"model_not_found|not_found_error.*model|model.*(does not exist|not found)"
"""How providers say that they do not know the model."""

Remedy = Literal["wait", "retry", "skip", "shrink", "none"]
"""What can be done: wait before trying this model again, try again or elsewhere, never try this model again, send less,
or nothing."""


class Failure(NamedTuple):
    """Why an exchange failed."""

    slug: str
    """What the attempt is marked with."""
    remedy: Remedy
    """What can be done."""
    status: NodeStatus = "failed"
    """How the transport went."""


_FIRST_ERROR = 300
_RATE_LIMITED = Failure("llm.rate_limited", "wait")
_OVERLOADED = Failure("llm.overloaded", "retry")
_AUTH = Failure("llm.auth_error", "skip")
_QUOTA = Failure("llm.quota_exceeded", "skip")
_UNKNOWN_MODEL = Failure("llm.unknown_model", "skip")
_INVALID = Failure("llm.invalid_request", "skip")
_UNREACHABLE = Failure("llm.unreachable", "retry")
_TIMEOUT = Failure("llm.timeout", "retry", "timeout")
_CANCELLED = Failure("llm.cancelled", "none", "cancelled")
_BROKEN = Failure("llm.stream_broken", "retry")
_WINDOW = Failure("context.exceeded", "shrink")
_FAILED = Failure("llm.failed", "retry")

_BY_STATUS = {401: _AUTH, 402: _QUOTA, 403: _AUTH, 408: _TIMEOUT, 429: _RATE_LIMITED, 504: _TIMEOUT}
_BY_TYPE = {
    "api_error": 500,
    "authentication_error": 401,
    "billing_error": 402,
    "insufficient_quota": 402,
    "internalServerException": 500,
    "invalid_prompt": 400,
    "invalid_request_error": 400,
    "modelStreamErrorException": 500,
    "modelTimeoutException": 504,
    "not_found_error": 404,
    "overloaded_error": 529,
    "permission_error": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "server_error": 500,
    "serviceUnavailableException": 503,
    "throttlingException": 429,
    "timeout_error": 504,
    "validationException": 400,
}

_AWAY = {"APIConnectionError", "TransportError", "ConnectionError", "gaierror"}
_SLOW = ("Timeout", "TimeoutError", "TimeoutException", "TimeoutExpired")


def classify(
    *,
    http_status: int | None = None,
    body: object = None,
    error: BaseException | None = None,
    status: NodeStatus | None = None,
    streaming: bool = False,
) -> Failure:
    """Tell why an exchange failed, from what is known of it.

    ``status`` is how the transport went, where nothing else is known; ``streaming`` says that an answer had begun.
    """
    if error is not None:
        return _of_error(error, streaming=streaming)
    if http_status is not None:
        return _of_status(http_status, str(body))
    meant = _BY_TYPE.get(error_type(body) or "")
    if meant is not None:
        return _of_status(meant, str(body))
    if status == "cancelled":
        return _CANCELLED
    return _TIMEOUT if status == "timeout" else _BROKEN if streaming else _FAILED


def classify_raised(error: BaseException) -> Failure:
    """Tell why an exchange failed from what an SDK raised, which may carry the status and the body of an answer."""
    body, status = getattr(error, "body", None), getattr(error, "status_code", None)
    if isinstance(body, dict) and not isinstance(body.get("error"), dict):
        body = {"error": body}
    if isinstance(status, int) and status >= _FIRST_ERROR:
        return classify(http_status=status, body=body)
    return classify(body=body, streaming=True) if body is not None else classify(error=error)


def error_type(body: object) -> str | None:
    """The provider's own name of an error, if the body has one; an event of a stream may only have a code."""
    kind = _error_field(body, "type")
    return kind if kind not in {None, "error"} else _error_field(body, "code")


def error_message(http_status: int | None, body: object) -> str:
    """The failure in words: the provider's sentence, else the first line of the body, after what kind it is."""
    kind = error_type(body) or (f"HTTP {http_status}" if http_status is not None else "error")
    words = _error_field(body, "message") or (body.strip().partition("\n")[0] if isinstance(body, str) else "")
    return f"{kind}: {words}" if words else kind


def is_cancelled(problem: BaseException) -> bool:
    """Whether an exception says that somebody stopped the work, rather than that it failed."""
    asyncio = sys.modules.get("asyncio.exceptions")
    return isinstance(problem, KeyboardInterrupt | GeneratorExit) or (
        asyncio is not None and isinstance(problem, asyncio.CancelledError)
    )


def is_timeout(problem: BaseException) -> bool:
    """Whether an exception, or one that it was raised from, says that something took too long."""
    return any(name.endswith(_SLOW) for name in _names(problem))


def _error_field(body: object, name: str) -> str | None:
    """A field of the error in a body; the body of some clouds, and an event of OpenAI's responses, is the error."""
    error = body.get("error", body) if isinstance(body, dict) else None
    value = error.get(name) if isinstance(error, dict) else None
    return value if isinstance(value, str) else None


def _of_status(http_status: int, text: str) -> Failure:
    if http_status in {400, 402, 403, 429} and _says(QUOTA, text):
        return _QUOTA
    if http_status in _BY_STATUS:
        return _BY_STATUS[http_status]
    if http_status >= 500:  # noqa: PLR2004 - every status from here on is the server's failure
        return _OVERLOADED
    if http_status in {400, 413} and _says(WINDOW, text):
        return _WINDOW
    if http_status in {400, 404} and _says(MODEL, text):
        return _UNKNOWN_MODEL
    return _INVALID if http_status >= 400 else _FAILED  # noqa: PLR2004 - and from here the client's


def _of_error(error: BaseException, *, streaming: bool) -> Failure:
    if is_cancelled(error):
        return _CANCELLED
    if is_timeout(error):
        return _TIMEOUT
    if streaming:
        return _BROKEN
    return _UNREACHABLE if _names(error) & _AWAY else _FAILED


def _names(error: BaseException) -> set[str]:
    """The classes of an error and of its causes, with their ancestors."""
    return {kind.__name__ for cause in _chain(error) for kind in type(cause).__mro__}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from; a chain that bites its own tail ends there."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def _says(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
