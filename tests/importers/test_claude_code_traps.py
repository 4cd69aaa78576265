"""The traps of Claude Code's transcripts, one by one, each with a transcript made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clew.importers.claude_code import detect, read
from clew.model.session import Session
from clew.tree.check import check
from clew.tree.path import locate
from clew.tree.query import find_log, find_logs, find_tool
from tests.importers.transcripts import SESSION, START, USAGE, Transcript, call, imported, imported_one

MAIN = f"-home-someone-project/{SESSION}.jsonl"
FIRST_MS = START.timestamp() * 1000 + 1000


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """A folder for what is imported."""
    return tmp_path / "sessions"


def _store(transcript: Transcript, tmp_path: Path) -> Path:
    return transcript.write(tmp_path / "projects" / MAIN)


def test_trap_01_usage_counts_once_per_message(tmp_path: Path, into: Path) -> None:
    """A message of three lines, each with the usage, is one call and counts once."""
    lines = Transcript().user("hello").answer("m1", {"type": "thinking", "thinking": "hm"}).answer("m1", "hi")
    session = imported_one(_store(lines.answer("m1", call("t1")).result("t1"), tmp_path), into)
    assert len(session.turns) == session.totals.attempts == 1
    assert (session.totals.usage.cache_read_tokens, session.totals.usage.output_tokens) == (100, 7)
    response = session.turns[0].llm_response
    assert response is not None
    assert response.payload is not None
    assert [block["type"] for block in response.payload.value["content"]] == ["thinking", "text", "tool_use"]


def test_trap_02_the_largest_output_count_is_the_final_one(tmp_path: Path, into: Path) -> None:
    """Lines of one message with different usages: the largest output wins, wherever it stands."""
    lines = Transcript().user("hello")
    for output in (4, 371, 4):
        lines.answer("m1", f"part {output}", usage=USAGE | {"output_tokens": output})
    session = imported_one(_store(lines, tmp_path), into)
    assert session.totals.usage.output_tokens == 371


def test_trap_03_counts_of_the_streams_start_are_flagged(tmp_path: Path, into: Path) -> None:
    """An output count that is too small for the text is kept, and one warning says that it cannot be true."""
    lines = Transcript().user("hello").answer("m1", "long " * 100, usage=USAGE | {"output_tokens": 1})
    session = imported_one(_store(lines.answer("m2", "short"), tmp_path), into)
    entry = find_log(session, "import.implausible_usage")
    assert entry is not None
    assert entry.severity == "WRN"
    assert entry.details is not None
    assert entry.details.value == {"answers": 2, "implausible": 1, "characters": 500, "output_tokens": 1}
    attributes = session.turns[0].attempts[0].attributes
    assert attributes is not None
    assert attributes.value["implausible_usage"] is True


def test_trap_04_synthetic_messages_are_no_calls(tmp_path: Path, into: Path) -> None:
    """What the client wrote in the model's name is kept, and is no model call."""
    session = imported_one(_store(Transcript().user("hello").synthetic("No response requested."), tmp_path), into)
    assert session.totals.attempts == 0
    kept = [entry.details.value for entry in find_logs(session, "import.entry") if entry.details is not None]
    assert any("No response requested." in str(details) for details in kept)


def test_trap_05_retries_are_attempts_of_the_turn(tmp_path: Path, into: Path) -> None:
    """Retries are failed attempts with status and wait, followed by the attempt that answered, in one turn."""
    lines = Transcript().user("hello").api_error(1, 545.2778597981155).api_error(2, 1063.34, status=429)
    (turn,) = imported_one(_store(lines.answer("m1", "hi", stop="end_turn"), tmp_path), into).turns
    assert [attempt.status for attempt in turn.attempts] == ["failed", "failed", "ok"]
    assert [attempt.http_status for attempt in turn.attempts] == [529, 429, None]
    assert [attempt.backoff_ms for attempt in turn.attempts] == [545.2778597981155, 1063.34, None]
    assert [attempt.slugs for attempt in turn.attempts] == [("llm.overloaded",), ("llm.rate_limited",), ()]
    assert turn.attempts[1].started_at == pytest.approx(FIRST_MS + 1000 + 545.278, abs=0.01)
    assert turn.attempts[0].request == turn.attempts[2].request
    assert turn.status == "ok"


