"""A person, a scripted model, real files and real HTTP: what the chat does, and what is recorded of it."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent import MODEL
from clew.agent.speaker import KeyRefused, ModelAway
from clew.protocol.scenario import Cut, Drop, Error, Message, Text, ToolUse, When
from tests.agent.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

VIEW = Message(content=(Text("Let me see."), ToolUse("memory", {"command": "view", "path": "/memories"})))
NOTE = Message(
    content=(ToolUse("memory", {"command": "create", "path": "/memories/me.md", "file_text": "Ada\n"}),),
)
HELLO = Message(content=(Text("Hello!"),))
NO = Error(status=400, message="no")


def test_a_conversation_is_recorded_turn_by_turn(tmp_path: Path) -> None:
    """Each exchange with the model is a turn, the user's message opens the first, and tool calls are in theirs."""
    stage = Stage(tmp_path, VIEW, NOTE, HELLO, HELLO)
    session = stage.play("hello", "", "how are you?", "/quit")
    assert (session.status, session.agent_id, session.model) == ("ok", "chat", MODEL)
    assert [len(turn.attempts) for turn in session.turns] == [1, 1, 1, 1]
    assert [turn.action is not None for turn in session.turns] == [True, False, False, True]
    assert [tool.command for tool in clew.find_tools(session, "memory", status="ok")] == ["view", "create"]
    assert session.turns[0].tools[0].call_id
    assert (tmp_path / "memory" / "memories" / "me.md").read_text() == "Ada\n"
    assert stage.unserved == 0
    assert clew.check(session) == []


def test_init_holds_what_the_agent_was_set_up_with(tmp_path: Path) -> None:
    """Provider, tools and prompts are in the tree before the first turn."""
    config = Stage(tmp_path, HELLO).play("hello").init.config
    assert config.providers is not None
    assert config.providers.value[0]["model"] == MODEL
    assert config.tools is not None
    assert [tool["name"] for tool in config.tools.value] == ["memory", "researcher"]
    assert config.prompts is not None


def test_what_the_model_says_is_shown_and_the_trace_is_named_at_the_end(tmp_path: Path) -> None:
    """The person reads the answer, then where the trace is, a blank line, and goodbye; the trace is there."""
    stage = Stage(tmp_path, HELLO)
    session = stage.play("hello", "/quit")
    trace = tmp_path / "sessions" / f"session_{session.session_id}.json"
    assert stage.said == f"You: Hello!\nYou: \nSession trace saved to: {trace}\n\nGoodbye!\n"
    events = [event["event_type"] for event in json.loads(trace.read_bytes())["events"]]
    assert {"user_input", "llm_request", "llm_response", "token_usage"} <= set(events)


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_however_the_person_leaves_the_session_is_finished(tmp_path: Path, end: type[BaseException]) -> None:
    """The end of input and Ctrl-C end a chat as /quit does."""
    stage = Stage(tmp_path, HELLO)
    session = stage.play("hello", end)
    assert (session.status, session.phase) == ("ok", "fin")
    assert stage.said.endswith("Goodbye!\n")


def test_clear_starts_a_second_session_that_knows_nothing_of_the_first(tmp_path: Path) -> None:
    """Each session has its record, and the second conversation begins anew; the memory's files stay."""
    stage = Stage(tmp_path, NOTE, HELLO, HELLO)
    stage.play("hello", "/clear", "again", "/quit")
    first, second = stage.sessions
    assert [session.status for session in (first, second)] == ["ok", "ok"]
    assert second.turns[0].attempts[0].request is not None
    assert len(second.turns[0].attempts[0].request.value["messages"]) == 1
    assert stage.said.count("Session trace saved to:") == 2
    assert (tmp_path / "memory" / "memories" / "me.md").exists()


def test_commands_are_steps_and_memory_shows_the_directory(tmp_path: Path) -> None:
    """What the person does without the model is recorded beside the turns; /memory with its tool call."""
    stage = Stage(tmp_path, NOTE, HELLO)
    session = stage.play("hello", "/memory", "/help", "/nonsense", "/quit")
    assert [step.kind for step in session.steps] == ["command"] * 4
    assert [step.action.name for step in session.steps if step.action] == ["/memory", "/help", "/nonsense", "/quit"]
    (tool,) = session.steps[0].tools
    assert (tool.name, tool.command, tool.status, tool.call_id) == ("memory", "view", "ok", None)
    assert "/memories/me.md" in stage.said
    assert len(session.turns) == 2


def test_a_sub_agent_is_a_session_inside_the_tool_call(tmp_path: Path) -> None:
    """The researcher's conversation is a child session, with turns, tools and a report of its own."""
    asked = When(system_contains="researcher")
    session = Stage(
        tmp_path,
        Message(content=(ToolUse("researcher", {"task": "Look."}),)),
        Message(when=asked, content=VIEW.content),
        Message(when=asked, content=(Text("Nothing."),)),
        HELLO,
    ).play("what do you know?")
    tool = clew.find_tool(session, "researcher")
    assert tool is not None
    assert (tool.kind, tool.status) == ("agent", "ok")
    child = tool.child_session
    assert child is not None
    assert (child.agent_id, child.status, len(child.turns)) == ("researcher", "ok", 2)
    assert clew.find_tool(child, "memory") is not None
    assert child.fin is not None
    assert child.fin.final_report is not None
    assert tool.response is not None
    assert tool.response.value == "Nothing."
    assert clew.check(session) == []


