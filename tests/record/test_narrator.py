"""Promises of the structured log: by itself it says what came of everything the user did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import pytest

import clew
from clew.record.whereabouts import REMEMBERED
from tests.record import host
from tests.record.lines import Kept, converse, session

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log() -> Iterator[Kept]:
    """All lines of one test."""
    kept = Kept()
    clew.configure(sinks=[kept])
    yield kept
    clew.configure(sinks=[])


def test_the_log_alone_says_what_came_of_each_interaction(tmp_path: Path, log: Kept) -> None:
    """Menu, workflow, tool and sub-agent: each line names the session, the agent, the user's action and the place."""
    with session(tmp_path) as recorder:
        converse(recorder)
    assert log.told("event", "agent_id", "action_type", "action", "path", "kind", "name", "outcome", "slug") == [
        ("interaction.begin", "support", "message", None, "1", None, None, None, None),
        ("log", "support", "message", None, "1-2", "mcp", "orders.search", None, "tool.timeout"),
        ("execution", "support", "message", None, "1-2", "mcp", "orders.search", "timeout", "tool.timeout"),
        ("interaction.end", "support", "message", None, "1", None, None, "ok", None),
        ("interaction.begin", "support", "menu", "Reports", "3", None, None, None, None),
        ("execution", "reporter", "menu", "Reports", "3-1.1-1", "command", "ls", "ok", None),
        ("execution", "reporter", "menu", "Reports", "3-1.1", "workflow_step", "collect", "ok", None),
        ("log", "writer", "menu", "Reports", "3-1.2-1.1", "turn", None, None, "shop.unsure"),
        ("execution", "reporter", "menu", "Reports", "3-1.2-1", "agent", "writer", "ok", None),
        ("execution", "reporter", "menu", "Reports", "3-1.2", "workflow_step", "write", "ok", None),
        ("execution", "support", "menu", "Reports", "3-1", "workflow", "report", "ok", None),
        ("interaction.end", "support", "menu", "Reports", "3", None, None, "ok", None),
    ]
    assert set(log.told("root_session_id")) == {(recorder.session_id,)}
    assert {line.agent_path for line in log.lines if line.agent_id == "writer"} == {"support:reporter:writer"}
    assert all(line.duration_ms is not None for line in log.lines if line.outcome is not None)
    assert [line.at for line in log.lines] == sorted(line.at for line in log.lines)


def test_every_path_leads_to_its_node(tmp_path: Path, log: Kept) -> None:
    """`clew show --path` finds what a line speaks of, from the outermost session."""
    with session(tmp_path) as recorder:
        converse(recorder)
    tree = clew.load(recorder.path)
    paths = {path for path, _ in clew.walk(tree)}
    assert {line.path for line in log.lines} <= paths


def test_a_warning_brings_the_payloads_in_force(tmp_path: Path, log: Kept) -> None:
    """What the model was asked and answered, and what the tool was asked, whole, with the place in the code."""
    with session(tmp_path) as recorder:
        converse(recorder)
    (warning,) = [line for line in log.lines if line.slug == "tool.timeout" and line.event == "log"]
    assert {name: json.loads(payload) for name, payload in warning.payloads.items()} == {
        "llm_request": {"messages": ["find my order"]},
        "llm_response": {"content": "let me look"},
        "tool_request": {"query": "order"},
    }
    assert (warning.severity, warning.origin, warning.provider, warning.model) == ("WRN", "tool", "anthropic", "m-1")
    assert warning.source is not None
    assert warning.source.file == "lines.py"


def test_what_the_user_typed_is_not_in_the_log(tmp_path: Path, log: Kept) -> None:
    """Only what was chosen is: messages stay in the journal, unless a warning brings the request that holds them."""
    with session(tmp_path) as recorder, recorder.turn("my password is hunter2"):
        pass
    assert [line.action for line in log.lines] == [None, None]
    assert "hunter2" not in repr(log.lines)


