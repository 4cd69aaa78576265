"""OpenAI's responses in a replay: conversations by reference, what differs and where, answers that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import openai
import pytest

import clew
from clew.errors import ReplayDiverged
from clew.protocol.responses_stream import events
from clew.protocol.scenario import Message, Text, ToolUse
from tests.instrument.provider import HELLO, USAGE, serve
from tests.instrument.test_responses import FAILED, STREAM, Saying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOOL: Any = {"type": "function", "name": "find_order", "parameters": {"type": "object"}, "strict": False}
LOOK = Message(content=(Text("Let me look."), ToolUse("find_order", {"order": 17})), usage=USAGE)
ANSWERS = (LOOK, Message(content=(Text("On its way."),)), HELLO)


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument("openai", agent_id="app", dir=tmp_path):
        yield


def converse(
    url: str,
    folder: Path,
    *,
    whole: bool,
    found: str = "order 17",
    later: str = "thanks",
    **changed: Any,  # noqa: ANN401 - of a request
) -> str:
    """An agent with one tool, that says again what was said or names the response before; gives its session."""
    request: dict[str, Any] = {"model": "m-1", "instructions": "You find orders.", "tools": [TOOL], **changed}

    @clew.tool
    def find_order(order: int) -> str:
        return found if order else ""

    before: dict[str, Any] = {}
    said: list[Any] = []
    with clew.session(agent_id="app", dir=folder) as session, openai.OpenAI(base_url=url, api_key="k") as client:
        for words in ("Where is 17?", later):
            new: list[Any] = [{"role": "user", "content": words}]
            while new:
                said += new
                answer = client.responses.create(**{**request, "input": said if whole else new, **before})
                said += answer.output
                before = {} if whole else {"previous_response_id": answer.id}
                new = [
                    {"type": "function_call_output", "call_id": item.call_id, "output": find_order(order=17)}
                    for item in answer.output
                    if item.type == "function_call"
                ]
    return session.session_id


def recorded(folder: Path, *, whole: bool) -> str:
    """The session of one run."""
    with serve(*ANSWERS) as server:
        return converse(server.openai_url, folder, whole=whole)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "by-reference"])
def test_a_conversation_replays_without_a_divergence(tmp_path: Path, whole: bool) -> None:  # noqa: FBT001 - a row of a table
    """Requests are known by what they say and by what they go on from; the tool's code does not run."""
    session_id = recorded(tmp_path, whole=whole)
    with clew.replay(session_id, dir=tmp_path) as replay:
        again = converse(replay.openai_url, tmp_path, whole=whole, found="not called")
    assert (replay.report.models, replay.report.tools, replay.report.divergences) == (3, 1, ())
    tree = clew.load(again, dir=tmp_path)
    clew.assert_session(tree).ok().sound().turns(3).calls("find_order")


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "by-reference"])
@pytest.mark.parametrize(
    ("change", "path", "kind"),
    [
        ({"instructions": "You lose orders."}, "1-1", "prompt"),
        ({"tools": [{**TOOL, "parameters": {}}]}, "1-1", "tools"),
        ({"temperature": 0.5}, "1-1", "parameters"),
        ({"later": "go away"}, "3-1", "messages"),
    ],
)
def test_a_change_is_told_at_its_node(
    tmp_path: Path,
    whole: bool,  # noqa: FBT001 - a row of a table
    change: dict[str, Any],
    path: str,
    kind: str,
) -> None:
    """Instructions are the prompt, the input the messages, wherever they stand."""
    session_id = recorded(tmp_path, whole=whole)
    with pytest.raises(ReplayDiverged) as raised, clew.replay(session_id, dir=tmp_path, patience=0.1) as replay:
        converse(replay.openai_url, tmp_path, whole=whole, **change)
    (divergence,) = raised.value.divergences
    assert (divergence.path, divergence.kind) == (path, kind)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "by-reference"])
def test_another_result_of_a_tool_is_told_at_the_tool(tmp_path: Path, whole: bool) -> None:  # noqa: FBT001 - a row of a table
    """The next request says what the tool gave back; that it says something else is the tool's difference."""
    session_id = recorded(tmp_path, whole=whole)
    with (
        pytest.raises(ReplayDiverged) as raised,
        clew.replay(session_id, dir=tmp_path, patience=0.1, live_tools=True) as replay,
    ):
        converse(replay.openai_url, tmp_path, whole=whole, found="lost")
    (divergence,) = raised.value.divergences
    assert (divergence.path, divergence.kind) == ("1-2", "tool_result")


@pytest.mark.parametrize("pieces", [(msgspec.json.encode(FAILED),), tuple(events(FAILED))], ids=["plain", "streamed"])
def test_a_response_that_failed_fails_again(tmp_path: Path, pieces: tuple[bytes, ...]) -> None:
    """The client gets the whole response again, with what it says of itself."""

    def ask(url: str) -> str:
        with clew.session(agent_id="app", dir=tmp_path) as session, openai.OpenAI(base_url=url, api_key="k") as client:
            answer: Any = client.responses.create(**{**STREAM, "stream": len(pieces) > 1})
            told = list(answer)[-1].response if len(pieces) > 1 else answer
            assert (told.status, told.error.message) == ("failed", "no luck")
        return session.session_id

    with Saying(*pieces) as server:
        session_id = ask(server.openai_url)
    with clew.replay(session_id, dir=tmp_path) as replay:
        again = ask(replay.openai_url)
    (attempt,) = clew.load(again, dir=tmp_path).turns[0].attempts
    assert (attempt.status, attempt.slugs) == ("failed", ("llm.overloaded",))
