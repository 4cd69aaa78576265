"""Trace files, and everything their original writer left out or got wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clew.errors import ForeignFormat
from clew.importers.trace import detect, read
from clew.tree.check import check
from clew.tree.query import find_log, find_logs
from tests.importers.transcripts import imported_one

if TYPE_CHECKING:
    from clew.model.session import Session

ID = "20251109_143414_a1b2c3d4"


def _at(second: float) -> str:
    return f"2025-11-09T14:34:{second:09.6f}"


def _document(*events: tuple[float, dict[str, Any]], **head: object) -> dict[str, Any]:
    return {
        "session_id": ID,
        "start_time": _at(14),
        "model": "claude-test",
        "system_prompt": "Be kind.",
        "events": [{"timestamp": _at(second), **event} for second, event in events],
        **head,
    }


def _event(kind: str, **fields: object) -> dict[str, Any]:
    return {"event_type": kind, **fields}


def _call(command: str = "view", name: str = "memory", **fields: object) -> dict[str, Any]:
    return _event("tool_call", tool_name=name, command=command, parameters={"path": "/memories"}, **fields)


def _result(result: str = "ok", command: str = "view", **fields: object) -> dict[str, Any]:
    fields = {"success": True, "result_length": len(result), **fields}
    return _event("tool_result", tool_name="memory", command=command, result=result, **fields)


def _usage(**counts: object) -> dict[str, Any]:
    return _event("token_usage", last_request=counts, cumulative={"total_input_tokens": 9999})


HELLO = (
    (20.1, _event("user_input", content="hello")),
    (20.2, _event("llm_request", messages_count=1, tools=["memory"])),
    (22.3, _call()),
    (22.4, _result("Directory: /memories")),
    (25.5, _event("llm_response", content="Hello!")),
    (25.6, _usage(input_tokens=150, output_tokens=20, cache_read_tokens=0, cache_write_tokens=100)),
)


def _import(tmp_path: Path, document: dict[str, Any] | bytes) -> Session:
    path = tmp_path / "trace"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document, indent=2).encode())
    session = imported_one(path, tmp_path / "sessions")
    assert check(session) == []
    return session


def test_a_whole_trace(tmp_path: Path) -> None:
    """Prompt, request, tool, answer and tokens are one turn; the end of the file is the end of the session."""
    session = _import(tmp_path, _document(*HELLO, end_time=_at(30)))
    (turn,) = session.turns
    assert turn.action is not None
    assert turn.action.content is not None
    assert turn.action.content.value == "hello"
    assert turn.llm_response is not None
    assert turn.llm_response.text == "Hello!"
    assert turn.tools[0].response is not None
    assert (turn.tools[0].name, turn.tools[0].command) == ("memory", "view")
    assert (session.totals.usage.input_tokens, session.totals.usage.cache_write_tokens) == (150, 100)
    assert (session.status, session.model, session.title) == ("ok", "claude-test", "hello")
    assert session.system_prompt is not None


def test_naive_times_are_local_and_the_id_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times without a zone are this machine's, but the id is the same wherever the import runs."""
    path = tmp_path / "trace"
    path.write_text(json.dumps(_document(*HELLO)))
    ids = set()
    for zone in ("UTC", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        __import__("time").tzset()
        ids.add(next(read(path)).session_id)
    monkeypatch.undo()
    __import__("time").tzset()
    (session_id,) = ids
    assert session_id.startswith("20251109_143414_")


def test_a_missing_end_is_no_end(tmp_path: Path) -> None:
    """Without ``end_time`` the session has no FIN."""
    session = _import(tmp_path, _document(*HELLO))
    assert session.fin is None
    assert session.status == "interrupted"


def test_a_file_cut_while_being_written_is_read_up_to_the_cut(tmp_path: Path) -> None:
    """A kill during a rewrite cut the file: every whole event before the cut is there, and the rest is kept."""
    whole = json.dumps(_document(*HELLO, (26.0, _event("user_input", content="bye"))), indent=2).encode()
    session = _import(tmp_path, whole[: whole.index(b'"bye"')])
    assert len(session.turns) == 1
    assert session.totals.usage.output_tokens == 20
    entry = find_log(session, "import.warning")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value["events"] == 6
    assert "user_input" in entry.details.value["rest"]


def test_a_file_cut_before_its_events_is_refused(tmp_path: Path) -> None:
    """A head without events is nothing to import, and the error says so."""
    path = tmp_path / "trace"
    path.write_text(json.dumps(_document())[:60])
    with pytest.raises(ForeignFormat, match="cut before the first event"):
        list(read(path))


@pytest.mark.parametrize("length", [5234, 1010])
def test_cut_results_are_marked(tmp_path: Path, length: int) -> None:
    """A result that was cut at 1,000 characters is marked as such, with the whole length; a long whole one is not."""
    cut = "x" * 1000 + f"... (truncated, {length} total chars)"
    session = _import(
        tmp_path,
        _document(
            HELLO[0],
            HELLO[1],
            (21, _call()),
            (22, _result(cut, result_length=length)),
            (23, _call()),
            (24, _result("y" * 2000)),
            (25, _event("llm_response", content="done")),
        ),
    )
    short, whole = session.turns[0].tools
    assert short.attributes is not None
    assert short.attributes.value["truncated"] is True
    assert short.attributes.value["result_length"] == length
    assert whole.attributes is not None
    assert "truncated" not in whole.attributes.value
    assert find_log(session, "import.warning") is not None


def test_parallel_calls_pair_first_in_first_out(tmp_path: Path) -> None:
    """Without ids, results pair by name and command in order; with an id, by the id."""
    events = [(21, _call()), (21.1, _call("create")), (21.2, _call()), (22, _result("one"))]
    events += [(22.1, _result("new", "create")), (22.2, _result("two"))]
    events += [(23, _call(call_id="a")), (23.1, _call(call_id="b")), (24, _result("B", call_id="b"))]
    session = _import(tmp_path, _document(*HELLO[:2], *events, HELLO[4]))
    responses = [tool.response.value if tool.response is not None else None for tool in session.turns[0].tools]
    assert responses == ["one", "new", "two", None, "B"]


def test_tools_outside_a_request_are_steps(tmp_path: Path) -> None:
    """A tool that the user called by a command stands in a step, also with a failure whose length is missing."""
    failed = _result("", success=False, error="File not found", result_length=0)
    del failed["result_length"]
    session = _import(tmp_path, _document(*HELLO, (40, _call()), (41, failed)))
    assert len(session.turns[0].tools) == 1
    (step,) = session.steps
    assert step.kind == "command"
    assert (step.tools[0].status, step.tools[0].error) == ("failed", "File not found")


def test_every_further_call_is_a_turn(tmp_path: Path) -> None:
    """A writer that logs every call gives one turn per call; tools after an answer belong to its turn."""
    request, response = HELLO[1][1], HELLO[4][1]
    events = [HELLO[0], (20.2, request), (21, response), (21.1, _usage(input_tokens=1, output_tokens=2))]
    events += [(22, _call()), (23, _result()), (24, request), (25, response), (25.1, _usage(output_tokens=3))]
    session = _import(tmp_path, _document(*events))
    assert [len(turn.tools) for turn in session.turns] == [1, 0]
    assert [turn.action is None for turn in session.turns] == [False, True]
    assert session.totals.usage.output_tokens == 5
    assert not session.steps


def test_errors_and_retries(tmp_path: Path) -> None:
    """An error during a request fails the attempt; a request after it is a retry; without one the turn failed."""
    error = _event("error", error_type="APIError", message="overloaded", traceback="Traceback …")
    events = [*HELLO[:2], (21, error), (22, HELLO[1][1]), (23, HELLO[4][1])]
    events += [(30, _event("user_input", content="again")), (31, HELLO[1][1]), (32, error)]
    answered, failed = _import(tmp_path, _document(*events)).turns
    assert [attempt.status for attempt in answered.attempts] == ["failed", "ok"]
    assert answered.status == "ok"
    assert (failed.status, failed.error) == ("failed", "overloaded")
    entry = find_log(failed, "import.error")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value["traceback"] == "Traceback …"


def test_cumulative_counts_are_kept_and_never_summed(tmp_path: Path) -> None:
    """Sums of the writer, which left calls out, are entries; counts that are null are nothing."""
    session = _import(tmp_path, _document(*HELLO[:5], (26, _usage(output_tokens=5, cache_read_tokens=None))))
    assert session.totals.usage.total_tokens == 5
    entries = find_logs(session, "import.entry")
    assert any(entry.details is not None and "cumulative" in entry.details.value for entry in entries)


def test_what_is_unknown_is_kept(tmp_path: Path) -> None:
    """Events of other kinds, results without a call and keys beyond the format are all somewhere in the session."""
    events = [(15.0, _event("menu", choice=3)), (16.0, _result("alone"))]
    session = _import(tmp_path, _document(*events, extra={"a": 1}))
    details = [entry.details.value for entry in find_logs(session, "import.entry") if entry.details is not None]
    assert [entry["event_type"] for entry in details] == ["menu", "tool_result"]
    assert session.attributes is not None
    assert session.attributes.value["extra"] == {"a": 1}


def test_a_trace_is_known_by_its_content(tmp_path: Path) -> None:
    """The head proves the format, whatever comes after it."""
    assert detect(tmp_path / "x", b'{\n  "session_id": "a",\n  "start_time": "b", "system_prompt": "\xff')
    assert not detect(tmp_path / "x", b'{"session": "a"}')
    assert not detect(tmp_path, b"")
