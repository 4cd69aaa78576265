"""Tasks that go well and tasks that do not, over real HTTP with both SDKs: every slug of model, context and report.

Only the tree is asked, by slug, path, status and verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import clew
from clew.agent.definition import Limits, Model
from clew.agent.speaker import KeyRefused
from clew.protocol.scenario import Error, Message, Scenario, Text, ToolUse, When
from clew.tree.failure import explain
from tests.agent.errands import EXAMPLES, SCENARIOS, Orders, do

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.record.turn import HolderRecorder

PROVIDERS = ("anthropic", "openai")
REPORT = Message(content=(ToolUse("final_report", {"content": "Done."}),))
TALK = Message(content=(Text("It is on its way."),))

ENDS = {
    "report": ("final_report.received", "ok"),
    "synthetic_retry": ("llm.synthetic_retry", "ok"),
    "empty_response": ("llm.empty_response", "ok"),
    "refused": ("llm.refused", "failed"),
    "extracted": ("final_report.extracted", "ok"),
    "missing": ("final_report.missing", "failed"),
    "rate_limited": ("llm.rate_limited", "ok"),
    "overloaded": ("llm.overloaded", "ok"),
    "auth_error": ("llm.auth_error", "failed"),
    "quota_exceeded": ("llm.quota_exceeded", "failed"),
    "unknown_model": ("llm.unknown_model", "failed"),
    "invalid_request": ("llm.invalid_request", "failed"),
    "timeout": ("llm.timeout", "failed"),
    "unreachable": ("llm.unreachable", "failed"),
    "stream_broken": ("llm.stream_broken", "ok"),
    "failed": ("llm.failed", "failed"),
    "context_shrink": ("context.shrink", "ok"),
    "context_final": ("context.final_turn", "ok"),
    "context_exceeded": ("context.exceeded", "failed"),
    "final_turn": ("context.final_turn", "ok"),
}
"""Every scenario of the examples: the slug it is there for, and how its session ends."""
QUICK = Limits(max_turns=4, max_attempts=3, timeout=0.3)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("scenario", sorted(ENDS))
def test_each_scenario_shows_what_it_is_there_for(tmp_path: Path, scenario: str, provider: str) -> None:
    """Whichever SDK the model is asked through, the same failure has the same slug, and the session the same end."""
    slug, status = ENDS[scenario]
    limits = QUICK if scenario == "timeout" else None
    done = do(tmp_path, scenario, agent=provider, limits=limits)
    verbose = clew.load(done.errand.session_id, dir=tmp_path, verbose_in_tree=True)
    assert clew.find_log(verbose, slug) is not None
    assert done.session.status == status
    assert done.errand.succeeded == (status == "ok")
    assert clew.check(done.session) == []
    assert {attempt.provider for turn in done.session.turns for attempt in turn.attempts} == {provider}


def test_no_scenario_is_left_out() -> None:
    """Every file of the examples is one of the scenarios above, and says in its first line what it shows."""
    files = sorted(SCENARIOS.glob("*.toml"))
    assert sorted(file.stem for file in files) == sorted(ENDS)
    index = (EXAMPLES / "README.md").read_text("utf-8")
    for file in files:
        assert file.read_text("utf-8").startswith("# ")
        assert f"`scenarios/{file.name}`" in index, f"add a line on {file.name} to examples/README.md"


@pytest.mark.parametrize(
    ("scenario", "source"),
    [("report", "tool"), ("extracted", "text"), ("missing", "synthetic"), ("auth_error", "synthetic")],
)
def test_a_report_says_where_it_comes_from(tmp_path: Path, scenario: str, source: str) -> None:
    """Handed in, taken from text or made up: the report names its source, and having one is not success."""
    session = do(tmp_path, scenario).session
    assert _report(session)["source"] == source
    assert (clew.find_log(session, "final_report.synthetic") is not None) == (source == "synthetic")
    assert (session.status == "failed") == (source == "synthetic")


def test_attempts_rotate_over_the_models_within_one_cap(tmp_path: Path) -> None:
    """Each attempt goes to the next model of the list, and all of them together have the turn's attempts."""
    session = do(tmp_path, "overloaded", agent="two_models").session
    attempts = session.turns[0].attempts
    assert [attempt.provider for attempt in attempts] == ["anthropic", "openai", "anthropic"]
    assert [attempt.slugs for attempt in attempts] == [("llm.overloaded",), ("llm.overloaded",), ()]
    assert len(clew.find_logs(session, "llm.retry")) == 2
    busy = Scenario(name="busy", answers=(Error(status=529, times=9),))
    done = do(tmp_path, busy, agent="two_models")
    assert len(done.session.turns[0].attempts) == 3
    assert done.unserved == 6


