"""Real transcripts, which lie outside the project if at all, held against facts computed from their raw lines."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clew.importers.stamp import iso_milliseconds
from clew.tree.check import check
from clew.tree.path import locate
from clew.tree.query import count_retries, find_log
from clew.tree.totals import totals
from tests.importers.transcripts import imported

if TYPE_CHECKING:
    from clew.model.session import Attempt, Session, ToolCall
    from clew.model.usage import Usage

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
NAMES = ("4de02c81", "b00b80af")

pytestmark = pytest.mark.skipif(not (SAMPLES / "expected.json").exists(), reason=f"there are no samples in {SAMPLES}")


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    """The samples, imported."""
    roots = imported(SAMPLES / "claude-code", tmp_path_factory.mktemp("samples"), verbose=False)
    keys = [root.attributes.value["foreign_id"][:8] if root.attributes is not None else "" for root in roots]
    return dict(zip(keys, roots, strict=True))


@cache
def _facts(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_bytes())[f"claude-code/{name}"]["facts"]
    return facts


def _attempts(session: Session) -> list[Attempt]:
    return [attempt for turn in session.turns for attempt in turn.attempts]


def _tools(session: Session) -> list[ToolCall]:
    return [tool for turn in session.turns for tool in turn.tools]


def _children(session: Session) -> list[Session]:
    return [tool.child_session for tool in _tools(session) if tool.child_session is not None]


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "fresh": usage.input_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "output": usage.output_tokens,
    }


@pytest.mark.parametrize("name", NAMES)
def test_calls_and_tokens(sessions: dict[str, Session], name: str) -> None:
    """Every model call is there once, and the sums of tokens are exact: main conversation and sub-agents."""
    session, facts = sessions[name], _facts(name)
    answered = [attempt for attempt in _attempts(session) if attempt.response is not None]
    below = [attempt for child in _children(session) for attempt in _attempts(child) if attempt.response is not None]
    assert (len(answered), len(below)) == (facts["llm_calls_main"], facts["llm_calls_subagents"])
    assert _tokens(totals(session, children=False).usage) == facts["tokens"]["main"]
    assert _tokens(session.totals.usage) == facts["tokens"]["total"]


@pytest.mark.parametrize("name", NAMES)
def test_prompts_compactions_and_models(sessions: dict[str, Session], name: str) -> None:
    """Every prompt opens a turn with an action, every compaction is a step, and no model is invented."""
    session, facts = sessions[name], _facts(name)
    actions = [turn.action.type for turn in session.turns if turn.action is not None]
    assert len(actions) == facts["user_prompts"]
    assert set(actions) <= {"message", "command"}
    assert [step.kind for step in session.steps] == ["compaction"] * facts["compactions"]
    models = {attempt.response.model for attempt in _attempts(session) if attempt.response is not None}
    assert models == set(facts["models"]) - {"<synthetic>"}


@pytest.mark.parametrize("name", NAMES)
def test_retries(sessions: dict[str, Session], name: str) -> None:
    """Every announced retry was made: number, status, wait, and in which order."""
    session, facts = sessions[name], _facts(name)
    assert count_retries(session) == facts["retries"]
    waited = [attempt for attempt in _attempts(session) if attempt.backoff_ms is not None]
    statuses = Counter(str(attempt.http_status) for attempt in _attempts(session) if attempt.http_status is not None)
    assert statuses == facts["retry_statuses"]
    assert sum(attempt.backoff_ms or 0 for attempt in waited) == pytest.approx(facts["retry_wait_ms"])
    numbers = [range(1, len(turn.llm_retries) + 1) for turn in session.turns]
    assert list(chain(*numbers)) == facts["retry_attempts"]


@pytest.mark.parametrize("name", NAMES)
def test_tools(sessions: dict[str, Session], name: str) -> None:
    """Every tool call is there, with its result and its failure."""
    session, facts = sessions[name], _facts(name)
    tools = [*_tools(session), *(tool for child in _children(session) for tool in _tools(child))]
    assert (len(tools), len(_tools(session))) == (facts["tool_calls"], facts["tool_calls_main"])
    assert sum(tool.status == "failed" for tool in tools) == facts["tool_errors"]
    assert sum(tool.status == "failed" for tool in _tools(session)) == facts["tool_errors_main"]
    assert sum(tool.ended_at is None for tool in tools) == facts["tool_calls_without_result"]


@pytest.mark.parametrize("name", NAMES)
def test_sub_agents(sessions: dict[str, Session], name: str) -> None:
    """Every sub-agent is the child of its call; what only its result tells stays with the call."""
    session, facts = sessions[name], _facts(name)
    children = {
        child.attributes.value["agentId"]: child for child in _children(session) if child.attributes is not None
    }
    assert len(children) == facts["subagents"]
    for agent, told in facts["per_subagent"].items():
        child = children[agent]
        assert child.parent is not None
        tool = locate(session, child.parent.path)
        assert isinstance(tool, type(_tools(session)[0]))
        assert tool.child_session is child
        assert tool.accounting is not None
        assert tool.accounting.value["totalTokens"] == told["result"]["total_tokens"]
        assert child.status == "ok"
        assert find_log(child, "import.warning") is not None
        recorded = told["recorded"]
        assert len(_attempts(child)) == (recorded["llm_calls"] if recorded else 0)
        assert len(_tools(child)) == (recorded["tool_calls"] if recorded else 0)
        if recorded:
            assert _tokens(child.totals.usage) == recorded["tokens"]
            assert child.started_at == iso_milliseconds(recorded["first_timestamp"])


@pytest.mark.parametrize("name", NAMES)
def test_the_tree_is_sound(sessions: dict[str, Session], name: str) -> None:
    """An imported session keeps every invariant of a tree, and begins when its source does."""
    assert check(sessions[name]) == []
    assert sessions[name].notes == ()
    assert sessions[name].started_at == iso_milliseconds(_facts(name)["first_timestamp"])


@pytest.mark.parametrize("name", NAMES)
def test_requests_are_conversations(sessions: dict[str, Session], name: str) -> None:
    """In every request each tool result answers a call of the message before it, and every call is answered."""
    for session in (sessions[name], *_children(sessions[name])):
        for attempt in _attempts(session):
            assert attempt.request is not None
            waiting: set[str] = set()
            for message in attempt.request.value["messages"]:
                blocks = message["content"] if isinstance(message["content"], list) else []
                results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
                assert results <= waiting
                waiting -= results
                assert not (waiting and message["role"] == "assistant")
                waiting |= {block["id"] for block in blocks if block["type"] == "tool_use"}
            assert not waiting


@pytest.mark.parametrize("name", NAMES)
def test_implausible_counts_are_flagged(sessions: dict[str, Session], name: str) -> None:
    """Output counts of the stream's start are not presented as facts."""
    assert find_log(sessions[name], "import.implausible_usage", children=False) is not None