def test_a_failed_session_ends_with_its_cause_and_its_incident(tmp_path: Path, log: Kept) -> None:
    """The last line of the interaction holds slug, origin and the number that the user was told."""
    with pytest.raises(ZeroDivisionError), session(tmp_path) as recorder, recorder.turn("go"):
        raise ZeroDivisionError
    tree = clew.load(recorder.path)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    end = log.lines[-1]
    assert (end.event, end.outcome, end.slug, end.origin) == ("interaction.end", "failed", "turn.failed", "agent")
    assert (end.severity, end.incident) == ("ERR", tree.fin.failure.incident)


def test_a_session_that_fails_before_anything_happened_is_in_the_log(tmp_path: Path, log: Kept) -> None:
    """A failure of INIT has an outcome too."""
    with session(tmp_path) as recorder:
        recorder.fail("no such model", "llm.unknown_model")
    end = log.lines[-1]
    assert (end.event, end.path, end.outcome, end.slug) == ("interaction.end", "init", "failed", "llm.unknown_model")
    assert (end.origin, bool(end.incident)) == ("configuration", True)


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_an_unanswered_message_is_no_success(tmp_path: Path, log: Kept, status: str) -> None:
    """A turn that the agent ends calmly, but whose model never gave an answer that did, has failed for its user."""
    with session(tmp_path) as recorder, recorder.turn("go") as turn, turn.attempt(model="m") as attempt:
        if status == "failed":
            attempt.fail("too many requests", slug="llm.rate_limited")
        else:
            attempt.respond({"content": []})
            attempt.reject("llm.empty_response")
    assert log.lines[-1].outcome == status
    assert log.lines[-1].origin == "model"


def test_an_outcome_in_the_agents_words_is_the_message(tmp_path: Path, log: Kept) -> None:
    """What the agent says of the user's action stands beside how it went."""
    with session(tmp_path) as recorder, recorder.turn(action=clew.Action("menu", "7")) as turn:
        turn.outcome("there is no entry 7")
    assert (log.lines[-1].message, log.lines[-1].outcome) == ("menu 7: there is no entry 7", "ok")


def test_an_agent_that_goes_on_ends_its_interaction_again(tmp_path: Path, log: Kept) -> None:
    """The last end counts: an outcome is never late, and never wrong in the end."""
    with session(tmp_path) as recorder:
        with recorder.turn("go") as turn, turn.attempt(model="m") as attempt:
            attempt.respond({"content": "yes"})
        with recorder.turn() as turn:
            turn.fail("out of turns")
    assert [line.outcome for line in log.lines if line.event == "interaction.end"] == ["ok", "failed"]


def test_a_session_that_is_taken_up_keeps_its_agent(tmp_path: Path, log: Kept) -> None:
    """A second process that does not say who acts finds it in the journal."""
    with session(tmp_path) as recorder, recorder.turn("one"):
        pass
    with clew.session(session_id=recorder.session_id, dir=tmp_path, trace=False) as again, again.turn("two"):
        pass
    assert log.told("agent_id", "path")[2:] == [("support", "2"), ("support", "2")]


def test_a_session_whose_folder_cannot_be_written_is_still_in_the_log(tmp_path: Path, log: Kept) -> None:
    """Where there can be no journal, the log is all that is left."""
    (tmp_path / "file").write_text("")
    with session(tmp_path / "file" / "sessions") as recorder, recorder.turn("go"):
        pass
    assert log.told("event") == [("interaction.begin",), ("interaction.end",)]