def test_trap_05_exhausted_retries_end_in_the_clients_words(tmp_path: Path, into: Path) -> None:
    """The last attempt of an exhausted series is the one whose failure the client reports; the turn fails with it."""
    lines = Transcript().user("hello").api_error(1, 500.0).api_error(2, 1000.0)
    lines.synthetic("API Error: 529 Overloaded", isApiErrorMessage=True).user("again").api_error(1, 5.0)
    failed, again = imported_one(_store(lines.answer("m1", "hi"), tmp_path), into).turns
    assert (failed.status, failed.error) == ("failed", "API Error: 529 Overloaded")
    assert (len(failed.llm_retries), len(again.llm_retries)) == (2, 1)
    entry = find_log(failed, "import.error")
    assert entry is not None
    assert entry.context is not None
    assert entry.context.llm_request == failed.attempts[-1].request


def test_trap_05_the_organisation_in_the_headers_is_redacted(tmp_path: Path, into: Path) -> None:
    """No header with the organisation's id reaches a journal, and the place says so."""
    headers = {"anthropic-organization-id": "org-secret", "request-id": "req_1"}
    lines = Transcript().user("hello").api_error(1, 1.0, headers=headers).answer("m1", "hi")
    session = imported_one(_store(lines, tmp_path), into)
    attributes = session.turns[0].attempts[0].attributes
    assert attributes is not None
    assert attributes.value["record"]["redacted"] == ["error.headers.anthropic-organization-id"]
    assert attributes.value["record"]["error"]["headers"]["request-id"] == "req_1"
    assert all(b"org-secret" not in file.read_bytes() for file in into.glob("*.jsonl"))


def _agent_call(prompt: str = "look around") -> Transcript:
    task = call("task1", "Task", prompt=prompt, subagent_type="scout", description="Look around")
    return Transcript().user("hello").answer("m1", task)


def _progress(transcript: Transcript, inner: Transcript) -> Transcript:
    for line in inner.lines:
        data = json.loads(line)
        message = {key: data[key] for key in ("type", "message", "uuid", "timestamp")}
        fields = {"type": "agent_progress", "message": message, "agentId": "a1", "prompt": "look around"}
        transcript.record("progress", data=fields, parentToolUseID="task1", toolUseID="agent_m1")
    return transcript


def _scout() -> Transcript:
    return Transcript(agent="a1").user("look around").answer("s1", call("r1")).result("r1").answer("s2", "found it")


def _assert_scout(session: Session) -> Session:
    tool = find_tool(session, "Task")
    assert tool is not None
    child = tool.child_session
    assert child is not None
    assert tool.kind == "agent"
    assert len(child.turns) == 2
    assert child.parent is not None
    assert locate(session, child.parent.path) == tool
    assert not check(session)
    return child


@pytest.mark.parametrize("evidence", ["result", "meta", "prompt"])
def test_trap_06_a_sub_agents_file_is_the_child_of_its_call(tmp_path: Path, into: Path, evidence: str) -> None:
    """A sub-agent's file is linked by its result, by the file beside it, or by the prompt."""
    result = {"agentId": "a1", "status": "completed"} if evidence == "result" else {"status": "completed"}
    prompt = "look around" if evidence == "prompt" else "something else"
    path = _store(_agent_call(prompt).result("task1", toolUseResult=result).answer("m2", "thanks"), tmp_path)
    file = _scout().write(path.parent / SESSION / "subagents" / "agent-a1.jsonl")
    if evidence == "meta":
        file.with_suffix(".meta.json").write_text('{"toolUseId": "task1", "agentType": "scout"}')
    child = _assert_scout(imported_one(path, into))
    assert (child.agent_id, child.title, child.status) == ("scout", "Look around", "ok")


def test_trap_06_side_chains_in_line_are_linked_by_their_prompt(tmp_path: Path, into: Path) -> None:
    """Old versions put a sub-agent's records in line, without any id: the prompt tells whose they are."""
    lines = _agent_call()
    before = lines.last
    lines.user("look around", isSidechain=True, parentUuid=None).answer("s1", call("r1"), isSidechain=True)
    lines.result("r1", isSidechain=True).answer("s2", "found it", isSidechain=True)
    lines.result("task1", parentUuid=before).answer("m2", "thanks")
    session = imported_one(_store(lines, tmp_path), into)
    assert len(session.turns) == 2
    _assert_scout(session)


