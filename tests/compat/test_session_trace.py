"""`SessionTrace`: every event of the specification lands in the tree, and in the trace as it was told."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import clew
from clew.store.folder import Folder
from clew.wire.trace_document import Trace
from tests.exporters.recipes import RECIPES, SNIPPET, TRACE

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session


@pytest.fixture
def trace(tmp_path: Path) -> clew.SessionTrace:
    """A session in a folder of its own."""
    return clew.SessionTrace(tmp_path, "claude-sonnet-4-5", "You are a helpful assistant…")


def _document(trace: clew.SessionTrace) -> Any:  # noqa: ANN401 - parsed JSON
    text = trace.finalize().read_text(encoding="utf-8")
    msgspec.json.decode(text, type=Trace)
    return json.loads(text)


def _tree(trace: clew.SessionTrace) -> Session:
    trace.finalize()
    return Folder(trace.trace_file.parent).load(trace.session_id)


def _kinds(document: Any) -> list[str]:  # noqa: ANN401 - parsed JSON
    return [event["event_type"] for event in document["events"]]


def _tell_the_specifications_example(trace: clew.SessionTrace) -> None:
    trace.log_user_input("hello")
    trace.log_llm_request(messages_count=1, tools=["memory"])
    trace.log_tool_call("memory", "view", {"path": "/memories"})
    trace.log_tool_result("memory", "view", "Directory: /memories\n- user_preferences.txt", success=True)
    trace.log_llm_response("Hello! How are you doing?")
    trace.log_token_usage(150, 20, 0, 100, 150, 20, 0, 100)


def test_the_specifications_example_gives_its_document(trace: clew.SessionTrace) -> None:
    """The calls of the specification give its events: same kinds, keys, values and order of keys."""
    _tell_the_specifications_example(trace)
    document = _document(trace)
    assert list(document) == ["session_id", "start_time", "end_time", "model", "system_prompt", "events"]
    assert re.fullmatch(r"\d{8}_\d{6}_[0-9a-f]{8}", document["session_id"])
    assert document["model"] == "claude-sonnet-4-5"
    assert document["system_prompt"] == "You are a helpful assistant…"
    told = [{key: value for key, value in event.items() if key != "timestamp"} for event in document["events"]]
    result = "Directory: /memories\n- user_preferences.txt"
    assert [list(event.items()) for event in told] == [
        list(event.items())
        for event in (
            {"event_type": "user_input", "content": "hello"},
            {"event_type": "llm_request", "messages_count": 1, "tools": ["memory"]},
            {
                "event_type": "tool_call",
                "tool_name": "memory",
                "command": "view",
                "parameters": {"path": "/memories"},
            },
            {
                "event_type": "tool_result",
                "tool_name": "memory",
                "command": "view",
                "result": result,
                "success": True,
                "result_length": len(result),
            },
            {"event_type": "llm_response", "content": "Hello! How are you doing?"},
            {
                "event_type": "token_usage",
                "last_request": {
                    "input_tokens": 150,
                    "output_tokens": 20,
                    "cache_read_tokens": 0,
                    "cache_write_tokens": 100,
                },
                "cumulative": {
                    "total_input_tokens": 150,
                    "total_output_tokens": 20,
                    "total_cache_read_tokens": 0,
                    "total_cache_write_tokens": 100,
                },
            },
        )
    ]
    assert clew.find_logs(_tree(trace), "session.incomplete_use") == ()


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_specifications_commands_run_on_it(trace: clew.SessionTrace, tmp_path: Path) -> None:
    """The four `jq` commands and the Python of the specification work unchanged on what this class writes."""
    _tell_the_specifications_example(trace)
    trace.log_error("ValueError", "Invalid input provided")
    (tmp_path / TRACE).parent.mkdir()
    trace.finalize().rename(tmp_path / TRACE)
    told = {}
    for name, command in (RECIPES | {"python": f"{sys.executable} - <<'END'\n{SNIPPET}\nEND"}).items():
        done = subprocess.run(["bash", "-ec", command], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        told[name] = done.stdout
    assert json.loads(told["pretty"])["session_id"] == trace.session_id
    assert {"type": "tool_call", "count": 1} in json.loads(told["count"])
    assert json.loads(told["tools"])["parameters"] == {"path": "/memories"}
    assert told["tokens"].strip() == "}"
    assert "Total tool calls: 1" in told["python"]
    assert "Commands used: Counter({'view': 1})" in told["python"]
    assert "Errors occurred: 1" in told["python"]


def test_the_file_is_where_and_as_the_specification_says(trace: clew.SessionTrace, tmp_path: Path) -> None:
    """`finalize` returns `session_<id>.json` in the folder, readable by its owner only, as often as it is called."""
    path = trace.finalize()
    assert path == tmp_path / f"session_{trace.session_id}.json" == trace.finalize()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.tmp"))


def test_both_ways_to_construct_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder may come first, or be left out for the folder that every session goes to."""
    monkeypatch.setenv("CLEW_DIR", str(tmp_path / "default"))
    assert clew.SessionTrace(model="m", system_prompt="p").finalize().parent == tmp_path / "default"
    assert clew.SessionTrace(str(tmp_path / "other"), "m", "p").finalize().parent == tmp_path / "other"