def test_a_sub_agent_that_fails_is_a_failed_tool_call_and_the_chat_goes_on(tmp_path: Path) -> None:
    """The parent is told, the child's record says why, and nothing is torn down."""
    session = Stage(
        tmp_path,
        Message(content=(ToolUse("researcher", {"task": "Look."}), ToolUse("researcher", {}))),
        Error(status=400, when=When(system_contains="researcher")),
        HELLO,
    ).play("what do you know?")
    first, second = session.turns[0].tools
    assert (first.status, second.status) == ("failed", "failed")
    assert second.slugs == ("tool.invalid_params",)
    assert first.child_session is not None
    assert first.child_session.status == "failed"
    assert clew.find_log(first.child_session, "llm.invalid_request") is not None
    assert session.status == "ok"


def test_the_model_is_told_what_goes_wrong_with_a_tool(tmp_path: Path) -> None:
    """A tool that fails and one that does not exist are answered with an error, recorded, and the loop goes on."""
    calls = (ToolUse("memory", {"command": "view", "path": "/memories/no.md"}), ToolUse("weather", {"city": "Bern"}))
    session = Stage(tmp_path, Message(content=calls), HELLO).play("look")
    memory, weather = session.turns[0].tools
    assert (memory.status, memory.slugs) == ("failed", ("tool.failed",))
    assert (weather.status, weather.slugs) == ("failed", ("tool.not_found",))
    request = session.turns[1].attempts[0].request
    assert request is not None
    results = request.value["messages"][-1]["content"]
    assert [result["is_error"] for result in results] == [True, True]
    assert [result["tool_use_id"] for result in results] == [memory.call_id, weather.call_id]


def test_a_model_that_never_stops_is_stopped(tmp_path: Path) -> None:
    """The last turn allowed offers no tools, and says in the record that it was the last."""
    session = Stage(tmp_path, VIEW, VIEW, HELLO, max_turns=3).play("go on and on")
    assert len(session.turns) == 3
    assert clew.find_log(session.turns[2], "context.final_turn") is not None
    request = session.turns[2].attempts[0].request
    assert request is not None
    assert request.value["tool_choice"] == {"type": "none"}


def test_an_exchange_that_fails_does_not_end_the_chat(tmp_path: Path) -> None:
    """The failed message is forgotten, so that the next one starts from a conversation that makes sense."""
    session = Stage(tmp_path, VIEW, NO, HELLO).play("hello", "again")
    assert [turn.status for turn in session.turns] == ["ok", "failed", "ok"]
    assert session.turns[1].attempts[0].slugs == ("llm.invalid_request",)
    request = session.turns[2].attempts[0].request
    assert request is not None
    assert [message["content"] for message in request.value["messages"]] == ["again"]
    assert session.status == "ok"


def test_an_answer_that_breaks_off_does_not_end_the_chat(tmp_path: Path) -> None:
    """What had arrived was read and is recorded; the person can ask again."""
    broken = Message(content=(Text("one two three"),), cut=Cut(after_events=4, how="reset"))
    stage = Stage(tmp_path, broken, HELLO)
    session = stage.play("hello", "again")
    assert "one" in stage.said
    assert [turn.status for turn in session.turns] == ["failed", "ok"]
    assert session.turns[0].attempts[0].slugs == ("llm.stream_broken",)


def test_ctrl_c_during_an_answer_ends_the_chat_in_good_order(tmp_path: Path) -> None:
    """The turn is marked cancelled with what had arrived, and the session is finished and named."""
    stage = Stage(tmp_path, HELLO)
    stage.interrupt_at = "Hel"
    session = stage.play("hello")
    (turn,) = session.turns
    assert (turn.status, turn.attempts[0].status) == ("cancelled", "cancelled")
    assert (session.status, session.phase) == ("ok", "fin")
    assert stage.said.endswith("Goodbye!\n")


def test_unusual_ends_of_an_answer_are_noted(tmp_path: Path) -> None:
    """A refusal, a full context window and an empty answer each have their slug."""
    session = Stage(
        tmp_path,
        Message(content=(Text("No."),), stop_reason="refusal"),
        Message(content=(Text("So"),), stop_reason="model_context_window_exceeded"),
        Message(),
    ).play("a", "b", "c")
    for turn, slug in zip(session.turns, ("llm.refused", "context.exceeded", "llm.empty_response"), strict=True):
        assert clew.find_log(turn, slug) is not None


def test_a_refused_key_ends_the_chat_and_keeps_the_session(tmp_path: Path) -> None:
    """Nothing can be done without a key; what was recorded is there and was named."""
    stage = Stage(tmp_path, HELLO, rejected_keys=("scripted",))
    with pytest.raises(KeyRefused):
        stage.play("hello")
    (session,) = stage.sessions
    assert (session.status, session.turns[0].attempts[0].slugs) == ("failed", ("llm.auth_error",))
    assert "Session trace saved to:" in stage.said


def test_a_server_that_is_away_ends_the_chat_and_keeps_the_session(tmp_path: Path) -> None:
    """Every try that the SDK made is in the record, with the reason and the waits between them."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stage = Stage(tmp_path, Drop())
    with pytest.raises(ModelAway):
        stage.play_at(f"http://127.0.0.1:{port}", "hello")
    (session,) = stage.sessions
    assert session.status == "failed"
    assert [attempt.slugs for attempt in session.turns[0].attempts] == [("llm.unreachable",)] * 3
    assert [attempt.backoff_ms is not None for attempt in session.turns[0].attempts] == [True, True, False]
    assert "Session trace saved to:" in stage.said
