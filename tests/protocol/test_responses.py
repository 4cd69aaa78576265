"""OpenAI's responses as the official SDK sees them: the same scenarios, another API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from clew.protocol import ModelServer
from clew.protocol.responses import asked, read, response_body, usage_body
from clew.protocol.responses_stream import error_event, events
from clew.protocol.scenario import Cut, Drop, Error, Message, Scenario, Text, Thinking, ToolUse, Usage, When

Ask: TypeAlias = Callable[..., Any]

ASK: dict[str, Any] = {"model": "m-1", "input": "Hi."}
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
            answer = client.responses.create(**{**ASK, **request})
            return list(answer) if request.get("stream") else answer

    return send


def test_a_response_arrives_whole(ask: Ask) -> None:
    """Thoughts, text, a tool call and a usage whose cached tokens are part of the input reach the SDK as items."""
    response = ask(RICH, instructions="Be brief.")
    thought, said, call = response.output
    assert thought.summary[0].text == "hmm"
    assert said.content[0].text == response.output_text == "Let me look at — 好的 — all of it."
    assert (call.name, msgspec.json.decode(call.arguments)) == ("look", {"city": "Bern", "days": 2})
    assert (response.status, response.instructions) == ("completed", "Be brief.")
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (60, 20, 80)
    assert response.usage.input_tokens_details.cached_tokens == 50
    assert response.usage.output_tokens_details.reasoning_tokens == 4


def test_a_streamed_response_says_the_same(ask: Ask) -> None:
    """Every event is one that the SDK knows, they are numbered, and the last one tells what the plain answer says."""
    told = ask(RICH, stream=True)
    assert [event.sequence_number for event in told] == list(range(len(told)))
    deltas = [event.delta for event in told if event.type == "response.output_text.delta"]
    assert "".join(deltas) == "Let me look at — 好的 — all of it."
    arguments = [event.delta for event in told if event.type == "response.function_call_arguments.delta"]
    assert msgspec.json.decode("".join(arguments)) == {"city": "Bern", "days": 2}
    plain, last = ask(RICH), told[-1]
    assert last.type == "response.completed"
    assert last.response.to_dict()["output"] == plain.to_dict()["output"]


def test_bodies_and_events_are_the_apis() -> None:
    """The SDK's own types accept each of them strictly, as official as anything on this side of the network is."""
    body = response_body(RICH, read(ASK), created=0, label="a1")
    Response.model_validate(body)
    known: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    for piece in events(body):
        name, _, data = piece.decode().partition("\ndata: ")
        event = known.validate_json(data.strip())
        assert name == f"event: {event.type}"
    assert usage_body(Usage(input_tokens=1, output_tokens=2))["total_tokens"] == 3


def test_the_helper_of_the_sdk_puts_a_stream_together(ask: Ask) -> None:
    """The SDK's own reader of streams, which checks every step, comes to the same response."""
    scenario = Scenario(name="test", answers=(RICH,))
    with (
        ModelServer(scenario) as server,
        openai.OpenAI(api_key="k", base_url=server.openai_url) as client,
        client.responses.stream(**ASK) as stream,
    ):
        assembled = stream.get_final_response()
    assert [item.type for item in assembled.output] == ["reasoning", "message", "function_call"]
    assert assembled.output_text == ask(RICH).output_text


def test_a_limit_leaves_a_response_incomplete_and_a_refusal_is_a_part_of_its_own(ask: Ask) -> None:
    """Both are answers."""
    cut = ask(Message(content=(Text("one"),), stop_reason="max_tokens"))
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    streamed = ask(Message(content=(Text("one"),), stop_reason="max_tokens"), stream=True)
    assert streamed[-1].type == "response.incomplete"
    refused = ask(Message(content=(Text("No."),), stop_reason="refusal"))
    assert (refused.status, refused.output[0].content[0].refusal) == ("completed", "No.")


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (Error(status=401), openai.AuthenticationError),
        (Error(status=429, type="insufficient_quota"), openai.RateLimitError),
        (Error(status=500), openai.InternalServerError),
        (Error(status=502, raw="<html>Bad Gateway</html>"), openai.InternalServerError),
        (Drop(), openai.APIConnectionError),
        (Message(content=(Text("x"),), cut=Cut()), openai.APIConnectionError),
    ],
)
def test_what_goes_wrong_is_raised_as_what_it_is(
    ask: Ask, answer: Error | Drop | Message, raised: type[Exception]
) -> None:
    """Statuses, pages, lost connections and half answers come to the SDK's own exceptions."""
    with pytest.raises(raised):
        ask(answer)


