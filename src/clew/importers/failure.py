"""Failures of model calls as Claude Code writes them down.

Each retry is an ``api_error`` record: what the server said, and how long the client waits. When the retries are
exhausted, or a call is not retried at all, the client writes a message in the model's name, with the error as its text.
"""

from __future__ import annotations

import re
from typing import Any

from clew.importers.transcript import object_or_empty

REDACTED = "[redacted]"
_PRIVATE_HEADER = "anthropic-organization-id"
_STATUS = re.compile(r"API Error:? *\(?(\d{3})\b")
_SLUGS = {401: "llm.auth_error", 403: "llm.auth_error", 408: "llm.timeout", 429: "llm.rate_limited", 504: "llm.timeout"}


def slug_of(status: int | None) -> str:
    """Why a call failed, by the server's status; without one the server was not reached."""
    if status is None:
        return "llm.unreachable"
    if status in _SLUGS:
        return _SLUGS[status]
    return "llm.overloaded" if status >= 500 else "llm.invalid_request" if status >= 400 else "llm.failed"  # noqa: PLR2004 - the classes of HTTP


def status_of(error: dict[str, Any]) -> int | None:
    """The HTTP status in an ``api_error`` record."""
    status = error.get("status")
    return status if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599 else None  # noqa: PLR2004 - as HTTP has them


def status_in(text: str) -> int | None:
    """The HTTP status that a client's error message names."""
    found = _STATUS.search(text)
    return int(found[1]) if found else None


def sentence_of(error: dict[str, Any]) -> str:
    """An ``api_error`` record's error in words."""
    body = object_or_empty(object_or_empty(error.get("error")).get("error"))
    cause = object_or_empty(error.get("cause"))
    words = [error.get("message"), body.get("type"), body.get("message"), cause.get("code"), cause.get("message")]
    status = status_of(error)
    said = ": ".join(word for word in words if isinstance(word, str) and word)
    return " ".join(part for part in (str(status) if status else "", said) if part) or "The call failed."


def without_organization(data: dict[str, Any]) -> dict[str, Any]:
    """An ``api_error`` record without the organisation's id, which its headers hold; the place is named."""
    error = object_or_empty(data.get("error"))
    headers = object_or_empty(error.get("headers"))
    private = [name for name in headers if name.lower() == _PRIVATE_HEADER]
    if not private:
        return data
    cleaned = {name: REDACTED if name in private else value for name, value in headers.items()}
    return {**data, "error": {**error, "headers": cleaned}, "redacted": [f"error.headers.{name}" for name in private]}


def wait_of(data: dict[str, Any]) -> float | None:
    """How long the client said it would wait before it asks again, in milliseconds; often with a fraction."""
    wait = data.get("retryInMs")
    return float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait < 1e12 else None  # noqa: PLR2004 - thirty years
