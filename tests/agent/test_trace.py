"""The trace of a chat answers what its specification asks of a trace, in the specification's own words."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from clew.protocol.scenario import Error, Message, Text, ToolUse, Usage
from tests.agent.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

COUNT = ".events | group_by(.event_type) | map({type: .[0].event_type, count: length})"
TOOL_CALLS = '.events[] | select(.event_type == "tool_call")'
TOKENS = '.events[] | select(.event_type == "token_usage") | .cumulative'


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """The trace of a chat with a retry, two tool calls of which one fails, and two answers."""
    usage = Usage(input_tokens=10, output_tokens=5, cache_read_input_tokens=2, cache_creation_input_tokens=1)
    view = ToolUse("memory", {"command": "view", "path": "/memories"})
    delete = ToolUse("memory", {"command": "delete", "path": "/memories/none"})
    stage = Stage(
        tmp_path,
        Error(status=429, headers={"retry-after": "0.01"}),
        Message(content=(Text("I look."), view, delete), usage=usage),
        Message(content=(Text("Hello!"),), usage=usage),
    )
    session = stage.play("hello")
    return tmp_path / "sessions" / f"session_{session.session_id}.json"


def _jq(recipe: str, trace: Path) -> str:
    jq = subprocess.run(["jq", "-c", recipe, trace], capture_output=True, text=True, check=True)
    return jq.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_recipes_run_unchanged(trace: Path) -> None:
    """Pretty printing, counting events by type, listing tool calls, and the last cumulative token count."""
    assert json.loads(_jq(".", trace)) == json.loads(trace.read_bytes())
    counts = {entry["type"]: entry["count"] for entry in json.loads(_jq(COUNT, trace))}
    assert (counts["user_input"], counts["tool_call"], counts["tool_result"]) == (1, 2, 2)
    calls = [json.loads(line) for line in _jq(TOOL_CALLS, trace).splitlines()]
    assert [call["command"] for call in calls] == ["view", "delete"]
    assert json.loads(_jq(TOKENS, trace).splitlines()[-1]) == {
        "total_input_tokens": 20,
        "total_output_tokens": 10,
        "total_cache_read_tokens": 4,
        "total_cache_write_tokens": 2,
    }


def test_the_python_snippet_runs_unchanged(trace: Path) -> None:
    """Tool calls, counted by command, and errors are found where the specification's reader looks for them."""
    events = json.loads(trace.read_bytes())["events"]
    tool_calls = [event for event in events if event["event_type"] == "tool_call"]
    assert Counter(call["command"] for call in tool_calls) == {"view": 1, "delete": 1}
    assert [event for event in events if event["event_type"] == "error"] != []
    results = [event for event in events if event["event_type"] == "tool_result"]
    assert [result["success"] for result in results] == [True, False]
