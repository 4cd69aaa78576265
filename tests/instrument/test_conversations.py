"""Turns that are found from the conversation, where the application marks none."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

import clew
from clew.instrument.spoken import replies_in, response_asks
from clew.protocol.scenario import Error, Message, Text, ToolUse, When
from tests.instrument.provider import HELLO, serve, value_of
from tests.instrument.sdks import KEY
from tests.instrument.test_switch import only_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.session import Turn
    from clew.protocol import ModelServer

LOOK = Message(content=(Text("Let me look."), ToolUse("search", {"q": "x"}), ToolUse("count", {"of": "y"})))
TOOL_RESULT_IDS = ("tool_use_id", "tool_call_id")


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument(agent_id="app", dir=tmp_path):
        yield


def talk_to_anthropic(server: ModelServer, *said: str, results: tuple[str, ...] = ("found", "7")) -> None:
    """An agent as people write it: no word of turns, tools or sessions."""
    messages: list[Any] = []
    with anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client:
        for words in said:
            messages.append({"role": "user", "content": words})
            while True:
                answer = client.messages.create(model="m-1", max_tokens=9, messages=messages)
                messages.append({"role": "assistant", "content": answer.content})
                asked = [block for block in answer.content if block.type == "tool_use"]
                if not asked:
                    break
                told = [
                    {"type": "tool_result", "tool_use_id": block.id, "content": text, "is_error": text == "no"}
                    for block, text in zip(asked, results, strict=True)
                ]
                messages.append({"role": "user", "content": told})


def talk_to_openai(server: ModelServer, *said: str, results: tuple[str, ...] = ("found", "7")) -> None:
    """The same with the other SDK."""
    messages: list[Any] = [{"role": "system", "content": "be kind"}]
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client:
        for words in said:
            messages.append({"role": "user", "content": words})
            while True:
                answer = client.chat.completions.create(model="m-1", messages=messages).choices[0].message
                messages.append(answer.to_dict())
                if not answer.tool_calls:
                    break
                messages += [
                    {"role": "tool", "tool_call_id": call.id, "content": text}
                    for call, text in zip(answer.tool_calls, results, strict=True)
                ]


def talk_in_responses(server: ModelServer, *said: str, results: tuple[str, ...] = ("found", "7")) -> None:
    """The same in OpenAI's responses, with the whole conversation in each request."""
    items: list[Any] = [{"role": "developer", "content": "be kind"}]
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client:
        for words in said:
            items.append({"role": "user", "content": [{"type": "input_text", "text": words}]})
            while True:
                answer = client.responses.create(model="m-1", input=items)
                items += answer.output
                told = told_in(answer, results)
                if not told:
                    break
                items += told


def talk_by_reference(server: ModelServer, *said: str, results: tuple[str, ...] = ("found", "7")) -> None:
    """The same with what is new alone, after the id of the response before."""
    before: str | None = None
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client:
        for words in said:
            new: Any = words
            while new:
                answer = client.responses.create(model="m-1", input=new, previous_response_id=before)
                before, new = answer.id, told_in(answer, results)


def told_in(answer: Any, results: tuple[str, ...]) -> list[Any]:  # noqa: ANN401 - a response of the SDK
    """What the tools said that a response asks for."""
    asked = [item for item in answer.output if item.type == "function_call"]
    return [
        {"type": "function_call_output", "call_id": call.call_id, "output": text}
        for call, text in zip(asked, results if asked else (), strict=True)
    ]


def actions(turns: tuple[Turn, ...]) -> list[Any]:
    """What the user said to open each turn."""
    return [value_of(turn.action.content) if turn.action is not None else None for turn in turns]


@pytest.mark.parametrize("talk", [talk_to_anthropic, talk_to_openai, talk_in_responses, talk_by_reference])
def test_a_conversation_gives_its_turns_and_tool_calls(tmp_path: Path, talk: Any) -> None:  # noqa: ANN401 - one of the functions
    """Every exchange is a turn, a message of the user its action, and the results of tools are calls of their turn."""
    with serve(LOOK, HELLO, HELLO) as server:
        talk(server, "find x", "thanks")
    tree = only_tree(tmp_path)
    assert actions(tree.turns) == ["find x", None, "thanks"]
    first, second, third = tree.turns
    assert [(tool.name, tool.status, tool.call_id is not None) for tool in first.tools] == [
        ("search", "ok", True),
        ("count", "ok", True),
    ]
    assert value_of(first.tools[0].request) == {"q": "x"}
    assert (value_of(first.tools[0].response), value_of(first.tools[1].response)) == ("found", "7")
    assert (second.tools, third.tools) == ((), ())
    assert all(turn.status == "ok" and turn.ended_at is not None for turn in tree.turns)
    assert clew.check(tree) == []


