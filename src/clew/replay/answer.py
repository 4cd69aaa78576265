"""A recorded attempt as HTTP: its answer, or what came instead of one.

A stream is made anew from the message that it was put together to, so its words are those of the record and its pieces
are not. One that broke off breaks off after the same words. A server that said nothing says nothing: the client's own
patience ends that.

Time is not replayed unless it is asked for. An SDK that retries waits as long as ``retry-after-ms`` says, which is then
a millisecond; ``retry-after`` is as it was, for agents that look at it themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from clew.protocol.reply import Reply
from clew.record.replayed import HURRIED

if TYPE_CHECKING:
    from clew.model.session import Attempt
    from clew.protocol.reply import Ending
    from clew.replay.dialect import Dialect

SOON = "1"
"""Milliseconds that an SDK waits before it tries again."""
STATUSES = {
    "llm.rate_limited": 429,
    "llm.overloaded": 529,
    "llm.auth_error": 401,
    "llm.quota_exceeded": 402,
    "llm.unknown_model": 404,
    "llm.invalid_request": 400,
    "context.exceeded": 413,
}
"""The HTTP status of a failure, where the record only has its slug: an application recorded it without the hooks."""
RESET = re.compile(r"Errno 104|\breset\b|ConnectionReset|ReadError")
"""How failures say that a connection was reset, and not closed."""
_FIRST_ERROR = 300
_JSON, _EVENTS, _PAGE = "application/json", "text/event-stream; charset=utf-8", "text/html"


def reply_to(attempt: Attempt, request: dict[str, Any], dialect: Dialect, *, timed: bool = False) -> Reply:
    """What a request gets that is a recorded attempt; ``timed`` lets it take as long as it took."""
    reply = _reply(attempt, request, dialect, timed=timed)
    return _timed(reply, attempt) if timed else reply


def _reply(attempt: Attempt, request: dict[str, Any], dialect: Dialect, *, timed: bool) -> Reply:
    answer = attempt.response
    body = answer.payload.value if answer is not None and answer.payload is not None else None
    status = attempt.http_status
    if status is None and answer is None:
        status = next((STATUSES[slug] for slug in attempt.slugs if slug in STATUSES), None)
    if status is not None and status >= _FIRST_ERROR:
        if body is None:
            body = dialect.error_body("", attempt.error or "")
        return _error(attempt, status, body, timed=timed)
    if answer is None:
        return Reply(status=None, ending=_end_of(attempt))
    whole = not answer.partial and (attempt.status == "ok" or (isinstance(body, dict) and dialect.failed(body)))
    if request.get("stream"):
        return _stream(attempt, body, request, dialect, whole=whole)
    data = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    kind = (("content-type", _JSON),)
    ending = "whole" if whole else _end_of(attempt)
    return Reply(status=200, headers=kind, pieces=(data,), streamed=not whole, ending=ending)


def _stream(attempt: Attempt, body: Any, request: dict[str, Any], dialect: Dialect, *, whole: bool) -> Reply:  # noqa: ANN401 - a JSON value
    pieces = dialect.streamed(body, request, whole) if isinstance(body, dict) else ()
    error = None if whole else _stream_error(attempt, dialect)
    if error is not None:
        pieces = (*pieces, dialect.event(error))
    return Reply(
        status=200,
        headers=(("content-type", _EVENTS),),
        pieces=pieces,
        streamed=True,
        ending="whole" if whole or error is not None else _end_of(attempt),
    )


def _end_of(attempt: Attempt) -> Ending:
    """How the connection ended that an answer broke off with, as far as its failure tells."""
    if attempt.status == "timeout":
        return "hold"
    return "reset" if RESET.search(attempt.error or "") else "close"


def _stream_error(attempt: Attempt, dialect: Dialect) -> dict[str, Any] | None:
    """The event by which a provider ended a stream, if it did: as it is recorded, or as its slug says."""
    noted = _attributes(attempt).get("stream_error")
    if isinstance(noted, dict):
        return noted
    kinds = [kind for slug, kind in dialect.error_types if slug in attempt.slugs]
    return dialect.error_body(kinds[0], (attempt.error or "").partition(": ")[2]) if kinds else None


def _error(attempt: Attempt, status: int, body: Any, *, timed: bool) -> Reply:  # noqa: ANN401 - a JSON value
    text = isinstance(body, str)
    data = b"" if body is None else body.encode() if text else msgspec.json.encode(body)
    advice = {str(name): str(value) for name, value in (_attributes(attempt).get("headers") or {}).items()}
    if not timed:
        advice = {**advice, "retry-after-ms": SOON, HURRIED: msgspec.json.encode(advice).decode()}
    headers = (("content-type", _PAGE if text else _JSON), *advice.items())
    return Reply(status=status, headers=headers, pieces=(data,))


def _attributes(attempt: Attempt) -> dict[str, Any]:
    value = attempt.attributes.value if attempt.attributes is not None else None
    return value if isinstance(value, dict) else {}


def _timed(reply: Reply, attempt: Attempt) -> Reply:
    """The reply in the time that it took: until its first piece, and from there to its end."""
    if reply.delay or attempt.ended_at is None:
        return reply
    first = attempt.first_token_at or attempt.ended_at
    rest = (attempt.ended_at - first) / 1000 / max(1, len(reply.pieces) - 1)
    return msgspec.structs.replace(reply, delay=max(0.0, (first - attempt.started_at) / 1000), pace=max(0.0, rest))