def test_a_broken_stream_breaks_where_it_should(ask: Ask) -> None:
    """A stream is cut after whole events, or by an event that says why; the SDK hands that one on."""
    for cut in (Cut(after_events=3, how="reset"), Cut(after_events=5, mid_event=True, how="reset")):
        with pytest.raises(openai.APIError):
            ask(Message(content=(Text("one two three four five six seven"),), cut=cut), stream=True)
    *_, last = ask(
        Message(content=(Text("one"),), cut=Cut(after_events=2, how="error", error_message="busy")), stream=True
    )
    assert (last.type, last.code, last.message) == ("error", "overloaded_error", "busy")
    assert error_event({"type": "error", "code": "x"}) == b'event: error\ndata: {"type":"error","code":"x"}\n\n'


def test_a_rejected_key_and_a_used_up_scenario_are_refused(ask: Ask) -> None:
    """Both are the API's own refusals, which no SDK retries."""
    with pytest.raises(openai.AuthenticationError):
        ask(RICH, key="revoked", rejected=("revoked",))
    with pytest.raises(openai.BadRequestError, match="no answer left"):
        ask(Message(when=When(model="other")))
    with pytest.raises(openai.BadRequestError):
        ask(RICH, input=7)


def test_a_conversation_goes_on_from_a_response_that_was_given() -> None:
    """What the input told the system holds for the conversation, instructions do not; no other response is known."""
    answers = [Message(content=(Text(word),), when=When(system_contains="kind")) for word in ("one", "two")]
    blunt = Message(content=(Text("three"),), when=When(system_contains="blunt"))
    with (
        ModelServer(Scenario(name="chain", answers=(*answers, blunt))) as server,
        openai.OpenAI(api_key="k", base_url=server.openai_url, max_retries=0) as client,
    ):
        told: Any = [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi."}]
        first = client.responses.create(model="m-1", input=told)
        second = client.responses.create(model="m-1", input="And?", previous_response_id=first.id)
        third = client.responses.create(model="m-1", input="And?", instructions="Be blunt.")
        assert [answer.output_text for answer in (first, second, third)] == ["one", "two", "three"]
        with pytest.raises(openai.BadRequestError, match="not found"):
            client.responses.create(model="m-1", input="And?", previous_response_id="resp_unknown")
        with pytest.raises(openai.BadRequestError, match="no answer left"):
            client.responses.create(model="m-1", input="And?", previous_response_id=third.id)


def test_what_conditions_look_at_is_the_same_for_all_apis() -> None:
    """The system prompt is that of instructions and developers; the last words are all since the model spoke."""
    request = read(
        {
            "model": "m-1",
            "instructions": "Be brief.",
            "input": [
                {"role": "developer", "content": "Be kind."},
                {"role": "user", "content": [{"type": "input_text", "text": "first"}]},
                {"type": "reasoning", "summary": []},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "a result"},
                {"role": "user", "content": "go on"},
            ],
        }
    )
    assert (asked(request).system, asked(request).last_user) == ("Be brief.\nBe kind.", "a result\ngo on")


def test_any_beginning_of_a_response_can_be_streamed() -> None:
    """Of an answer that broke off nothing is told as done that was not; an item of an unknown kind arrives whole."""
    part = {"type": "output_text", "text": "one two", "annotations": []}
    items = [
        {"type": "web_search_call", "id": "ws", "status": "completed"},
        {"type": "reasoning", "id": "rs", "content": [{"type": "reasoning_text", "text": "hm"}], "summary": []},
        {"type": "message", "id": "m", "status": "in_progress", "content": [part]},
    ]
    told = [msgspec.json.decode(piece.partition(b"data: ")[2]) for piece in events({"output": items}, whole=False)]
    kinds = [event["type"] for event in told]
    assert kinds[-2:] == ["response.content_part.added", "response.output_text.delta"]
    assert kinds.count("response.output_item.done") == 2
    assert "response.reasoning_text.delta" in kinds
