"""Log entries and failures: the payloads in force, the slug's declaration, and one entry per failure."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model.event import Logged, SlugDeclared
from clew.store.segment import read_segment
from clew.tree.query import find_logs, walk_logs

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Failure, Session
    from clew.record.session import SessionRecorder

pytestmark = pytest.mark.usefixtures("untroubled")

clew.register_slug("shop.card_declined", "WRN", "The card was declined", origin="user", public="Try another card.")
clew.register_slug("shop.looked", "VRB", "Somebody looked")


def recording(folder: Path, **options: Any) -> SessionRecorder:  # noqa: ANN401 - what clew.session takes
    """A session without a trace."""
    return clew.session(agent_id="a", dir=folder, trace=False, **options)


def loaded(session: SessionRecorder, **options: Any) -> Session:  # noqa: ANN401 - what clew.load takes
    """The tree, which must be sound."""
    tree = clew.load(session.path, **options)
    assert (tree.notes, clew.check(tree)) == ((), [])
    return tree


def fin_failure(session: SessionRecorder) -> Failure:
    """What FIN says of the failure."""
    tree = loaded(session)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    return tree.fin.failure


def test_a_warning_carries_the_payloads_in_force(tmp_path: Path) -> None:
    """In a tool call: what the model was asked and answered, what the tool was asked, and what it answered by then."""
    with recording(tmp_path) as session, session.turn() as turn:
        with turn.attempt(request={"q": 1}) as attempt:
            clew.log("llm.rate_limited", "slow down")
            attempt.respond({"a": 1})
        with turn.tool("pay", {"card": 4242}) as tool:
            clew.log("shop.card_declined", amount=12)
            tool.respond("declined")
            clew.log("shop.card_declined", "again", "ERR")
        turn.log("shop.card_declined", "at the turn")
        session.log("shop.card_declined", "at the session")
    tree = loaded(session)
    contexts = {entry.message: _context(entry) for _, entry in walk_logs(tree) if entry.severity in {"WRN", "ERR"}}
    assert contexts == {
        "slow down": ({"q": 1}, None, None, None),
        "The card was declined": ({"q": 1}, {"a": 1}, {"card": 4242}, None),
        "again": ({"q": 1}, {"a": 1}, {"card": 4242}, "declined"),
        "at the turn": ({"q": 1}, {"a": 1}, None, None),
        "at the session": ({"q": 1}, {"a": 1}, None, None),
    }
    on_tool = tree.turns[0].tools[0].logs
    assert (on_tool[0].message, on_tool[0].severity, on_tool[1].severity) == ("The card was declined", "WRN", "ERR")
    assert on_tool[0].details is not None
    assert on_tool[0].details.value == {"amount": 12}
    assert on_tool[0].source is not None
    assert (on_tool[0].source.file, on_tool[0].source.function) == (
        "test_log.py",
        "test_a_warning_carries_the_payloads_in_force",
    )


def _context(entry: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a log entry
    context = entry.context
    payloads = (context.llm_request, context.llm_response, context.tool_request, context.tool_response)
    return tuple(payload.value if payload is not None else None for payload in payloads)


def test_context_costs_a_reference(tmp_path: Path) -> None:
    """A hundred warnings under a large request add no copies of it."""
    with recording(tmp_path) as session, session.turn() as turn:
        with turn.attempt(request={"messages": [{"content": "long " * 2000}]}) as attempt:
            attempt.respond("x")
        size = session.path.stat().st_size
        for number in range(100):
            turn.log("shop.card_declined", str(number))
    assert session.path.stat().st_size - size < 100 * 400
    assert len(_context(find_logs(loaded(session))[50])[0]["messages"][0]["content"]) == 10_000


def test_verbose_entries_are_journalled_and_left_out_of_the_tree(tmp_path: Path) -> None:
    """`VRB` is always on disk; the tree shows it when asked, together with what rides on the acts."""
    with recording(tmp_path) as session, session.turn() as turn:
        session.config(tools=[{"name": "t"}])
        clew.log("shop.looked", "once")
        with turn.tool("t") as tool:
            tool.respond(1)
    quiet, verbose = loaded(session), clew.load(session.path, verbose_in_tree=True)
    assert b'"shop.looked"' in session.path.read_bytes()
    assert not [entry for _, entry in walk_logs(quiet) if entry.severity == "VRB"]
    slugs = [entry.slug for _, entry in walk_logs(verbose)]
    assert {
        "session.init",
        "session.init_complete",
        "shop.looked",
        "tool.request",
        "tool.response",
        "session.fin",
    } <= set(slugs)
    assert quiet.init.config.tools is not None
    assert quiet.init.config.tools.value == [{"name": "t"}]
    assert find_logs(quiet, "session.fin")[0].severity == "FIN"


def test_an_own_slug_is_declared_once_in_each_journal(tmp_path: Path) -> None:
    """A reader without the application's catalog knows severity, origin and public sentence."""
    with recording(tmp_path) as session:
        for _ in range(3):
            session.log("shop.card_declined")
            session.log("llm.retry")
    declared = [act.slug for act in read_segment(session.path).acts if isinstance(act, SlugDeclared)]
    assert [(slug.name, slug.origin, slug.public) for slug in declared] == [
        ("shop.card_declined", "user", "Try another card.")
    ]