def test_trap_06_a_result_without_records_is_a_child_without_turns(tmp_path: Path, into: Path) -> None:
    """A sub-agent of which only the result is known becomes a flagged child session with its report, and no call."""
    result = {"agentId": "a9", "status": "completed", "totalTokens": 99, "usage": USAGE}
    lines = _agent_call().result("task1", "I found it.", toolUseResult=result).answer("m2", "thanks")
    session = imported_one(_store(lines, tmp_path), into)
    tool = find_tool(session, "Task")
    assert tool is not None
    child = tool.child_session
    assert child is not None
    assert (child.turns, child.status) == ((), "ok")
    assert find_log(child, "import.warning") is not None
    assert child.fin is not None
    assert child.fin.final_report is not None
    assert child.fin.final_report.value == {"source": "result", "content": "I found it."}
    assert not check(session)


def test_trap_06_an_agent_that_no_call_explains_is_not_lost(tmp_path: Path, into: Path) -> None:
    """A sub-agent's file without a call hangs on a step of the main conversation."""
    path = _store(Transcript().user("hello").answer("m1", "hi"), tmp_path)
    _scout().write(path.parent / SESSION / "subagents" / "agent-a1.jsonl")
    session = imported_one(path, into)
    (step,) = session.steps
    assert step.tools[0].child_session is not None
    assert session.totals.attempts == 3
    assert not check(session)


def test_trap_07_a_results_usage_is_no_sum(tmp_path: Path, into: Path) -> None:
    """The usage in a sub-agent's result is its last call's: it stays with the tool call and is in no sum."""
    result = {"agentId": "a1", "status": "completed", "totalTokens": 500, "totalToolUseCount": 1, "usage": USAGE}
    path = _store(_agent_call().result("task1", toolUseResult=result), tmp_path)
    _scout().write(path.parent / SESSION / "subagents" / "agent-a1.jsonl")
    session = imported_one(path, into)
    tool = find_tool(session, "Task")
    assert tool is not None
    assert tool.accounting is not None
    assert tool.accounting.value["totalTokens"] == 500
    assert session.totals.usage.output_tokens == 3 * 7


def test_trap_08_records_in_two_places_count_once(tmp_path: Path, into: Path) -> None:
    """The same records in line and in the sub-agent's file are one child session, counted once.

    Its last answer, known from the result alone, is its report and adds no call.
    """
    inner = Transcript(agent="a1").user("look around").answer("s1", call("r1")).result("r1").answer("s2", call("r2"))
    lines = _progress(_agent_call(), inner.result("r2"))
    result = {"agentId": "a1", "status": "completed", "usage": USAGE}
    path = _store(lines.result("task1", "found it", toolUseResult=result), tmp_path)
    alone = imported_one(path, into / "in line")
    inner.write(path.parent / SESSION / "subagents" / "agent-a1.jsonl")
    both = imported_one(path, into / "both")
    for session in (alone, both):
        child = _assert_scout(session)
        assert session.totals.attempts == 3
        assert child.totals.tools == 2
        assert find_log(child, "import.warning") is not None
        assert child.fin is not None
        assert child.fin.final_report is not None


def test_trap_09_times_that_run_backwards_stay_as_they_are(tmp_path: Path, into: Path) -> None:
    """A record written late keeps its time and its place in the conversation."""
    lines = Transcript().user("hello").answer("m1", call("t1"), call("t2")).result("t2")
    lines.seconds -= 1.5
    session = imported_one(_store(lines.result("t1").answer("m2", "done"), tmp_path), into)
    first, second = session.turns[0].tools
    assert (first.ended_at, second.ended_at) == (FIRST_MS + 1500, FIRST_MS + 2000)


def test_trap_10_a_compaction_is_a_step_and_a_new_root(tmp_path: Path, into: Path) -> None:
    """A compaction is a step with the summary; what follows was asked with the summary, not with what went before."""
    lines = Transcript().user("hello").answer("m1", "hi")
    metadata = {"trigger": "auto", "preTokens": 155829}
    lines.record(
        "system", subtype="compact_boundary", parentUuid=None, logicalParentUuid=lines.last, compactMetadata=metadata
    )
    lines.user("We said hello.", isCompactSummary=True, isVisibleInTranscriptOnly=True).user("go on").answer(
        "m2", "yes"
    )
    session = imported_one(_store(lines, tmp_path), into)
    (step,) = session.steps
    assert (step.kind, step.name) == ("compaction", "auto")
    assert step.attributes is not None
    assert step.attributes.value["summary"] == "We said hello."
    assert len([turn for turn in session.turns if turn.action]) == 2
    request = session.turns[1].attempts[0].request
    assert request is not None
    assert [message["content"] for message in request.value["messages"]] == ["We said hello.", "go on"]


