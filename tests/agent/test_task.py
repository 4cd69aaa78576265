"""A task that must end with a report: what counts as an answer is the agent's decision, and recorded as one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import clew
from clew.agent.client import connect
from clew.agent.memory import Memory
from clew.agent.task import Task
from clew.protocol import ModelServer, Scenario, load_scenario
from clew.protocol.scenario import Error, Message, Text, ToolUse

if TYPE_CHECKING:
    from clew.model.session import Session

REPORT = Path(__file__).parent / "scenarios" / "report.toml"
BUSY = Error(status=429, headers={"retry-after": "0.01"})
TALK = Message(content=(Text("It is 42."),))
DONE = Message(content=(ToolUse("final_report", {"content": "42"}),))


def _perform(folder: Path, scenario: Scenario, *, max_turns: int = 5) -> tuple[str | None, Session]:
    with (
        ModelServer(scenario) as server,
        connect(api_key="scripted", base_url=server.base_url) as client,
        clew.session(agent_id="task", dir=folder / "sessions") as session,
    ):
        task = Task(client, model="m-1", tools=[Memory(folder / "memory")], max_turns=max_turns)
        report = task.perform(session, "What is the answer?")
    return report, clew.load(session.session_id, dir=folder / "sessions")


def test_text_where_a_report_is_asked_for_is_a_retry_of_the_same_turn(tmp_path: Path) -> None:
    """The three questions that a test of an agent asks first are answered by the tree alone."""
    report, session = _perform(tmp_path, load_scenario(REPORT))
    assert len(session.turns[0].llm_retries) == 2
    assert session.turns[0].tools[0].status == "failed"
    assert clew.find_log(session, "llm.synthetic_retry") is not None
    assert [attempt.verdict for attempt in session.turns[0].attempts] == ["rejected", "rejected", "accepted"]
    assert [attempt.status for attempt in session.turns[0].attempts] == ["ok", "ok", "ok"]
    assert session.totals.usage == clew.Usage(input_tokens=540, output_tokens=70)
    assert session.fin is not None
    assert session.fin.final_report is not None
    assert session.fin.final_report.value["content"] == report
    assert clew.check(session) == []


def test_what_the_sdk_retried_and_what_the_agent_rejected_are_told_apart(tmp_path: Path) -> None:
    """Both are retries of the turn: one failed on the way, the other was answered and did not do."""
    report, session = _perform(tmp_path, Scenario(name="mixed", answers=(BUSY, TALK, BUSY, DONE)))
    attempts = session.turns[0].attempts
    assert [attempt.status for attempt in attempts] == ["failed", "ok", "failed", "ok"]
    assert [attempt.verdict for attempt in attempts] == [None, "rejected", None, "accepted"]
    assert [attempt.slugs for attempt in attempts][:2] == [("llm.rate_limited",), ("llm.synthetic_retry",)]
    assert report == "42"


def test_a_model_that_only_talks_is_taken_at_its_word(tmp_path: Path) -> None:
    """After the last try the text is the report, and the record says that it was extracted."""
    report, session = _perform(tmp_path, Scenario(name="talk", answers=(Message(content=TALK.content, times=3),)))
    assert report == "It is 42."
    assert clew.find_log(session, "final_report.extracted") is not None
    assert clew.find_logs(session, "llm.synthetic_retry")[2:] != ()


def test_no_report_at_all_is_said(tmp_path: Path) -> None:
    """A model that answers with nothing, or works until its turns are used up, leaves a session without a report."""
    report, session = _perform(tmp_path / "a", Scenario(name="mute", answers=(Message(times=3),)))
    assert report is None
    assert clew.find_log(session, "llm.empty_response") is not None
    assert clew.find_log(session, "final_report.missing") is not None
    look = Message(content=(ToolUse("memory", {"command": "view", "path": "/memories"}),), times=2)
    report, session = _perform(tmp_path / "b", Scenario(name="busy", answers=(look,)), max_turns=2)
    assert (report, len(session.turns)) == (None, 2)
    assert clew.find_log(session, "final_report.missing") is not None