def test_a_wait_comes_only_when_every_model_limits_the_rate(tmp_path: Path) -> None:
    """One limited model is passed over; when all are, the agent waits as long as the most patient one asks."""
    one = Scenario(name="one", answers=(Error(status=429, headers={"retry-after": "9"}), REPORT))
    assert do(tmp_path, one, agent="two_models").waits == []
    limits = Error(status=429, headers={"retry-after": "9"}), Error(status=429, headers={"retry-after": "20"})
    done = do(tmp_path, Scenario(name="all", answers=(*limits, REPORT)), agent="two_models")
    assert done.waits == [20.0]
    assert [attempt.backoff_ms for attempt in done.session.turns[0].attempts] == [None, 20_000.0, None]
    assert [attempt.provider for attempt in done.session.turns[0].attempts] == ["anthropic", "openai", "anthropic"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "0.2"}, 1), ({"retry-after": "7200"}, 60), ({}, 1), ({"retry-after": "x"}, 1)],
)
def test_a_wait_is_within_reason(tmp_path: Path, headers: dict[str, str], seconds: float) -> None:
    """Between a second and a minute, whatever the server asks for; longer with each attempt if it does not ask."""
    answers = (Error(status=429, headers=headers), REPORT)
    assert do(tmp_path, Scenario(name="wait", answers=answers)).waits == [seconds]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ""), (403, ""), (429, "insufficient_quota"), (404, "model_not_found"), (400, "")]
)
def test_a_model_that_cannot_be_asked_is_not_asked_again(tmp_path: Path, status: int, kind: str) -> None:
    """A refused key, a spent quota, an unknown model, a request not understood: the others go on, and later too."""
    look = Message(content=(ToolUse("orders"),))
    refused = Error(status=status, type=kind, when=When(model="claude-sonnet-5-5"))
    done = do(tmp_path, Scenario(name="skip", answers=(refused, look, REPORT)), agent="two_models")
    asked = [attempt.provider for turn in done.session.turns for attempt in turn.attempts]
    assert asked == ["anthropic", "openai", "openai"]
    assert done.errand.succeeded