def test_an_undeclared_slug_is_kept_and_flagged(tmp_path: Path) -> None:
    """A misspelt slug loses no entry, and `check` says so."""
    with recording(tmp_path) as session, session.turn() as turn:
        turn.log("shop.unheard_of", "something")
    tree = clew.load(session.path)
    entry = tree.turns[0].logs[0]
    assert (entry.slug, entry.severity, entry.registered) == ("shop.unheard_of", "WRN", False)
    assert [violation.rule for violation in clew.check(tree)] == ["slug"]


def test_a_log_outside_any_session_is_harmless() -> None:
    """A library may log whether or not somebody records."""
    assert clew.current() is None
    clew.log("shop.card_declined", "nobody listens", amount=object())


def test_an_exception_is_logged_once_where_it_happened(tmp_path: Path) -> None:
    """From the attempt through the turn to the session: one entry, at the attempt, with its traceback."""
    with (
        suppress(TimeoutError),
        recording(tmp_path) as session,
        session.turn() as turn,
        turn.attempt(request={"q": 1}),
    ):
        message = "too slow"
        raise TimeoutError(message)
    tree = loaded(session)
    attempt = tree.turns[0].attempts[0]
    (entry,) = [entry for _, entry in walk_logs(tree) if entry.severity in {"WRN", "ERR"}]
    assert attempt.logs == (entry,)
    assert (entry.slug, entry.message) == ("llm.timeout", "TimeoutError: too slow")
    assert entry.details is not None
    assert "too slow" in entry.details.value["traceback"]
    assert entry.source is not None
    assert entry.source.file == "test_log.py"
    assert (attempt.status, attempt.slugs, attempt.error) == ("timeout", ("llm.timeout",), "TimeoutError: too slow")
    assert (tree.turns[0].status, tree.turns[0].error) == ("failed", "TimeoutError: too slow")
    assert tree.fin is not None
    assert tree.fin.failure is not None
    failure = tree.fin.failure
    assert (tree.status, tree.fin.success, tree.fin.error) == ("failed", False, "TimeoutError: too slow")
    assert (failure.slug, failure.origin, failure.path) == ("llm.timeout", "model", "1-1")
    assert len(failure.incident or "") == 8


@pytest.mark.parametrize(
    ("problem", "status", "slug"),
    [
        (ValueError("x"), "failed", "tool.failed"),
        (TimeoutError(), "timeout", "tool.timeout"),
        (KeyboardInterrupt(), "cancelled", "tool.cancelled"),
    ],
)
def test_an_exception_says_how_a_tool_ended(tmp_path: Path, problem: BaseException, status: str, slug: str) -> None:
    """Failures, timeouts and cancellations are told apart, and what came back before counts."""
    with pytest.raises(type(problem)), recording(tmp_path) as session, session.turn() as turn, turn.tool("t") as tool:  # noqa: PT012 - the block is the way the exception goes
        tool.respond("so far")
        raise problem
    read = loaded(session).turns[0].tools[0]
    assert (read.status, read.slugs) == (status, (slug,))
    assert read.response is not None
    assert read.response.value == "so far"