def test_the_tree_of_a_simple_turn(trace: clew.SessionTrace) -> None:
    """A message, its request, its tool call and its answer are one turn."""
    _tell_the_specifications_example(trace)
    tree = _tree(trace)
    (turn,) = tree.turns
    assert turn.action is not None
    assert turn.action.content is not None
    assert turn.action.content.value == "hello"
    assert [tool.name for tool in turn.tools] == ["memory"]
    assert turn.llm_response is not None
    assert turn.llm_response.text == "Hello! How are you doing?"
    assert turn.llm_response.usage == clew.Usage(input_tokens=150, output_tokens=20, cache_write_tokens=100)
    assert tree.status == "ok"
    assert clew.check(tree) == []


def test_a_request_after_tool_results_is_the_next_turn(trace: clew.SessionTrace) -> None:
    """One turn is one exchange: what the model is asked after its tools have run is the next."""
    trace.log_user_input("hello")
    for number in range(3):
        trace.log_llm_request(number + 1)
        trace.log_token_usage(10, 1, None, None)
        trace.log_tool_call("memory", "view", {"path": f"/{number}"})
        trace.log_tool_result("memory", "view", str(number))
    trace.log_llm_request(4)
    trace.log_llm_response("done")
    tree = _tree(trace)
    assert [(len(turn.attempts), len(turn.tools)) for turn in tree.turns] == [(1, 1), (1, 1), (1, 1), (1, 0)]
    assert tree.totals.usage == clew.Usage(input_tokens=30, output_tokens=3)


def test_a_request_after_a_failed_one_is_a_retry(trace: clew.SessionTrace) -> None:
    """A request that failed, or that nobody answered, is sent again in the same turn."""
    trace.log_user_input("hello")
    trace.log_llm_request(1)
    trace.log_error("RateLimitError", "slow down")
    trace.log_llm_request(1)
    trace.log_llm_request(1)
    trace.log_llm_response("here")
    (turn,) = _tree(trace).turns
    assert clew.count_retries(turn) == 2
    assert [attempt.status for attempt in turn.attempts] == ["failed", "cancelled", "ok"]
    assert turn.llm_response is not None


def test_a_request_after_an_answer_is_the_next_turn(trace: clew.SessionTrace) -> None:
    """What was answered is not sent again."""
    for _ in range(2):
        trace.log_llm_request(1)
        trace.log_llm_response("here")
    assert len(_tree(trace).turns) == 2