def test_trap_11_what_nobody_typed_is_no_prompt(tmp_path: Path, into: Path) -> None:
    """Meta texts, notices and the output of commands open no turn; a slash command is an action with its outcome."""
    command = "<command-message>model</command-message>\n<command-name>/model</command-name>"
    lines = Transcript().user("hello", isMeta=True).user(command)
    lines.user("<local-command-stdout>\x1b[1mset\x1b[22m</local-command-stdout>").user("hello")
    lines.user([{"type": "text", "text": "[Request interrupted by user]"}])
    lines.record("system", subtype="local_command", content="<command-name>/cost</command-name>")
    session = imported_one(_store(lines, tmp_path), into)
    model, hello = session.turns
    assert model.action is not None
    assert (model.action.type, model.action.name) == ("command", "/model")
    assert model.action.outcome == "<local-command-stdout>\x1b[1mset\x1b[22m</local-command-stdout>"
    assert hello.action is not None
    assert (hello.action.type, hello.status) == ("message", "cancelled")
    assert [(step.kind, step.name) for step in session.steps] == [("command", "/cost")]
    assert any("isMeta" in entry.details.value for entry in session.init.logs if entry.details is not None)


def test_trap_12_a_session_that_moves_says_so(tmp_path: Path, into: Path) -> None:
    """A change of folder, version or branch in the middle is an entry with both values."""
    lines = Transcript().user("hello").answer("m1", "hi").user("go on", cwd="/elsewhere", version="2.2.0")
    entries = find_logs(imported_one(_store(lines, tmp_path), into), "import.entry")
    details = [entry.details.value for entry in entries if entry.details is not None]
    assert {"cwd": ["/home/someone/project", "/elsewhere"], "version": ["2.1.0", "2.2.0"]} in details


