"""What OpenAI's endpoints have in common: how an answer becomes HTTP, and how they say no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import msgspec

from clew.protocol.breakage import ending_of, pieces_until
from clew.protocol.reply import Reply
from clew.protocol.scenario import Drop, Error, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.scenario import Answer, Cut

Json: TypeAlias = dict[str, Any]

ERROR_CODES = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "forbidden"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}
"""Type and code by status; every other status is the server's own fault."""
WRONG_KEY = "Incorrect API key provided"
"""What is said of a key that is not accepted."""


def text_of(content: object) -> str:
    """Join the text in a string or a list of parts."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return content if isinstance(content, str) else ""


def reply_of(
    answer: Answer, pieces: Callable[[Message], tuple[bytes, ...]], error: Callable[[Cut], bytes], *, label: str
) -> Reply:
    """Turn an answer into HTTP. `label` is the part of all ids that makes them unique.

    `pieces` makes one piece of JSON or the events of a stream, `error` the event that a stream is cut off with.
    """
    match answer:
        case Message():
            return _message_reply(answer, pieces(answer), error, label)
        case Error():
            return _error_reply(answer, label)
        case Drop():
            return Reply(status=None, ending=answer.how, delay=answer.delay)
        case _:
            assert_never(answer)


def refusal(status: int, message: str, *, label: str) -> Reply:
    """Make the reply with which the API itself turns a request down."""
    body = msgspec.json.encode(error_body(status, message))
    return Reply(status=status, headers=_headers("application/json", label), pieces=(body,))


def error_body(status: int, message: str, kind: str = "") -> Json:
    """Build the JSON body of an error; `kind` replaces the type and the code that go with the status."""
    usual, code = ERROR_CODES.get(status, ("server_error", None))
    return {"error": {"message": message, "type": kind or usual, "param": None, "code": kind or code}}


def _message_reply(answer: Message, pieces: tuple[bytes, ...], error: Callable[[Cut], bytes], label: str) -> Reply:
    stream, cut = len(pieces) > 1, answer.cut
    return Reply(
        status=200,
        headers=_headers("text/event-stream; charset=utf-8" if stream else "application/json", label),
        pieces=pieces if cut is None else pieces_until(cut, pieces, stream=stream, error=error),
        streamed=stream or cut is not None,
        ending="whole" if cut is None else ending_of(cut, stream=stream),
        delay=answer.delay,
        pace=answer.pace,
    )


def _error_reply(answer: Error, label: str) -> Reply:
    content_type = "application/json" if answer.raw is None else answer.content_type
    body = msgspec.json.encode(error_body(answer.status, answer.message, answer.type))
    return Reply(
        status=answer.status,
        headers=(*_headers(content_type, label), *answer.headers.items()),
        pieces=(body if answer.raw is None else answer.raw.encode(),),
        delay=answer.delay,
    )


def _headers(content_type: str, label: str) -> tuple[tuple[str, str], ...]:
    return (("content-type", content_type), ("x-request-id", f"req_{label}"))