def test_recording_switched_off_is_off(tmp_path: Path, log: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """`CLEW_RECORD=0` turns the log of sessions off as well."""
    monkeypatch.setenv("CLEW_RECORD", "0")
    with session(tmp_path) as recorder, recorder.turn("go"):
        pass
    assert log.lines == []


def test_an_entry_outside_any_session_goes_to_the_sinks(log: Kept) -> None:
    """It has a slug, a severity and a place in the code, and belongs to no session."""
    clew.log("shop.closed", "closed", "ERR", since=8)
    (line,) = log.lines
    assert (line.event, line.severity, line.slug, line.session_id) == ("log", "ERR", "shop.closed", None)
    assert line.details == {"since": "8"}
    assert line.source is not None
    assert line.source.function == "test_an_entry_outside_any_session_goes_to_the_sinks"


def test_a_long_turn_does_not_hold_on_to_what_passed_through_it(tmp_path: Path, log: Kept) -> None:
    """An agent that calls a thousand tools in one turn keeps a handful of results in memory, not a thousand."""
    results = WeakSet[_Result]()
    with session(tmp_path) as recorder, recorder.turn("go") as turn:
        for _ in range(1000):
            result = _Result()
            results.add(result)
            with turn.tool("t") as tool:
                tool.respond(result)
        del result
        assert len(results) <= REMEMBERED
    assert len(log.lines) == 1002


class _Result:
    """An object of the application."""


def test_no_secret_reaches_the_log(tmp_path: Path, log: Kept) -> None:
    """In messages, names, details and payloads, in a session and outside: what the journal redacts, the log does."""
    secret = "ghp_" + "a1B2c3D4e5F6" * 3
    clew.log("shop.x", f"with {secret}", key=secret)
    with session(tmp_path) as recorder, recorder.turn(action=clew.Action("menu", secret)) as turn:
        with turn.tool("pay", {"token": secret, "nested": [secret]}) as tool:
            tool.fail(f"refused {secret}")
        clew.log("shop.y", f"with {secret}", key={"inside": secret})
    assert len(log.lines) == 6
    assert secret not in repr(log.lines)
    assert "refused [redacted " in repr(log.lines)


KILLED = """
    import os, signal
    from pathlib import Path
    from tests.record.lines import session, workflow
    import clew
    recorder = session(Path(os.environ["CLEW_DIR"]))
    turn = recorder.turn(action=clew.Action("menu", "Reports")).start()
    tool = turn.tool("report", {}, kind="workflow").start()
    workflow(tool)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_interaction_that_was_killed_half_way_has_its_beginning_and_its_executions(tmp_path: Path) -> None:
    """Every line up to the kill is in the file: what the user chose, and how far it came. No end says that it ended."""
    log = tmp_path / "log.jsonl"
    ended = host.run(KILLED, tmp_path / "sessions", CLEW_LOG=f"jsonl:{log}", PYTHONPATH=str(ROOT))
    assert ended.returncode == -9
    lines = [json.loads(text) for text in log.read_text().splitlines()]
    assert [(line["event"], line.get("kind"), line.get("name")) for line in lines if line["event"] != "log"] == [
        ("interaction.begin", None, None),
        ("execution", "command", "ls"),
        ("execution", "workflow_step", "collect"),
        ("execution", "agent", "writer"),
        ("execution", "workflow_step", "write"),
    ]
    assert {(line["action_type"], line["action"]) for line in lines} == {("menu", "Reports")}


def test_a_sub_agent_in_another_process_names_its_place(tmp_path: Path) -> None:
    """Its lines lead to the session and the call that started it."""
    log = tmp_path / "log.jsonl"
    code = """
        import clew
        with clew.session("remote") as session, session.turn("do") as turn, turn.tool("ls", kind="command") as tool:
            tool.respond("a")
    """
    with session(tmp_path / "sessions") as recorder, recorder.turn("go") as turn, turn.tool("r", kind="agent") as tool:
        host.run(code, tmp_path / "sessions", CLEW_LOG=f"jsonl:{log}", **tool.environ())
    (line,) = [json.loads(text) for text in log.read_text().splitlines()]
    assert (line["root_session_id"], line["path"], line["name"]) == (recorder.session_id, "1-1.1-1", "ls")