def test_trap_13_fused_cut_and_long_lines(tmp_path: Path, into: Path) -> None:
    """Fused records are both there; a cut line costs itself, is kept, and is named where it is missing."""
    lines = Transcript().user("hello").answer("m1", "hi").user("x" * 500_000).answer("m2", "that was long")
    one, two = lines.lines.pop(0), lines.lines.pop(0)
    lost = lines.lines.pop(0)
    lines.lines[:0] = [one + two, lost[: len(lost) // 2]]
    session = imported_one(_store(lines, tmp_path), into)
    assert session.totals.attempts == 2
    entry = find_log(session, "import.warning")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value["line"] == 2
    attributes = session.turns[-1].attempts[0].attributes
    assert attributes is not None
    assert attributes.value["missing"] == ["main-3"]


def test_trap_13_slices_of_a_session_are_joined(tmp_path: Path, into: Path) -> None:
    """Overlapping files of one session are one session: each record once, in the order of the files' first times."""
    lines = Transcript().user("one").answer("m1", "1").user("two").answer("m2", "2").user("three").answer("m3", "3")
    late, early = Transcript(), Transcript()
    early.lines, late.lines = lines.lines[:4], lines.lines[2:]
    late.write(tmp_path / "slices" / "a" / "full.jsonl")
    early.write(tmp_path / "slices" / "b" / "full.jsonl")
    session = imported_one(tmp_path / "slices", into)
    assert len(session.turns) == 3
    request = session.turns[2].attempts[0].request
    assert request is not None
    assert len(request.value["messages"]) == 5


def test_trap_13_a_missing_parent_breaks_nothing(tmp_path: Path, into: Path) -> None:
    """A record whose parent is missing follows the one before it, and the request says what is missing."""
    lines = Transcript().user("hello").answer("m1", "hi").user("go on", parentUuid="gone").answer("m2", "yes")
    attempt = imported_one(_store(lines, tmp_path), into).turns[1].attempts[0]
    assert attempt.request is not None
    assert len(attempt.request.value["messages"]) == 3
    assert attempt.attributes is not None
    assert attempt.attributes.value["missing"] == ["gone"]


def test_trap_14_what_was_imported_outlives_its_source(tmp_path: Path, into: Path) -> None:
    """The vendor deletes old files: a session stays after its source is gone, and another import does not touch it."""
    path = _store(Transcript().user("hello").answer("m1", "hi"), tmp_path)
    other = SESSION[:-1] + "2"
    Transcript(other).user("other").write(path.with_name(f"{other}.jsonl"))
    imported(path.parent, into)
    path.unlink()
    imported(path.parent, into)
    assert len(list(into.glob("session_*.jsonl"))) == 2


def test_records_without_time_do_not_start_in_1970(tmp_path: Path, into: Path) -> None:
    """A transcript that opens with records without a time starts at its first time."""
    lines = Transcript().raw(b'{"type":"file-history-snapshot","messageId":"x","snapshot":{}}')
    lines.raw(b'{"type":"summary","summary":"Of another session","leafUuid":"elsewhere"}').user("hello")
    session = imported_one(_store(lines, tmp_path), into)
    assert session.started_at == FIRST_MS
    assert session.title == "hello"


def test_a_rewind_is_a_branch(tmp_path: Path, into: Path) -> None:
    """What the user took back is not in the requests after it, and nothing of it is lost."""
    lines = Transcript().user("one").answer("m1", "1")
    fork = lines.last
    lines.user("two").answer("m2", "2").user("other", parentUuid=fork).answer("m3", "3")
    session = imported_one(_store(lines, tmp_path), into)
    assert len(session.turns) == 3
    request = session.turns[2].attempts[0].request
    assert request is not None
    assert [message["role"] for message in request.value["messages"]] == ["user", "assistant", "user"]
    assert request.value["messages"][-1]["content"] == "other"


def test_results_of_parallel_calls_are_in_the_next_request(tmp_path: Path, into: Path) -> None:
    """Results that lie beside the way from the root are gathered from the answer that asked for them."""
    lines = Transcript().user("hello").answer("m1", call("t1"))
    first = lines.last
    lines.answer("m1", call("t2")).result("t2").result("t1", parentUuid=first).answer("m2", "done")
    request = imported_one(_store(lines, tmp_path), into).turns[1].attempts[0].request
    assert request is not None
    results = [block["tool_use_id"] for message in request.value["messages"][2:] for block in message["content"]]
    assert results == ["t2", "t1"]


def test_what_is_unfinished_stays_unfinished(tmp_path: Path, into: Path) -> None:
    """A tool call without a result, its turn and its session have no end."""
    session = imported_one(_store(Transcript().user("hello").answer("m1", call("t1")), tmp_path), into)
    assert session.status == session.turns[0].status == session.turns[0].tools[0].status == "interrupted"
    assert session.fin is None


@pytest.mark.parametrize(
    ("stop", "hook", "status"),
    [("end_turn", False, "ok"), (None, True, "ok"), (None, False, "interrupted"), ("max_tokens", True, "interrupted")],
)
def test_an_end_needs_proof(tmp_path: Path, into: Path, stop: str | None, hook: bool, status: str) -> None:  # noqa: FBT001 - a column of the table above
    """A session ended if its last answer says so, or says nothing and the client notes that the agent stopped."""
    lines = Transcript().user("hello").answer("m1", "hi", stop=stop)
    if hook:
        lines.record("system", subtype="turn_duration", durationMs=10)
    assert imported_one(_store(lines, tmp_path), into).status == status


def test_failed_calls_are_failed(tmp_path: Path, into: Path) -> None:
    """An error result fails its call with the text, and the slug that the text tells."""
    lines = Transcript().user("hello").answer("m1", call("t1"), call("t2", "Nope")).result("t1", "boom", error=True)
    lines.result("t2", "<tool_use_error>Error: No such tool available: Nope</tool_use_error>", error=True)
    one, two = imported_one(_store(lines, tmp_path), into).turns[0].tools
    assert (one.status, one.error, one.slugs) == ("failed", "boom", ("tool.failed",))
    assert two.slugs == ("tool.not_found",)


def test_a_transcript_is_known_by_its_content(tmp_path: Path) -> None:
    """The name of a file proves nothing, and folders that begin with a dash are folders."""
    path = Transcript().user("x" * 200_000).write(tmp_path / "-tmp" / "anything")
    assert detect(path, path.read_bytes()[:65536])
    assert not detect(path, b'{"type":"user","text":"of something else"}\n')
    path.rename(path.with_suffix(".jsonl"))
    assert detect(path.parent, b"")
    assert [foreign.format for foreign in read(tmp_path)] == ["claude-code"]


def test_a_sub_agents_file_alone_is_a_session(tmp_path: Path, into: Path) -> None:
    """A sub-agent's file that is imported by itself is a session of its own, under an id of its own."""
    session = imported_one(_scout().write(tmp_path / "agent-a1.jsonl"), into)
    assert len(session.turns) == 2
    assert session.parent is None
