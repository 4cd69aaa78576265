"""A transcript holds what a user saw, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.text.row import plain
from clew.text.transcript import messages, transcript

if TYPE_CHECKING:
    from pathlib import Path


def recorded(folder: Path) -> clew.Session:
    """A session with everything that a user must not see, and four messages."""
    session = clew.session(agent_id="support", system_prompt="You are a PERSONA", dir=folder)
    session.config(prompts={"system": "PERSONA"}, tools=[{"name": "SEARCH"}])
    with session.turn(user_input="find my order\nplease\x1b]0;title\x07") as turn:
        with turn.attempt(model="MODEL", request={"messages": []}) as attempt:
            attempt.fail("overloaded at ENDPOINT", slug="llm.overloaded")
        with turn.attempt(model="MODEL", request={"messages": []}) as attempt:
            attempt.respond({"content": [{"type": "thinking", "thinking": "HMM"}, {"type": "text", "text": "I look."}]})
        with turn.tool("SEARCH", {"q": "order"}, kind="agent") as tool, tool.child(agent_id="HELPER") as child:
            child.turn(user_input="INNER").end()
    with session.turn(action=clew.Action("workflow", "REFUND", "STEP")), session.step("system", "STEP"):
        pass
    blocks = [{"type": "text", "text": "and?"}, {"type": "image", "source": "IMAGE"}]
    with session.turn(user_input=blocks) as turn, turn.attempt() as attempt:
        attempt.respond({"content": [{"type": "tool_use", "name": "SEARCH", "input": {}}]})
    session.final_report({"format": "markdown", "content": "It is on its way."})
    session.fail(TimeoutError("no answer from HOST"), slug="tool.timeout")
    session.end()
    return clew.load(session.path)


def test_only_messages_are_shown(tmp_path: Path) -> None:
    """What was typed, what was answered, the report, and a failure as users are told of it: no tool, step or name."""
    tree = recorded(tmp_path)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    said = [(message.role, message.text) for message in messages(tree)]
    assert said == [
        ("user", "find my order\nplease\x1b]0;title\x07"),
        ("assistant", "I look."),
        ("user", "and?"),
        ("assistant", "It is on its way."),
        ("notice", f"A step that was needed did not work. Please try again. (incident {tree.fin.failure.incident})"),
    ]


def test_the_rows_are_safe_to_print(tmp_path: Path) -> None:
    """Each speaker on a line of its own, the message below, and no escape sequence."""
    rows = [plain(row) for row in transcript(recorded(tmp_path))]
    assert rows[:6] == ["You", "find my order", "please", "", "Assistant", "I look."]
    assert "\x1b" not in "".join(rows)


def test_a_report_that_was_said_is_not_said_again(tmp_path: Path) -> None:
    """A final report that repeats the last answer stands there once."""
    with clew.session(dir=tmp_path) as session:
        with session.turn(user_input="hi") as turn, turn.attempt() as attempt:
            attempt.respond({"content": "hello"})
        session.final_report({"content": "hello "})
    assert [message.text for message in messages(clew.load(session.path))] == ["hi", "hello"]