def test_two_conversations_by_reference_do_not_mix(tmp_path: Path) -> None:
    """Each goes on from its own answer, though both say the same; a second way on from one answer is its own."""
    with (
        serve(LOOK, LOOK, HELLO, HELLO, HELLO) as server,
        openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client,
    ):
        one, other = (client.responses.create(model="m-1", input=words) for words in ("first", "second"))
        for answer in (other, one, one):
            client.responses.create(model="m-1", input=told_in(answer, ("found", "7")), previous_response_id=answer.id)
    tree = only_tree(tmp_path)
    assert actions(tree.turns) == ["first", "second", None, None, None]
    assert [len(turn.tools) for turn in tree.turns] == [2, 2, 0, 0, 0]
    assert clew.check(tree) == []


def test_a_conversation_that_the_provider_keeps_is_one(tmp_path: Path) -> None:
    """The same words again are a new turn of it, unless they had failed."""
    with (
        serve(HELLO, Error(status=400), HELLO, LOOK, HELLO) as server,
        openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client,
    ):
        answer: Any = None
        for new in ("hi", "hi", "hi", "go", None):
            try:
                told = new or told_in(answer, ("found", "7"))
                answer = client.responses.create(model="m-1", input=told, conversation={"id": "conv_1"})
            except openai.BadRequestError:
                continue
    tree = only_tree(tmp_path)
    assert actions(tree.turns) == ["hi", "hi", "go", None]
    assert [len(turn.attempts) for turn in tree.turns] == [1, 2, 1, 1]
    assert [len(turn.tools) for turn in tree.turns] == [0, 0, 2, 0]


def test_tools_of_the_provider_are_no_calls_of_the_application(tmp_path: Path) -> None:
    """Only what has a call id is asked for: a search that the provider made is part of its answer."""
    answer = {
        "output": [
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "custom_tool_call", "call_id": "c1", "name": "sql", "input": "SELECT 1"},
            {"type": "computer_call", "call_id": "c2", "action": {"type": "click"}},
        ]
    }
    asks = response_asks(answer)
    assert [(ask.call_id, ask.name, ask.arguments) for ask in asks] == [
        ("c1", "sql", "SELECT 1"),
        ("c2", "computer", {"type": "click"}),
    ]
    told = {"type": "custom_tool_call_output", "call_id": "c1", "output": "1"}
    assert [(reply.call_id, reply.content) for reply in replies_in(told)] == [("c1", "1")]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("around", ["nothing", "session"])
def test_an_entry_lands_on_the_open_turn_that_was_found(tmp_path: Path, around: str) -> None:
    """Between an answer that asks for a tool and the next request the turn is open; after it the session is it."""
    with (
        serve(LOOK, HELLO) as server,
        anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client,
        ExitStack() as stack,
    ):
        if around == "session":
            stack.enter_context(clew.session(agent_id="app", dir=tmp_path))
        messages: list[Any] = [{"role": "user", "content": "find x"}]
        answer = client.messages.create(model="m-1", max_tokens=9, messages=messages)
        clew.log("tool.output_truncated", "in the turn")
        messages += [{"role": "assistant", "content": answer.content}, _told(answer)]
        with clew.session(agent_id="other", dir=tmp_path / "other"):
            clew.log("tool.output_truncated", "in another session")
        client.messages.create(model="m-1", max_tokens=9, messages=messages)
        if around == "session":
            clew.log("tool.output_truncated", "after the last turn")
    tree = only_tree(tmp_path)
    assert [[entry.message for entry in turn.logs] for turn in tree.turns] == [["in the turn"], []]
    assert [entry.message for entry in tree.logs if entry.slug == "tool.output_truncated"] == (
        ["after the last turn"] if around == "session" else []
    )


def test_a_result_that_says_so_is_a_failed_call(tmp_path: Path) -> None:
    """What the model is told went wrong, went wrong."""
    with serve(LOOK, HELLO) as server:
        talk_to_anthropic(server, "find x", results=("no", "7"))
    clew.assert_session(only_tree(tmp_path)).has_tool("search", status="failed").has_tool("count", status="ok")


def test_calls_that_nobody_answered_are_no_calls(tmp_path: Path) -> None:
    """An answer in the form of a tool call, which is never run, leaves a turn without one."""
    with serve(LOOK, HELLO) as server, anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client:
        for words in ("one", "two"):
            client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": words}])
    clew.instrument().remove()
    tree = only_tree(tmp_path)
    assert (actions(tree.turns), clew.find_tools(tree)) == (["one", "two"], ())
    assert all(turn.ended_at is not None for turn in tree.turns)


def test_a_request_that_is_sent_again_after_it_failed_is_a_retry(tmp_path: Path) -> None:
    """Retries that an application makes by itself are attempts of one turn; a new word to the model is a new turn."""
    refused = Error(status=400, message="no")
    with serve(refused, HELLO, HELLO) as server, anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client:
        for _ in range(3):
            try:
                client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": "one"}])
            except anthropic.BadRequestError:
                continue
    assert [len(turn.attempts) for turn in only_tree(tmp_path).turns] == [2, 1]


