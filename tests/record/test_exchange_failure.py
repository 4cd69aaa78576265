"""Why an exchange failed, as one slug, whoever says it."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

import anthropic
import httpx2
import openai
import pytest

from clew.model.catalog import find_slug
from clew.record.exchange_failure import classify, classify_raised, error_message
from clew.record.failure import attempt_outcome, holder_slug, session_outcome, tool_outcome

if TYPE_CHECKING:
    from clew.model.session import NodeStatus

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
        (402, _body("billing_error"), "llm.quota_exceeded"),
        (429, {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}, "llm.quota_exceeded"),
        (400, _body("invalid_request_error", "Your credit balance is too low"), "llm.quota_exceeded"),
        (404, _body("not_found_error", "model: m-1"), "llm.unknown_model"),
        (404, {"error": {"message": "The model `m-1` does not exist", "code": "model_not_found"}}, "llm.unknown_model"),
        (504, _body("timeout_error"), "llm.timeout"),
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
    failure = classify(error=error)
    assert (failure.slug, failure.status) == (slug, status)


def test_what_an_sdk_raised_tells_the_same_as_the_answer_it_carries() -> None:
    """The recorder sees bytes and the agent an exception; both come to the same slug, whichever SDK it was."""
    response = httpx2.Response(429, request=REQUEST)
    inner = {"type": "insufficient_quota", "message": "no", "code": "insufficient_quota"}
    raised = openai.RateLimitError("no", response=response, body=inner)
    assert classify_raised(raised) == classify(http_status=429, body={"error": inner})
    broken = anthropic.APIStatusError(
        "busy", response=httpx2.Response(200, request=REQUEST), body=_body("overloaded_error")
    )
    assert classify_raised(broken).slug == "llm.overloaded"
    assert classify_raised(anthropic.APITimeoutError(request=REQUEST)).slug == "llm.timeout"


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


@pytest.mark.parametrize(
    ("status", "slug"), [("cancelled", "llm.cancelled"), ("timeout", "llm.timeout"), ("failed", "llm.failed")]
)
def test_a_failure_told_in_words_is_known_by_its_status(status: NodeStatus, slug: str) -> None:
    """Where nothing but how the transport went is known, that tells why."""
    assert classify(status=status).slug == slug


def test_a_full_disk_is_the_machines_wherever_it_is_met() -> None:
    """An attempt, a tool, a turn and a session that meet a full disk say so, and other errors of the system do not."""
    full, odd = OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EPERM, "no")
    assert {
        attempt_outcome(full).slug,
        tool_outcome(full).slug,
        holder_slug(full, "turn"),
        session_outcome(full).slug,
    } == {"host.disk_full"}
    assert tool_outcome(odd).slug == "tool.failed"
