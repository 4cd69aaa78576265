"""Why an exchange failed, as one slug, whoever says it."""

from __future__ import annotations

import asyncio

import anthropic
import httpx2
import pytest

from clew.instrument.failure import classify, error_message
from clew.model.catalog import find_slug

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/messages")


def _body(kind: str, message: str = "no") -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message}}


@pytest.mark.parametrize(
    ("status", "body", "slug"),
    [
        (429, _body("rate_limit_error"), "llm.rate_limited"),
        (401, _body("authentication_error"), "llm.auth_error"),
        (403, _body("permission_error"), "llm.auth_error"),
        (529, _body("overloaded_error"), "llm.overloaded"),
        (500, _body("api_error"), "llm.overloaded"),
        (502, "<html>Bad Gateway</html>", "llm.overloaded"),
        (400, _body("invalid_request_error", "max_tokens: Field required"), "llm.invalid_request"),
        (404, _body("not_found_error"), "llm.invalid_request"),
        (400, _body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), "context.exceeded"),
        (400, _body("invalid_request_error", "input length and `max_tokens` exceed context limit"), "context.exceeded"),
        (413, _body("request_too_large", "Prompt is too long"), "context.exceeded"),
        (408, None, "llm.timeout"),
        (302, None, "llm.failed"),
    ],
)
def test_a_status_tells_why(status: int, body: object, slug: str) -> None:
    """Every HTTP status that is no success has one slug, and a full context window is told from a bad request."""
    assert classify(http_status=status, body=body).slug == slug


@pytest.mark.parametrize(
    ("error", "slug", "status"),
    [
        (anthropic.APITimeoutError(request=REQUEST), "llm.timeout", "timeout"),
        (anthropic.APIConnectionError(request=REQUEST), "llm.unreachable", "failed"),
        (httpx2.ConnectError("refused"), "llm.unreachable", "failed"),
        (ConnectionResetError(), "llm.unreachable", "failed"),
        (KeyboardInterrupt(), "llm.cancelled", "cancelled"),
        (asyncio.CancelledError(), "llm.cancelled", "cancelled"),
        (ValueError("odd"), "llm.failed", "failed"),
    ],
)
def test_an_exception_tells_why(error: BaseException, slug: str, status: str) -> None:
    """What an SDK or the HTTP library raises is told apart by what it is, never by its words."""
    assert classify(error=error) == (slug, status)


def test_a_cause_counts_as_much_as_what_was_raised() -> None:
    """A timeout that was wrapped in another error is still a timeout."""
    error = RuntimeError("wrapped")
    error.__cause__ = httpx2.ReadTimeout("slow")
    assert classify(error=error).slug == "llm.timeout"


def test_a_stream_that_breaks_is_not_a_server_that_is_away() -> None:
    """The same lost connection is another failure once an answer has begun."""
    lost = httpx2.RemoteProtocolError("peer closed connection")
    assert classify(error=lost).slug == "llm.unreachable"
    assert classify(error=lost, streaming=True).slug == "llm.stream_broken"


def test_an_error_event_says_what_a_status_would_have_said() -> None:
    """In the middle of a stream the provider's name of an error stands for the status that can no longer be sent."""
    assert classify(body=_body("overloaded_error"), streaming=True).slug == "llm.overloaded"
    assert classify(body=_body("something_new"), streaming=True).slug == "llm.stream_broken"


def test_every_slug_is_declared() -> None:
    """What the classifier says is in the catalog, so that it has an origin and a public sentence."""
    statuses = [classify(http_status=status, body="context window").slug for status in range(300, 600)]
    assert all(find_slug(slug) is not None for slug in [*statuses, "llm.stream_broken", "llm.cancelled"])


def test_the_words_are_the_providers() -> None:
    """An attempt's error is the provider's sentence, or the first line of a body that is not the provider's."""
    assert error_message(429, _body("rate_limit_error", "slow down")) == "rate_limit_error: slow down"
    assert error_message(502, "<html>\n<body>") == "HTTP 502: <html>"
    assert error_message(500, None) == "HTTP 500"