def test_a_conversation_that_failed_leaves_a_failed_turn(tmp_path: Path) -> None:
    """A turn whose last attempt failed is failed itself."""
    with serve(Error(status=401)) as server, pytest.raises(anthropic.AuthenticationError):
        talk_to_anthropic(server, "hello")
    clew.instrument().remove()
    tree = only_tree(tmp_path)
    assert [turn.status for turn in tree.turns] == ["failed"]
    assert tree.turns[0].attempts[0].slugs == ("llm.auth_error",)


def test_hints_for_the_cache_and_a_shortened_past_do_not_break_a_conversation(tmp_path: Path) -> None:
    """Neither a moved cache hint nor a past that was cut makes results of tools homeless."""
    first: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "x", "cache_control": _HINT}]}]
    with serve(LOOK, LOOK, HELLO) as server, anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client:
        answer = client.messages.create(model="m-1", max_tokens=9, messages=first)
        told = _told(answer)
        messages: list[Any] = [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": answer.content},
            told,
        ]
        answer = client.messages.create(model="m-1", max_tokens=9, messages=messages)
        short: list[Any] = [
            {"role": "user", "content": "in short: x"},
            {"role": "assistant", "content": answer.content},
            _told(answer),
        ]
        client.messages.create(model="m-1", max_tokens=9, messages=short)
    tree = only_tree(tmp_path)
    assert actions(tree.turns) == ["x", None, None]
    assert [len(turn.tools) for turn in tree.turns] == [2, 2, 0]


_HINT = {"type": "ephemeral"}


def _told(answer: anthropic.types.Message) -> dict[str, Any]:
    blocks = [block for block in answer.content if block.type == "tool_use"]
    return {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": block.id, "content": "done"} for block in blocks],
    }


def test_conversations_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    """Two conversations of one session, in tasks of one loop: each result is a call of the turn that asked for it."""
    names = ("alpha", "beta")
    answers = [
        answer
        for name in names
        for answer in (
            Message(content=(ToolUse(name, {"for": name}),), when=When(system_contains=name)),
            Message(content=(Text(name),), when=When(system_contains=name)),
        )
    ]

    async def converse(client: anthropic.AsyncAnthropic, name: str) -> None:
        messages: list[Any] = [{"role": "user", "content": "go"}]
        answer = await client.messages.create(model="m-1", max_tokens=9, system=name, messages=messages)
        await asyncio.sleep(0)
        messages += [{"role": "assistant", "content": answer.content}, _told(answer)]
        await client.messages.create(model="m-1", max_tokens=9, system=name, messages=messages)

    async def both(server: ModelServer) -> None:
        async with anthropic.AsyncAnthropic(base_url=server.base_url, api_key=KEY) as client:
            await asyncio.gather(*(converse(client, name) for name in names))

    with serve(*answers) as server:
        asyncio.run(both(server))
    tree = only_tree(tmp_path)
    for name in names:
        tool = clew.find_tool(tree, name)
        assert tool is not None
        assert value_of(tool.request) == {"for": name}
    assert [len(turn.attempts) for turn in tree.turns] == [1, 1, 1, 1]
    assert clew.check(tree) == []


def test_conversations_that_begin_alike_do_not_mix(tmp_path: Path) -> None:
    """Of two that said the same so far, that one goes on whose calls are answered."""
    first: list[Any] = [{"role": "user", "content": "go"}]
    with (
        serve(Message(content=(ToolUse("one", {}),)), Message(content=(ToolUse("two", {}),)), HELLO, HELLO) as server,
        anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client,
    ):
        answers = [client.messages.create(model="m-1", max_tokens=9, messages=first) for _ in range(2)]
        for answer in reversed(answers):
            told = [*first, {"role": "assistant", "content": answer.content}, _told(answer)]
            client.messages.create(model="m-1", max_tokens=9, messages=told)
    assert [[tool.name for tool in turn.tools] for turn in only_tree(tmp_path).turns] == [["one"], ["two"], [], []]


def test_an_application_that_marks_turns_is_believed(tmp_path: Path) -> None:
    """Where turns are marked, a call between them is work of its own, and no results are guessed."""
    with (
        serve(LOOK, HELLO) as server,
        clew.session(agent_id="app", dir=tmp_path) as session,
        anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client,
    ):
        with session.turn(user_input="by hand"):
            client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": "x"}])
        client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": "y"}])
    tree = only_tree(tmp_path)
    assert (actions(tree.turns), clew.find_tools(tree)) == (["by hand"], ())
    assert [len(step.attempts) for step in tree.steps] == [1]