def test_a_rejected_answer_is_answered_billed_and_has_failed(tmp_path: Path) -> None:
    """A synthetic retry is an attempt whose transport went well, whose tokens count, and whose verdict is rejected."""
    done = do(tmp_path, "synthetic_retry")
    session, turn = done.session, done.session.turns[0]
    assert len(turn.llm_retries) == 2
    assert [attempt.status for attempt in turn.attempts] == ["ok", "ok", "ok"]
    assert [attempt.verdict for attempt in turn.attempts] == ["rejected", "rejected", "accepted"]
    assert session.totals.usage == clew.Usage(input_tokens=120, cache_read_tokens=900, output_tokens=40)
    last = done.requests[-1].body["messages"]
    assert [message["role"] for message in last] == ["user", "assistant", "user", "assistant", "user"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_usage_is_counted_alike(tmp_path: Path, provider: str) -> None:
    """A provider that counts cached tokens inside its input is converted: the counts are disjoint in the tree."""
    usage = do(tmp_path, "report", agent=provider).session.totals.usage
    assert usage == clew.Usage(input_tokens=40, cache_read_tokens=900, output_tokens=20)


def test_a_conversation_goes_on_with_another_provider(tmp_path: Path) -> None:
    """Calls and results of one provider's model are understood by the next: there is one neutral conversation."""
    look = Message(content=(Text("Let me see."), ToolUse("orders", {"n": 1})))
    away = Error(status=529, when=When(model="claude-sonnet-5-5", last_user_contains="1500"))
    scenario = Scenario(name="two", answers=(away, look, REPORT))
    done = do(tmp_path, scenario, agent="two_models", limits=Limits())
    assert [a.provider for turn in done.session.turns for a in turn.attempts] == ["anthropic", "anthropic", "openai"]
    messages = done.requests[-1].body["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
    assert messages[2]["tool_calls"][0]["id"] == messages[3]["tool_call_id"]


def test_older_results_make_room_in_a_recorded_step(tmp_path: Path) -> None:
    """What does not fit is dropped, oldest first, in a compaction that says from what to what; the newest stays."""
    done = do(tmp_path, "context_shrink")
    verbose = clew.load(done.errand.session_id, dir=tmp_path, verbose_in_tree=True)
    (step,) = verbose.steps
    entry = clew.find_log(step, "context.shrink")
    assert step.kind == "compaction"
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value["after"] < entry.details.value["before"]
    blocks = [m["content"][0] for m in done.requests[-1].body["messages"] if m["content"][0]["type"] == "tool_result"]
    assert len(blocks[0]["content"]) < 100 < len(blocks[1]["content"])
    assert clew.find_log(done.session, "context.final_turn") is None


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [("context_final", "context"), ("final_turn", "max_turns"), ("extracted", "retry_exhaustion")],
)
def test_a_forced_final_turn_says_why(tmp_path: Path, scenario: str, reason: str) -> None:
    """The last turn names its reason, and offers nothing but the report."""
    done = do(tmp_path, scenario)
    entry = clew.find_log(done.session.turns[-1], "context.final_turn")
    assert entry is not None
    assert entry.details is not None
    assert entry.details.value["reason"] == reason
    assert [tool["name"] for tool in done.requests[-1].body["tools"]] == ["final_report"]


def test_what_cannot_fit_is_never_sent(tmp_path: Path) -> None:
    """A prompt that alone is larger than the window ends the session before any request."""
    tiny = (Model(provider="anthropic", model="m-1", context_window=300, max_output_tokens=16),)
    done = do(tmp_path, "report", models=tiny)
    assert done.requests == []
    assert clew.find_log(done.session, "context.exceeded") is not None
    assert done.session.status == "failed"
    assert _origin(done.session) == "context"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_page_in_the_place_of_an_answer_is_a_failed_attempt(tmp_path: Path, provider: str) -> None:
    """A proxy that says 200 and means something else is recorded as what it is, and the model is asked again."""
    page = Error(status=400, raw="<html>Please log in</html>")
    scenario = Scenario(name="page", answers=(msgspec.structs.replace(page, status=200), REPORT))
    attempts = do(tmp_path, scenario, agent=provider).session.turns[0].attempts
    assert [attempt.slugs for attempt in attempts] == [("llm.failed",), ()]
    assert [attempt.status for attempt in attempts] == ["failed", "ok"]


def test_a_small_window_is_passed_over(tmp_path: Path) -> None:
    """A request that fits one model's window and not another's goes to the one that it fits, without an attempt."""
    small = Model(provider="anthropic", model="m-1", context_window=300, max_output_tokens=16)
    large = Model(provider="openai", model="m-2")
    session = do(tmp_path, "report", models=(small, large)).session
    assert [attempt.provider for attempt in session.turns[0].attempts] == ["openai"]


def test_an_answer_that_fills_the_window_is_rejected_and_asked_for_smaller(tmp_path: Path) -> None:
    """It was answered and billed, and did not do; with less to read the model has room to finish."""
    look = Message(content=(ToolUse("orders"),))
    full = Message(content=(Text("It is"),), stop_reason="model_context_window_exceeded")
    session = do(tmp_path, Scenario(name="full", answers=(look, full, REPORT))).session
    (attempt,) = session.turns[1].attempts
    assert (attempt.status, attempt.verdict, attempt.slugs) == ("ok", "rejected", ("context.exceeded",))
    assert session.status == "ok"


def test_a_request_that_the_provider_finds_too_large_is_sent_smaller(tmp_path: Path) -> None:
    """The guard's estimate is rough: told so, it drops results and goes on in the next turn."""
    look = Message(content=(ToolUse("orders"),))
    full = Error(status=400, message="prompt is too long: 9000 tokens > 8000 maximum")
    done = do(tmp_path, Scenario(name="full", answers=(look, full, REPORT)), limits=Limits())
    assert [turn.status for turn in done.session.turns] == ["ok", "failed", "ok"]
    assert [step.kind for step in done.session.steps] == ["compaction"]
    assert done.session.status == "ok"


def test_a_tool_that_is_not_there_and_a_report_without_words_are_told_to_the_model(tmp_path: Path) -> None:
    """Both are failed calls with a slug, and the model gets another turn."""
    calls = Message(content=(ToolUse("weather"), ToolUse("final_report", {"content": " "})))
    session = do(tmp_path, Scenario(name="calls", answers=(calls, REPORT))).session
    assert [tool.slugs for tool in session.turns[0].tools] == [("tool.not_found",), ("tool.invalid_params",)]
    assert session.status == "ok"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_agent_that_needs_no_report_answers_in_words(tmp_path: Path, provider: str) -> None:
    """With `report = false` the model's words are the result, and there is no tool to hand one in."""
    done = do(tmp_path, Scenario(name="talk", answers=(TALK,)), agent=provider, limits=Limits(report=False))
    assert (done.errand.ending.how, done.errand.ending.text) == ("answered", "It is on its way.")
    assert _report(done.session)["source"] == "answer"
    assert [tool["name"] for tool in done.requests[0].body["tools"] if "name" in tool] in (["orders"], [])


def test_a_bug_of_the_loop_ends_the_session_as_failed(tmp_path: Path) -> None:
    """An exception that nobody foresaw costs the task and not the record; the origin is the agent."""

    class Broken(Orders):
        """Raises where nobody expects it."""

        def call(self, turn: HolderRecorder, name: str, arguments: object, call_id: str) -> str:
            """Fail before anything is recorded."""
            raise ZeroDivisionError(turn, name, arguments, call_id)

    done = do(tmp_path, "final_turn", toolbox=Broken())
    assert done.session.status == "failed"
    assert clew.find_log(done.session, "turn.failed") is not None
    assert clew.find_log(done.session, "session.error") is not None
    assert _origin(done.session) == "agent"
    assert _report(done.session)["source"] == "synthetic"


def test_ctrl_c_ends_the_session_as_cancelled(tmp_path: Path) -> None:
    """Who stops the agent while it waits, or while a tool works, finds that in the record."""

    def stop(*_: object) -> str:
        raise KeyboardInterrupt

    limited = Scenario(name="limited", answers=(Error(status=429), REPORT))
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path / "wait", limited, sleep=stop)
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path / "tool", "final_turn", act=stop)
    for place in ("wait", "tool"):
        (session,) = clew.sessions(dir=tmp_path / place)
        assert session.status == "failed"
        assert session.turns[0].status == "cancelled"
        assert clew.find_log(session, "session.error") is None
    assert _origin(session) == "user"


def test_without_any_key_there_is_no_session(tmp_path: Path) -> None:
    """A set-up that cannot work is said before anything is recorded or sent."""
    from clew.agent.definition import load_definition
    from clew.agent.errand import run_errand

    with pytest.raises(KeyRefused):
        run_errand(load_definition(EXAMPLES / "two_models.toml"), "task", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def _origin(session: Session) -> str | None:
    cause = explain(session).cause
    return cause.origin if cause is not None else None


def _report(session: Session) -> dict[str, str]:
    assert session.fin is not None
    assert session.fin.final_report is not None
    report: dict[str, str] = session.fin.final_report.value
    return report
