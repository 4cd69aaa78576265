"""Chat completions as the official SDK sees them: the same scenarios, another API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
import openai
import pytest

from clew.protocol import ModelServer
from clew.protocol.openai import asked, completion_body, read, reply, usage_body
from clew.protocol.openai_http import error_body
from clew.protocol.scenario import Cut, Drop, Error, Message, Scenario, Text, Thinking, ToolUse, Usage, When

Serve: TypeAlias = Callable[..., ModelServer]
Ask: TypeAlias = Callable[..., Any]

ASK: dict[str, Any] = {"model": "m-1", "messages": [{"role": "user", "content": "Hi."}]}
RICH = Message(
    content=(Thinking("hmm"), Text("Let me look at — 好的 — all of it."), ToolUse("look", {"city": "Bern", "days": 2})),
    usage=Usage(
        input_tokens=3, cache_read_input_tokens=50, cache_creation_input_tokens=7, output_tokens=20, thinking_tokens=4
    ),
)


@pytest.fixture
def ask() -> Ask:
    """Ask a server that gives these answers, with the official SDK."""

    def send(*answers: Any, key: str = "test", retries: int = 0, rejected: tuple[str, ...] = (), **request: Any) -> Any:  # noqa: ANN401 - the SDK's
        scenario = Scenario(name="test", answers=answers, rejected_keys=rejected)
        with (
            ModelServer(scenario) as server,
            openai.OpenAI(api_key=key, base_url=server.openai_url, max_retries=retries) as client,
        ):
            answer = client.chat.completions.create(**{**ASK, **request})
            return list(answer) if request.get("stream") else answer

    return send


def test_a_completion_arrives_whole(ask: Ask) -> None:
    """Text, a tool call and a usage whose cached tokens are part of the prompt reach the SDK as the scenario says."""
    completion = ask(RICH)
    (choice,) = completion.choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == "Let me look at — 好的 — all of it."
    assert choice.message.tool_calls[0].function.name == "look"
    assert msgspec.json.decode(choice.message.tool_calls[0].function.arguments) == {"city": "Bern", "days": 2}
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (60, 20)
    assert completion.usage.prompt_tokens_details.cached_tokens == 50
    assert completion.usage.completion_tokens_details.reasoning_tokens == 4


def test_a_streamed_completion_says_the_same(ask: Ask) -> None:
    """Pieces of text and of a call's arguments join to the plain answer; the usage comes last, if it is asked for."""
    chunks = ask(RICH, stream=True, stream_options={"include_usage": True})
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "Let me look at — 好的 — all of it."
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    assert (calls[0].id, calls[0].function.name, {call.index for call in calls}) == (calls[0].id, "look", {0})
    arguments = "".join(call.function.arguments for call in calls)
    assert msgspec.json.decode(arguments) == {"city": "Bern", "days": 2}
    assert chunks[-1].usage.prompt_tokens == 60
    assert [choice.finish_reason for choice in chunks[-2].choices] == ["tool_calls"]
    assert all(chunk.usage is None for chunk in ask(RICH, stream=True))


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (Error(status=401), openai.AuthenticationError),
        (Error(status=404), openai.NotFoundError),
        (Error(status=429, type="insufficient_quota"), openai.RateLimitError),
        (Error(status=500), openai.InternalServerError),
        (Error(status=502, raw="<html>Bad Gateway</html>"), openai.InternalServerError),
        (Drop(), openai.APIConnectionError),
        (Drop(how="reset"), openai.APIConnectionError),
        (Message(content=(Text("x"),), cut=Cut()), openai.APIConnectionError),
    ],
)
def test_what_goes_wrong_is_raised_as_what_it_is(
    ask: Ask, answer: Error | Drop | Message, raised: type[Exception]
) -> None:
    """Statuses, pages, lost connections and half answers come to the SDK's own exceptions."""
    with pytest.raises(raised):
        ask(answer)


def test_the_sdk_retries_what_it_should(ask: Ask) -> None:
    """After 429 with `retry-after` and 500 the SDK asks again."""
    assert ask(Error(status=429, headers={"retry-after": "0.01"}), RICH, retries=1).choices


def test_a_broken_stream_breaks_where_it_should(ask: Ask) -> None:
    """A stream is cut after whole events, in the middle of one, or by an event that says why."""
    for cut in (Cut(after_events=3), Cut(after_events=2, mid_event=True), Cut(after_events=2, how="reset")):
        with pytest.raises(Exception, match=r".+"):
            ask(Message(content=(Text("one two three four five six seven"),), cut=cut), stream=True)
    with pytest.raises(openai.APIError, match="busy"):
        ask(Message(content=(Text("one"),), cut=Cut(after_events=2, how="error", error_message="busy")), stream=True)


def test_a_rejected_key_and_a_used_up_scenario_are_refused(ask: Ask) -> None:
    """Both are the API's own refusals, which no SDK retries."""
    with pytest.raises(openai.AuthenticationError):
        ask(RICH, key="revoked", rejected=("revoked",))
    with pytest.raises(openai.BadRequestError, match="no answer left"):
        ask(Message(when=When(model="other")))
    with pytest.raises(openai.BadRequestError):
        ask(RICH, messages="hi")


def test_what_conditions_look_at_is_the_same_for_both_apis() -> None:
    """The system prompt is that of system and developer; what the user said last is all since the model spoke."""
    request = read(
        {
            "model": "m-1",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "first"}]},
                {"role": "assistant", "content": None},
                {"role": "tool", "content": "a result"},
                {"role": "user", "content": "go on"},
            ],
        }
    )
    assert (asked(request).system, asked(request).last_user) == ("Be brief.", "a result\ngo on")


def test_a_refusal_is_no_content() -> None:
    """A model that refuses says so in a field of its own, and the reason for the end is the filter's."""
    refused = Message(content=(Text("No."),), stop_reason="refusal")
    choice = completion_body(refused, model="m", created=0, label="a1")["choices"][0]
    assert (choice["message"]["content"], choice["message"]["refusal"]) == (None, "No.")
    assert choice["finish_reason"] == "content_filter"


def test_shapes_are_the_apis() -> None:
    """An error names type and code; a usage counts cached tokens twice, in the prompt and beside it."""
    assert error_body(404, "no")["error"]["code"] == "model_not_found"
    assert error_body(429, "no", "insufficient_quota")["error"]["type"] == "insufficient_quota"
    assert usage_body(Usage(input_tokens=1, output_tokens=2))["total_tokens"] == 3
    request = read(ASK)
    assert dict(reply(RICH, request, created=0, label="a1").headers)["x-request-id"] == "req_a1"


def test_arguments_may_be_no_json(ask: Ask) -> None:
    """Models write arguments as text, and get them wrong: a scenario can say what they wrote."""
    call = ask(Message(content=(ToolUse("look", raw_input='{"city": '),))).choices[0].message.tool_calls[0]
    assert call.function.arguments == '{"city": '