@pytest.mark.parametrize(
    ("error_type", "message"),
    [
        ("ValueError", "Invalid input provided"),
        ("anthropic.RateLimitError", "slow: down"),
        ("timeout", ""),
        ("odd name: with\0 colon", "text"),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_errors_are_told_once_and_as_they_came(
    trace: clew.SessionTrace, error_type: str, message: str, *, asked: bool
) -> None:
    """An error gives one event with its type and its words, whether a request was under way or not."""
    trace.log_user_input("hello")
    if asked:
        trace.log_llm_request(1)
    trace.log_error(error_type, message)
    errors = [event for event in _document(trace)["events"] if event["event_type"] == "error"]
    assert len(errors) == 1
    assert list(errors[0]) == ["timestamp", "event_type", "error_type", "message"]
    if "\0" not in error_type:
        assert (errors[0]["error_type"], errors[0]["message"]) == (error_type, message)


def test_two_equal_errors_are_two_errors(trace: clew.SessionTrace) -> None:
    """The same error twice is told twice."""
    for _ in range(2):
        trace.log_user_input("hello")
        trace.log_error("ValueError", "Invalid input provided")
    assert _kinds(_document(trace)) == ["user_input", "error"] * 2


def test_an_error_before_any_turn_stays_with_the_session(trace: clew.SessionTrace) -> None:
    """An error needs no turn, and its traceback is kept."""
    trace.log_error("OSError", "no disk", traceback="Traceback: line 1")
    assert _kinds(_document(trace)) == ["error"]
    entry = clew.find_log(_tree(trace), "session.error")
    assert entry is not None
    assert entry.details is not None
    assert "Traceback: line 1" in entry.details.value["traceback"]


def test_results_find_their_calls(trace: clew.SessionTrace) -> None:
    """With an id a result finds its call; without one, the oldest open call of its name and command."""
    trace.log_llm_request(1)
    first = trace.log_tool_call("memory", "view", {"path": "/a"})
    trace.log_tool_call("memory", "view", {"path": "/b"})
    trace.log_tool_call("memory", "delete", {"path": "/c"})
    third = trace.log_tool_call("memory", "view", {"path": "/d"}, call_id="toolu_4")
    assert third == "toolu_4"
    trace.log_tool_result("memory", "view", "d", call_id=third)
    trace.log_tool_result("memory", "delete", "c")
    trace.log_tool_result("memory", "view", "a", call_id=first)
    trace.log_tool_result("memory", "view", "b")
    found = {
        tool.request.value["path"]: tool.response.value
        for tool in _tree(trace).turns[0].tools
        if tool.request is not None and tool.response is not None
    }
    assert found == {"/a": "a", "/b": "b", "/c": "c", "/d": "d"}


def test_a_failed_tool(trace: clew.SessionTrace) -> None:
    """A failure carries its error, an empty result and the length of it, and is no error of the session."""
    trace.log_user_input("hello")
    trace.log_tool_call("memory", "view", {"path": "/memories/nonexistent.txt"})
    trace.log_tool_result("memory", "view", "", success=False, error="File not found")
    document = _document(trace)
    assert _kinds(document) == ["user_input", "tool_call", "tool_result"]
    assert list(document["events"][-1].items())[1:] == [
        ("event_type", "tool_result"),
        ("tool_name", "memory"),
        ("command", "view"),
        ("result", ""),
        ("success", False),
        ("error", "File not found"),
        ("result_length", 0),
    ]
    assert _tree(trace).turns[0].tools[0].status == "failed"


def test_tools_outside_a_request(trace: clew.SessionTrace) -> None:
    """A command that runs a tool needs neither a message nor a request; it is a step and no turn."""
    trace.log_tool_call("memory", "view", {"path": "/memories"})
    trace.log_tool_result("memory", "view", "nothing here")
    trace.log_user_input("hello")
    tree = _tree(trace)
    assert [step.tools[0].status for step in tree.steps] == ["ok"]
    assert len(tree.turns) == 1
    assert _kinds(_document(trace)) == ["tool_call", "tool_result", "user_input"]


def test_a_result_without_a_call_is_kept(trace: clew.SessionTrace) -> None:
    """A result that nobody asked for is recorded with a call of its own."""
    trace.log_tool_result("memory", "view", {"found": 1})
    document = _document(trace)
    assert _kinds(document) == ["tool_call", "tool_result"]
    assert document["events"][1]["result"] == '{"found":1}'


def test_long_results_are_whole(trace: clew.SessionTrace) -> None:
    """No result is cut, however long, and its length is that of the result."""
    trace.log_tool_call("memory", "view")
    trace.log_tool_result("memory", "view", "ä" * 2_000_000)
    result = _document(trace)["events"][1]
    assert result["result"] == "ä" * 2_000_000
    assert result["result_length"] == 2_000_000


def test_every_calls_tokens_are_counted(trace: clew.SessionTrace) -> None:
    """Token counts without a request of their own stand for a call; none is overwritten, `None` counts as nothing."""
    trace.log_user_input("hello")
    trace.log_llm_request(1)
    trace.log_token_usage(100, 20, None, None, None, None, None, None)
    trace.log_token_usage(50, 10, 5, 1)
    usage = [event for event in _document(trace)["events"] if event["event_type"] == "token_usage"]
    assert [event["last_request"]["input_tokens"] for event in usage] == [100, 50]
    assert list(usage[1]["cumulative"].values()) == [150, 30, 5, 1]


def test_cumulative_counts_that_are_no_sum_are_remarked_once(trace: clew.SessionTrace) -> None:
    """The trace sums what it was told; if the application's own sum is another one, the record says so."""
    trace.log_token_usage(100, 20, 0, 0, 900, 20, 0, 0)
    trace.log_token_usage(100, 20, 0, 0, 1000, 40, 0, 0)
    (entry,) = clew.find_logs(_tree(trace), "session.incomplete_use")
    assert entry.severity == "WRN"


def test_calls_after_the_end_do_no_harm(trace: clew.SessionTrace) -> None:
    """After `finalize` every method returns, and the document stays."""
    _tell_the_specifications_example(trace)
    before = trace.finalize().read_bytes()
    _tell_the_specifications_example(trace)
    trace.log_error("ValueError", "late")
    assert trace.finalize().read_bytes() == before


def test_unfinished_sessions_have_no_end(trace: clew.SessionTrace) -> None:
    """What was told is on disk before `finalize`; a document made then has no `end_time`."""
    from clew.exporters.trace import trace_chunks

    trace.log_user_input("hello")
    tree = Folder(trace.trace_file.parent).load(trace.session_id)
    document = json.loads("".join(trace_chunks(tree)))
    assert "end_time" not in document
    assert _kinds(document) == ["user_input"]
    trace.finalize()
