"""The trace document: the specification's fields, recipes and order, and nothing cut."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given

from clew.exporters.trace import trace_chunks, write_trace
from clew.model import session
from clew.model.log import LogEntry
from clew.model.payload import Payload
from clew.model.usage import Usage
from clew.wire.trace_document import Trace
from tests.exporters.recipes import RECIPES, SNIPPET, TRACE
from tests.wire.example import START, example
from tests.wire.trees import payload, sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parents[1] / "golden" / "trace.json"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is that of Greenwich, so that golden files hold everywhere."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def _text(tree: session.Session) -> str:
    return "".join(trace_chunks(tree))


def _events(tree: session.Session) -> Any:  # noqa: ANN401 - parsed JSON
    return json.loads(_text(tree))["events"]


def _session(*turns: session.Turn, **fields: Any) -> session.Session:  # noqa: ANN401 - any field of a session
    init = session.Init(started_at=START)
    return session.Session(session_id="20251109_143414_a1b2c3d4", init=init, started_at=START, turns=turns, **fields)


def _attempt(**fields: Any) -> session.Attempt:  # noqa: ANN401 - any field of an attempt
    known: dict[str, Any] = {"number": 0, "started_at": START, "ended_at": START + 1, "status": "ok"}
    return session.Attempt(**known | fields)


def _tool(**fields: Any) -> session.ToolCall:  # noqa: ANN401 - any field of a tool call
    known: dict[str, Any] = {"index": 1, "name": "memory", "started_at": START, "ended_at": START + 1, "status": "ok"}
    return session.ToolCall(**known | fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the example's trace, where the specification's commands look for it."""
    (tmp_path / "sessions").mkdir()
    write_trace(example(), tmp_path / TRACE)
    return tmp_path