def test_a_failure_after_the_answer_keeps_the_answer(tmp_path: Path) -> None:
    """An answer that was billed and then found to be broken stays in the tree, with its usage."""
    with recording(tmp_path) as session, session.turn() as turn:
        with turn.attempt(request={"q": 1}) as attempt:
            attempt.respond("not json", usage=clew.Usage(output_tokens=7))
            attempt.fail("no json", slug="llm.stream_broken")
        with turn.attempt(request={"q": 2}) as attempt:
            attempt.respond("{}", usage=clew.Usage(output_tokens=2))
    tree = loaded(session)
    first, second = tree.turns[0].attempts
    assert first.response is not None
    assert (first.status, first.response.text, first.verdict) == ("failed", "not json", None)
    assert (second.verdict, tree.totals.usage.output_tokens) == ("accepted", 9)


def test_a_rejected_answer_is_a_reason_to_try_again(tmp_path: Path) -> None:
    """The transport went well, the agent did not like it: several slugs, and a wait before the next attempt."""
    with recording(tmp_path) as session, session.turn() as turn:
        with turn.attempt(request={"q": 1}) as attempt:
            attempt.respond("hm", usage=clew.Usage(output_tokens=1))
            attempt.reject("llm.synthetic_retry", "neither tool nor report")
            attempt.reject("final_report.missing")
            attempt.backoff(250)
        with turn.attempt(request={"q": 2}) as attempt:
            attempt.respond("yes", usage=clew.Usage(output_tokens=1))
    turn_read = loaded(session).turns[0]
    first = turn_read.attempts[0]
    assert (first.status, first.verdict, first.backoff_ms) == ("ok", "rejected", 250.0)
    assert first.slugs == ("llm.synthetic_retry", "final_report.missing")
    assert turn_read.llm_response is not None
    assert turn_read.llm_response.text == "yes"
    assert clew.count_retries(turn_read) == 1
    assert clew.find_log(turn_read, "llm.synthetic_retry") is not None


def test_a_session_that_is_said_to_fail_names_its_cause(tmp_path: Path) -> None:
    """`session.fail` with the words of the application: the failure that came before is the cause."""
    with recording(tmp_path) as session:
        with session.turn() as turn, turn.tool("orders") as tool:
            tool.fail("no answer within 10 s", slug="tool.timeout", status="timeout")
        session.fail("The order could not be found.")
    tree = loaded(session)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert (tree.status, tree.fin.error) == ("failed", "The order could not be found.")
    assert (tree.fin.failure.slug, tree.fin.failure.path, tree.fin.failure.origin) == ("tool.timeout", "1-1", "tool")


def test_an_sdk_that_gives_up_names_the_request_that_failed(tmp_path: Path) -> None:
    """FIN names the first failed attempt, and not the exception that only hands on how the last one ended."""
    with pytest.raises(RuntimeError), recording(tmp_path) as session:  # noqa: PT012 - the block is the way the exception goes
        with session.turn() as turn:
            for _ in range(3):
                with turn.attempt() as attempt:
                    attempt.fail("Overloaded", slug="llm.overloaded", http_status=529)
        raise RuntimeError("no answer after 3 attempts")
    failure = fin_failure(session)
    assert (failure.slug, failure.origin, failure.path) == ("llm.overloaded", "model", "1-1")


@pytest.mark.parametrize("problem", [KeyError("x"), RuntimeError("x")])
def test_an_exception_of_its_own_is_named_itself(tmp_path: Path, problem: Exception) -> None:
    """A mistake of the program, or what it raises after something went well, follows from no earlier failure."""
    with pytest.raises(type(problem)), recording(tmp_path) as session:  # noqa: PT012 - the block is the way the exception goes
        with session.turn() as turn:
            with turn.tool("orders") as tool:
                tool.fail("no such table")
            if isinstance(problem, RuntimeError):
                with turn.attempt() as attempt:
                    attempt.respond("It does not work today.")
        raise problem
    failure = fin_failure(session)
    assert (failure.slug, failure.origin, failure.path) == ("session.error", "agent", None)


def test_details_of_any_kind_are_kept(tmp_path: Path) -> None:
    """Named values of a log entry are a payload like any other."""
    with recording(tmp_path) as session, session.turn() as turn:
        turn.log("shop.card_declined", "m", data=b"\0", many={1}, slug_of="x")
    details = loaded(session).turns[0].logs[0].details
    assert details is not None
    assert details.value == {"data": b"\0", "many": [1], "slug_of": "x"}
    assert [act.slug for act in read_segment(session.path).acts if isinstance(act, Logged)] == ["shop.card_declined"]