def test_the_document_stays_as_it_is() -> None:
    """A document once written can be relied on: the example session gives the golden text."""
    assert _text(example()) == GOLDEN.read_text(encoding="utf-8"), (
        "the document changed; if that is meant, run: python -m tests.wire.example"
    )


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("name", RECIPES)
def test_the_specifications_jq_recipes_run(folder: Path, name: str) -> None:
    """The four commands of the specification work unchanged."""
    done = subprocess.run(["bash", "-ec", RECIPES[name]], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    expected = {
        "pretty": '"event_type": "user_input"',
        "count": '"type": "tool_result",\n    "count": 4',
        "tools": '"tool_name": "researcher"',
        "tokens": "}",
    }
    assert expected[name] in done.stdout


def test_the_specifications_python_runs(folder: Path) -> None:
    """The snippet of the specification works unchanged."""
    import sys

    done = subprocess.run([sys.executable, "-c", SNIPPET], cwd=folder, capture_output=True, text=True, check=True)
    assert "Total tool calls: 4" in done.stdout
    assert "'view': 1" in done.stdout
    assert "Errors occurred: 2" in done.stdout


@given(sessions())
def test_every_trace_follows_its_shape(tree: session.Session) -> None:
    """Whatever the session: only known fields, in order of time, laid out as the standard library does it."""
    text = _text(tree)
    text.encode()
    document = json.loads(text)
    # the typed decoder takes no lone surrogates; their escapes become other characters' for it
    msgspec.json.decode(json.dumps(document, ensure_ascii=True, allow_nan=False).replace("\\ud", "\\u0"), type=Trace)
    times = [event["timestamp"] for event in document["events"]]
    assert times == sorted(times)
    assert text == _text_as_the_standard_library(document)
    assert ("end_time" in document) == (tree.ended_at is not None)


def _text_as_the_standard_library(document: object) -> str:
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


@given(sessions())
def test_every_call_result_and_token_is_there(tree: session.Session) -> None:
    """Each attempt, tool call, result and usage of the session itself gives exactly one event."""
    kinds = [event["event_type"] for event in _events(tree)]
    parts: list[session.Turn | session.Step] = [*tree.turns, *tree.steps]
    attempts = [attempt for part in parts for attempt in part.attempts]
    tools = [tool for part in parts for tool in part.tools]
    ended = [attempt.response for attempt in attempts if attempt.ended_at is not None and attempt.response is not None]
    assert kinds.count("llm_request") == len(attempts)
    assert kinds.count("tool_call") == len(tools)
    assert kinds.count("tool_result") == sum(tool.ended_at is not None for tool in tools)
    assert kinds.count("token_usage") == sum(response.usage is not None for response in ended)
    assert kinds.count("user_input") == sum(part.action is not None for part in parts)


def test_cumulative_counts_are_sums_of_all_calls() -> None:
    """Every call counts, also one that failed or was rejected, in order of time."""
    attempts = [
        _attempt(started_at=START + 10, ended_at=START + 20, response=session.Response(usage=Usage(input_tokens=5))),
        _attempt(status="failed", error="x", response=session.Response(usage=Usage(input_tokens=3, output_tokens=1))),
    ]
    usage = [event for event in _events(_session(session.Turn(index=1, started_at=START, attempts=tuple(attempts))))
             if event["event_type"] == "token_usage"]  # fmt: skip
    assert [event["cumulative"]["total_input_tokens"] for event in usage] == [3, 8]
    assert [event["cumulative"]["total_output_tokens"] for event in usage] == [1, 1]


@pytest.mark.parametrize(
    ("request_value", "count", "tools"),
    [
        ({"messages": [1, 2], "tools": [{"name": "memory", "type": "memory_20250818"}]}, 2, ["memory"]),
        ({"messages": [], "tools": [{"type": "function", "function": {"name": "f"}}]}, 0, ["f"]),
        (
            {"input": "hello", "tools": [{"type": "web_search"}, {"type": "function", "name": "g"}]},
            1,
            ["web_search", "g"],
        ),
        ({"input": [1, 2, 3]}, 3, []),
        ({"messages_count": 4, "tools": ["memory"]}, 4, ["memory"]),
        ("raw", None, []),
        (None, None, []),
    ],
)
def test_requests_of_every_protocol_are_counted(request_value: object, count: int | None, tools: list[str]) -> None:
    """Messages and tools are counted in the words of each protocol; what is unknown is null, never 0."""
    turn = session.Turn(index=1, started_at=START, attempts=(_attempt(request=Payload.of(request_value)),))
    (event,) = _events(_session(turn))
    assert (event["messages_count"], event["tools"]) == (count, tools)


def test_a_tool_without_commands_has_null() -> None:
    """The command of a tool that has none is null; an empty one stays empty."""
    turn = session.Turn(index=1, started_at=START, tools=(_tool(), _tool(index=2, command="")))
    calls = [event for event in _events(_session(turn)) if event["event_type"] == "tool_call"]
    assert [(call["command"], call["parameters"]) for call in calls] == [(None, {}), ("", {})]


def test_results_are_whole_and_strings() -> None:
    """A result is a string: as it came, or as compact JSON, to its last character."""
    values: list[tuple[object, str]] = [
        ("x" * 100_000, "x" * 100_000),
        ({"a": [1, "ü"]}, '{"a":[1,"ü"]}'),
        (None, "null"),
        (2**80, str(2**80)),
        (b"\0", '{"$":"bytes","base64":"AA=="}'),
    ]
    tools = tuple(_tool(index=index, response=payload(value)) for index, (value, _) in enumerate(values, 1))
    events = _events(_session(session.Turn(index=1, started_at=START, tools=tools)))
    results = [event for event in events if event["event_type"] == "tool_result"]
    assert [event["result"] for event in results] == [text for _, text in values]
    assert [event["result_length"] for event in results] == [len(text) for _, text in values]


def test_halves_of_characters_survive() -> None:
    """A lone surrogate is written as its escape and read back as it was."""
    action = session.Action(type="message", content=payload("a\ud800"))
    assert _events(_session(session.Turn(index=1, action=action)))[0]["content"] == "a\ud800"


def test_an_error_is_told_once() -> None:
    """An exception that fails its attempt, its turn and the session is one event, with its class."""
    told = "ValueError: boom"
    entry = LogEntry(
        timestamp=START + 1,
        severity="WRN",
        slug="llm.failed",
        message=told,
        details=Payload.of({"exception": "builtins.ValueError", "traceback": "…"}),
    )
    attempt = _attempt(status="failed", error=told, slugs=("llm.failed",), logs=(entry,))
    turn = session.Turn(index=1, started_at=START, ended_at=START + 2, status="failed", error=told, attempts=(attempt,))
    fin = session.Fin(started_at=START + 3, ended_at=START + 4, success=False, error=told)
    errors = [event for event in _events(_session(turn, fin=fin)) if event["event_type"] == "error"]
    assert [(event["error_type"], event["message"]) for event in errors] == [("ValueError", "boom")]


def test_an_error_that_only_the_session_knows_is_told() -> None:
    """A session that failed for a reason of its own has an event for it."""
    fin = session.Fin(started_at=START + 3, ended_at=START + 4, success=False, error="out of turns")
    (event,) = _events(_session(fin=fin))
    assert (event["error_type"], event["message"]) == ("session.error", "out of turns")


def test_child_sessions_have_their_own_trace() -> None:
    """A child's events are not mixed into its parent's."""
    action = session.Action(type="message", content=Payload.of("secret task"))
    child = _session(session.Turn(index=1, action=action, started_at=START))
    turn = session.Turn(index=1, started_at=START, tools=(_tool(child_session=child, response=Payload.of("done")),))
    assert [event["event_type"] for event in _events(_session(turn))] == ["tool_call", "tool_result"]


def test_times_are_local_and_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are those of the wall, with six decimals and without a zone."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    assert json.loads(_text(_session()))["start_time"] == "2025-11-09T20:04:14.123456"


def test_the_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """An earlier trace is replaced at once by one that only its owner can read; nothing else is left behind."""
    path = tmp_path / "session.json"
    path.write_text("old")
    write_trace(example(), path)
    assert path.read_text(encoding="utf-8") == _text(example())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_trace_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """If the tree cannot be told to its end, the file stays what it was and no rest is left."""

    class Broken(Payload):
        @property
        def value(self) -> object:
            raise OSError("gone")

    path = tmp_path / "session.json"
    path.write_text("old")
    turn = session.Turn(index=1, started_at=START, tools=(_tool(response=Broken(None)),))
    with pytest.raises(OSError, match="gone"):
        write_trace(_session(turn), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
