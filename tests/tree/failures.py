"""Failures that are injected on purpose, each with what has to be told of it by the rules of ``docs/failures.md``.

Each is recorded by the real recorder: in this process, or, where the process has to die, in one that kills itself.
``python -m tests.tree.failures NAME FOLDER`` records one; without a name it writes the table of
``docs/failures-tried.md`` anew.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import clew
from clew.agent.definition import Limits
from clew.protocol import Scenario
from clew.protocol.scenario import Message, Text
from clew.tree.failure import explain
from tests.agent.errands import ORDERS, do

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.session import Session
    from clew.record.attempt import AttemptRecorder
    from clew.record.session import SessionRecorder
    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder, TurnRecorder
    from clew.tree.failure import Explanation

    Act = Callable[[], str]
    Play = Callable[[SessionRecorder], None]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "failures-tried.md"
COMMAND = "python -m tests.tree.failures"
UNSAID = "–"
"""Stands for a slug that nobody was left to say, and for no cause at all."""


@dataclass(frozen=True)
class Case:
    """One failure, and what has to be told of it."""

    name: str
    circumstance: str
    origin: str
    path: str
    slug: str
    chain: str
    """Paths from the first cause to the end, as far as they matter; empty for whatever they are."""
    recovered: str
    """Paths of what was made good."""
    dies: bool
    """Whether the process kills itself."""
    record: Callable[[Path], None]
    """Let it happen, recorded in a folder."""
    real: bool = False
    """Whether the reference agent met it, over HTTP, with a model that follows a script."""


CASES: dict[str, Case] = {}


def case(
    circumstance: str, told: str, *, chain: str = "", recovered: str = "", dies: bool = False
) -> Callable[[Play], Play]:
    """Declare a failure; ``told`` is ``origin path slug``."""
    origin, path, slug = told.split()

    def declare(play: Play) -> Play:
        name = play.__name__.removeprefix("_")
        CASES[name] = Case(name, circumstance, origin, path, slug, chain, recovered, dies, partial(_recorded, play))
        return play

    return declare


def errand(
    circumstance: str,
    told: str,
    scenario: str | Scenario,
    *,
    chain: str = "",
    recovered: str = "",
    act: Act = lambda: ORDERS,
) -> None:
    """Declare a failure of the reference agent: a scenario of the examples, and what its tool does."""
    origin, path, slug = told.split()
    name = f"errand_{len(CASES)}"

    def run(folder: Path) -> None:
        limits = Limits(max_turns=4, max_attempts=3, timeout=0.3) if scenario == "timeout" else None
        with suppress(KeyboardInterrupt):
            do(folder, scenario, limits=limits, act=act)

    CASES[name] = Case(name, circumstance, origin, path, slug, chain, recovered, dies=False, record=run, real=True)


class Bug(RuntimeError):
    """What an agent's own code raises."""


class RateLimitError(Exception):
    """What an SDK raises, with the status of the answer."""

    def __init__(self, status: int, body: object = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status_code = status
        self.body = body


def _recorded(play: Play, folder: Path) -> None:
    session = clew.session(agent_id="tried", dir=folder, sync="never", trace=False)
    expected = (Bug, LookupError, RateLimitError, OSError, ValueError, ZeroDivisionError, KeyboardInterrupt)
    with suppress(*expected), session:
        play(session)


def good(holder: HolderRecorder, text: str = "I will look.") -> AttemptRecorder:
    """An accepted answer."""
    with holder.attempt(provider="anthropic", model="m-1", request={"messages": []}) as attempt:
        attempt.respond({"content": [{"type": "text", "text": text}]})
    return attempt


def bad(
    holder: HolderRecorder, error: BaseException | str, *, slug: str | None = None, http: int | None = None
) -> None:
    """An attempt that failed."""
    with holder.attempt(provider="anthropic", model="m-1", request={"messages": []}) as attempt:
        attempt.fail(error, slug=slug, http_status=http)


def rejected(holder: HolderRecorder, slug: str) -> None:
    """An answer that did not do."""
    with holder.attempt(provider="anthropic", model="m-1", request={"messages": []}) as attempt:
        attempt.respond({"content": [{"type": "text", "text": "Well."}]})
        attempt.reject(slug)


def works(holder: HolderRecorder, name: str = "search") -> None:
    """A call that goes well."""
    with holder.tool(name, {"query": "x"}) as tool:
        tool.respond("found")


def breaks(holder: HolderRecorder, name: str = "search", error: object = "no such table", **fields: str) -> None:
    """A call that fails, and is told to the model."""
    with holder.tool(name, {"query": "x"}) as tool:
        tool.fail(error, **fields)  # type: ignore[arg-type]  # a slug or a status


def refused(status: int, body: object = None) -> RateLimitError:
    """What an SDK raises of an answer with a status."""
    return RateLimitError(status, body)


def kill() -> None:
    """Die as a process dies that the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)


# -- configuration --


@case("the key is refused", "configuration 1-1 llm.auth_error", chain="1-1 1 fin")
def _wrong_key(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="openai", model="m-1"):
        raise refused(401)


@case("the key is refused by every pair of the rotation", "configuration 1-1 llm.auth_error", chain="1-1 1-2 1 fin")
def _wrong_keys(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "invalid key", slug="llm.auth_error", http=401)
        bad(turn, "invalid key", slug="llm.auth_error", http=401)
        raise Bug("no pair is left")


@case("the provider does not know the model", "configuration 1-1 llm.unknown_model")
def _unknown_model(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="openai", model="m-0"):
        raise refused(404, {"error": {"code": "model_not_found", "message": "The model m-0 does not exist"}})


@case("the request has a parameter that the provider rejects", "configuration 1-1 llm.invalid_request")
def _bad_request(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise refused(400, {"error": {"type": "invalid_request_error", "message": "max_tokens: required"}})


@case("the account has no credit left", "configuration 1-1 llm.quota_exceeded")
def _quota(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="openai", model="m-1"):
        raise refused(429, {"error": {"code": "insufficient_quota"}})


@case("an MCP server does not start, and the session is given up", "configuration init mcp.start_failed")
def _server_absent(session: SessionRecorder) -> None:
    session.log("mcp.start_failed", "no such file: ./shop-server", server="shop")
    session.fail("a server is needed that did not start")


@case(
    "an MCP server does not start; the model asks for its tool and gives up",
    "configuration init mcp.start_failed",
    chain="init 1-2 fin",
)
def _server_missed(session: SessionRecorder) -> None:
    session.log("mcp.start_failed", "exit status 1", server="shop")
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn, "shop_search", "there is no tool shop_search", slug="tool.not_found")
    with session.turn() as turn:
        good(turn)
    session.log("final_report.missing")
    session.end(success=False, error="no report")


@case("the key of a sub-agent is refused, and the agent gives up", "configuration 1-2.1-1 llm.auth_error")
def _key_of_child(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        with (
            suppress(RateLimitError),
            turn.tool("researcher", {}, kind="agent") as tool,
            tool.child("r") as child,
            child.turn("look") as inner,
            inner.attempt(provider="anthropic", model="m-1"),
        ):
            raise refused(401)
    with session.turn() as turn:
        rejected(turn, "llm.synthetic_retry")
    session.fail("no report")


# -- workflow --


def _workflow(turn: TurnRecorder) -> ToolRecorder:
    return turn.tool("ship", {"order": 7}, kind="workflow")


@case("a step stops its workflow", "workflow 1-1.2 workflow.step_failed", chain="1-1.2 1-1.fin 1-1 1 fin")
def _step_stops(session: SessionRecorder) -> None:
    with (
        session.turn(action=clew.Action("workflow", "ship")) as turn,
        _workflow(turn) as tool,
        tool.child("ship") as flow,
    ):
        with flow.turn(action=clew.Action("workflow", "check")) as step:
            works(step)
        with flow.turn(action=clew.Action("workflow", "pay")) as step:
            clew.log("workflow.step_failed", "the sum is not what was ordered")
            step.fail("the sum is not what was ordered")
        raise Bug("the workflow ship stopped")


@case("a step of a workflow has a bug of its own", "workflow 1-1.1 turn.failed", chain="1-1.1 1-1 1 fin")
def _step_bug(session: SessionRecorder) -> None:
    with session.turn("ship it") as turn, _workflow(turn) as tool, tool.child("ship") as flow, flow.turn() as step:
        works(step)
        raise Bug("division by zero")


@case("a workflow's call fails before its first step", "workflow 1-1 tool.failed")
def _flow_itself(session: SessionRecorder) -> None:
    with session.turn("ship it") as turn, _workflow(turn):
        raise Bug("the workflow has no steps")


@case("a workflow's call takes too long although its steps go well", "workflow 1-1 tool.timeout")
def _flow_slow(session: SessionRecorder) -> None:
    with session.turn("ship it") as turn, _workflow(turn) as tool:
        with tool.child("ship") as flow, flow.turn() as step:
            works(step)
        raise TimeoutError("60 s")


@case("a workflow says itself that a step stopped it", "workflow 1-1 workflow.step_failed")
def _flow_tells(session: SessionRecorder) -> None:
    with session.turn("ship it") as turn:
        with _workflow(turn) as tool:
            tool.fail("step 2 stopped it", slug="workflow.step_failed")
        turn.fail("the workflow stopped")
    session.fail("the workflow stopped")


@case("a workflow stops, and the model gives up", "workflow 1-2.1 workflow.step_failed")
def _flow_given_up(session: SessionRecorder) -> None:
    with session.turn("ship it") as turn:
        good(turn)
        with _workflow(turn) as tool:
            with tool.child("ship") as flow:
                with flow.turn() as step:
                    clew.log("workflow.step_failed", "no address")
                    step.fail("no address")
                flow.fail("stopped at step 1")
            tool.fail("the workflow stopped")
    with session.turn() as turn:
        rejected(turn, "llm.synthetic_retry")
    clew.log("final_report.missing")
    session.log("final_report.missing")
    session.end(success=False, error="no report")


# -- tool --


@case("a tool fails and the exception ends the session", "tool 1-1 tool.failed", chain="1-1 1 fin")
def _tool_raises(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.tool("search", {"query": "x"}):
        raise LookupError("no such table")


@case("a tool does not answer in time", "tool 1-1 tool.timeout", chain="1-1 1 fin")
def _tool_slow(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.tool("search", {"query": "x"}):
        raise TimeoutError("10 s")


@case(
    "a tool fails, the model gives up and there is no report",
    "tool 1-2 tool.failed",
    chain="1-2 2-1 2-2 2-3 fin",
)
def _tool_given_up(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn:
        for _ in range(3):
            rejected(turn, "llm.synthetic_retry")
    session.log("final_report.missing")
    session.end(success=False, error="no report")


@case("an MCP server dies while it is called", "tool 1-2 mcp.disconnect", chain="1-2 1-2 2-1 fin")
def _server_dies(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        with turn.tool("shop_search", {}, kind="mcp") as tool:
            tool.log("mcp.disconnect", "exit status 139", server="shop")
            tool.fail("the server is gone")
    with session.turn() as turn:
        rejected(turn, "llm.empty_response")
    session.end(success=False, error="no report")


@case("a tool says what it is asked for, and then raises", "tool 1-2 tool.timeout", chain="1-2 1 fin")
def _tool_remarks(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        with turn.tool("weather", {"city": "Berlin"}) as tool:
            tool.log("weather.asked", "asked for Berlin", city="Berlin")
            raise TimeoutError("10 s")


@case("an MCP server answers with an error", "tool 1-1 mcp.error")
def _server_error(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.tool("shop_search", {}, kind="mcp") as tool:
        tool.fail("-32603 internal error", slug="mcp.error")
        raise Bug("cannot go on")


@case("a tool fails three times in a row", "tool 1-2 tool.failed", chain="1-2 2-2 3-2 fin")
def _tool_again(session: SessionRecorder) -> None:
    for index in (1, 2, 3):
        with session.turn("hello" if index == 1 else None) as turn:
            good(turn)
            breaks(turn)
    session.fail("too many failures")


@case("one of two parallel calls fails, and the turn with it", "tool 1-1 tool.failed", chain="1-1 1 fin")
def _tool_beside(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        first, second = turn.tool("search", {}).start(), turn.tool("read", {}).start()
        second.respond("text")
        second.end()
        problem = LookupError("no such table")
        first.end(problem)
        raise problem


@case("one of two parallel calls fails and the other is cancelled for it", "tool 1-1 tool.failed", chain="1-1 1 fin")
def _tool_cancels(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        first, second = turn.tool("search", {}).start(), turn.tool("read", {}).start()
        problem = LookupError("no such table")
        first.end(problem)
        second.end(KeyboardInterrupt())
        raise problem


@case(
    "a tool fails inside a workflow's step, which stops it", "tool 1-1.1-1 tool.failed", chain="1-1.1-1 1-1.1 1-1 1 fin"
)
def _tool_in_flow(session: SessionRecorder) -> None:
    with (
        session.turn("ship it") as turn,
        _workflow(turn) as tool,
        tool.child("ship") as flow,
        flow.turn() as step,
        step.tool("bank", {}, kind="rest"),
    ):
        raise ConnectionError("refused")


@case("a tool fails two sub-agents down", "tool 1-1.1-1.1-1 tool.timeout")
def _tool_deep(session: SessionRecorder) -> None:
    with (
        session.turn("a") as turn,
        turn.tool("boss", {}, kind="agent") as tool,
        tool.child("boss") as middle,
        middle.turn("b") as inner,
        inner.tool("worker", {}, kind="agent") as below,
        below.child("worker") as child,
        child.turn("c") as last,
        last.tool("search", {}),
    ):
        raise TimeoutError("10 s")


# -- model --


@case("every attempt is rate limited", "model 1-1 llm.rate_limited", chain="1-1 1-2 1-3 1 fin")
def _limited(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        for _ in range(3):
            bad(turn, "slow down", slug="llm.rate_limited", http=429)
        raise Bug("out of attempts")


@case("the provider is overloaded until the attempts are used up", "model 1-1 llm.overloaded")
def _overloaded(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, refused(529))
        bad(turn, refused(503))
        turn.fail("no answer")
    session.fail("no answer")


@case("the provider does not answer in time", "model 1-1 llm.timeout")
def _model_slow(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise TimeoutError("600 s")


@case("a stream breaks off", "model 1-1 llm.stream_broken")
def _broken(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1") as attempt:
        attempt.chunk("Once upon")
        attempt.fail("the stream ended before the message did", slug="llm.stream_broken")
        raise Bug("no answer")


@case("the model asks for a tool that there is not, and gives up", "model 1-2 tool.not_found", chain="1-2 2-1 fin")
def _no_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn, "fly", "there is no tool fly", slug="tool.not_found")
    with session.turn() as turn:
        rejected(turn, "llm.synthetic_retry")
    session.end(success=False, error="no report")


@case("the model calls a tool with invalid parameters until the session is given up", "model 1-2 tool.invalid_params")
def _bad_parameters(session: SessionRecorder) -> None:
    for index in (1, 2):
        with session.turn("hello" if index == 1 else None) as turn:
            good(turn)
            breaks(turn, "search", "query is missing", slug="tool.invalid_params")
    session.fail("too many failures")


@case("the answers are empty", "model 1-1 llm.empty_response", chain="1-1 1-2 fin")
def _empty(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        rejected(turn, "llm.empty_response")
        rejected(turn, "llm.empty_response")
    session.end(success=False, error="no report")


@case("the model refuses", "model 1-1 llm.refused")
def _refuses(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        rejected(turn, "llm.refused")
        turn.fail("refused")
    session.fail("refused")


@case("everything went well but there is no report", "model fin final_report.missing", chain="fin")
def _no_report(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        works(turn)
    session.log("final_report.missing")
    session.end(success=False, error="no report")


@case("a request fails in a way that nobody has named", "model 1-1 llm.failed")
def _odd(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise ValueError("odd")


@case("an imported attempt has a slug that nobody declared", "model 1-1 shop.model_moody")
def _undeclared_of_attempt(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "moody", slug="shop.model_moody")
        turn.fail("moody")
    session.fail("moody")


# -- context --


@case("the request does not fit into the context window", "context 1-1 context.exceeded")
def _window(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise refused(400, {"error": {"type": "invalid_request_error", "message": "prompt is too long"}})


@case("the guard stops before a request that would not fit", "context 1 context.exceeded", chain="1 fin")
def _guard(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        turn.log("context.exceeded", "210,000 of 200,000 tokens")
    session.fail("the conversation is too long")


@case("the guard stops in a turn that fails for it", "context 1 context.exceeded", chain="1 1 fin")
def _guard_raises(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        turn.log("context.exceeded", "210,000 of 200,000 tokens")
        raise Bug("too long")


@case("the last turn is forced by the budget, and brings no report", "context 2 context.final_turn", chain="2 2-1 fin")
def _budget(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        works(turn)
    with session.turn() as turn:
        turn.log("context.final_turn", "the budget is used up", reason="context")
        rejected(turn, "llm.synthetic_retry")
    session.log("final_report.missing")
    session.end(success=False, error="no report")


@case("a compaction fails by a slug that nobody declared", "context s1 shop.summary_lost")
def _compaction(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
    with session.step("compaction", "summarise") as step:
        step.log("shop.summary_lost", "nothing came of it", "ERR")
        step.fail("nothing came of it")
    session.fail("cannot go on")


@case("the window is full and the agent's end says so in words only", "context 2 context.exceeded")
def _window_words(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        works(turn)
    with session.turn() as turn:
        turn.log("context.exceeded", "full")
    session.end(success=False, error="full")


# -- user --


@case("Ctrl-C while a tool runs", "user 1-1 tool.cancelled", chain="1-1 1 fin")
def _stopped_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.tool("search", {}):
        raise KeyboardInterrupt


@case("Ctrl-C while the model answers", "user 1-1 llm.cancelled", chain="1-1 1 fin")
def _stopped_model(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1") as attempt:
        attempt.chunk("Once")
        raise KeyboardInterrupt


@case("Ctrl-C between two turns", "user fin session.cancelled", chain="fin")
def _stopped(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
    raise KeyboardInterrupt


@case("Ctrl-C inside a sub-agent", "user 1-1.1-1 tool.cancelled")
def _stopped_child(session: SessionRecorder) -> None:
    with (
        session.turn("a") as turn,
        turn.tool("worker", {}, kind="agent") as tool,
        tool.child("worker") as child,
        child.turn("b") as inner,
        inner.tool("search", {}),
    ):
        raise KeyboardInterrupt


@case("Ctrl-C while the agent waits after a rate limit", "user 1 –", chain="1 fin")
def _stopped_waiting(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "slow down", slug="llm.rate_limited", http=429)
        raise KeyboardInterrupt


@case("a call is cancelled and its slug is nobody's", "user 1-1 shop.stopped")
def _stopped_undeclared(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        breaks(turn, "search", "stopped", slug="shop.stopped", status="cancelled")
        turn.fail("stopped")
    session.fail("stopped")


@case("Ctrl-C after a tool failed and was tried again", "user 3-1 tool.cancelled", recovered="1-1")
def _stopped_later(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        breaks(turn)
    with session.turn() as turn:
        works(turn)
    with session.turn() as turn, turn.tool("read", {}):
        raise KeyboardInterrupt


# -- host --


@case("killed while a tool runs", f"host 1-2 {UNSAID}", chain="1-2", dies=True)
def _killed_in_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        with turn.tool("search", {}):
            kill()


@case("killed while the model answers, after a retry", f"host 1-2 {UNSAID}", chain="1-2", dies=True)
def _killed_in_attempt(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "slow down", slug="llm.rate_limited", http=429)
        with turn.attempt(provider="anthropic", model="m-1"):
            kill()


@case("killed in a turn, between its calls", f"host 1 {UNSAID}", dies=True)
def _killed_in_turn(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        kill()


@case("killed between two turns", f"host 1 {UNSAID}", dies=True)
def _killed_between(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
    kill()


@case("killed before the first turn", f"host init {UNSAID}", dies=True)
def _killed_early(session: SessionRecorder) -> None:
    session.config(tools=[])
    kill()


@case("killed inside a sub-agent's tool", f"host 1-1.1-1 {UNSAID}", dies=True)
def _killed_deep(session: SessionRecorder) -> None:
    with (
        session.turn("a") as turn,
        turn.tool("worker", {}, kind="agent") as tool,
        tool.child("worker") as child,
        child.turn("b") as inner,
        inner.tool("search", {}),
    ):
        kill()


@case("killed after a tool failed that nobody made good", f"host 2-1 {UNSAID}", chain="2-1", dies=True)
def _killed_later(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn, turn.attempt(provider="anthropic", model="m-1"):
        kill()


@case("the disk is full while a tool writes", "host 1-1 host.disk_full", chain="1-1 1 fin")
def _disk_in_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.tool("save", {}):
        raise OSError(errno.ENOSPC, "No space left on device")


@case("the disk is full while the agent writes", "host 1 host.disk_full", chain="1 fin")
def _disk_in_turn(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        raise OSError(errno.ENOSPC, "No space left on device")


@case("the provider cannot be reached", "host 1-1 llm.unreachable", chain="1-1 1 fin")
def _away(session: SessionRecorder) -> None:
    with session.turn("hello") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise ConnectionRefusedError("refused")


# -- agent --


@case("the loop has a bug after a good answer", "agent 1 turn.failed", chain="1 fin")
def _bug_in_turn(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        raise Bug("list index out of range")


@case("the loop says what it does, and then has a bug", "agent 1 turn.failed", chain="1 fin")
def _bug_after_remark(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        turn.log("weather.asked", "asked for Berlin", city="Berlin")
        raise Bug("no route")


@case("the loop has a bug in a step", "agent s1 step.failed", chain="s1 fin")
def _bug_in_step(session: SessionRecorder) -> None:
    with session.step("router"):
        raise Bug("no route")


@case("the program around the session has a bug", "agent fin session.error", chain="fin")
def _bug_around(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
    raise Bug("cannot print")


@case("a bug after a tool that failed and an answer that took it well", "agent fin session.error")
def _bug_after(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn:
        good(turn, "It does not work today.")
    raise Bug("cannot print")


@case("a bug of the loop while an earlier failure had been made good", "agent 3 turn.failed", recovered="1-2")
def _bug_later(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn:
        good(turn)
        works(turn)
    with session.turn() as turn:
        good(turn)
        raise Bug("oops")


@case("a bug in what the loop does about a failed attempt", "agent 1 turn.failed", chain="1 fin")
def _bug_after_attempt(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "slow down", slug="llm.rate_limited", http=429)
        raise ZeroDivisionError


@case("a bug inside a sub-agent", "agent 1-1.1 turn.failed", chain="1-1.1 1-1 1 fin")
def _bug_in_child(session: SessionRecorder) -> None:
    with (
        session.turn("a") as turn,
        turn.tool("worker", {}, kind="agent") as tool,
        tool.child("worker") as child,
        child.turn("b"),
    ):
        raise Bug("oops")


@case("the application ends the session as failed and says no more", f"agent fin {UNSAID}", chain="fin")
def _ended(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
    session.end(success=False, error="the customer hung up")


# -- recoveries --


@case("a rate limit, then an answer", f"{UNSAID} {UNSAID} {UNSAID}", recovered="1-1")
def _healed_limit(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "slow down", slug="llm.rate_limited", http=429)
        good(turn)


@case("a tool fails, and the agent finds another way", f"{UNSAID} {UNSAID} {UNSAID}", recovered="1-2")
def _healed_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn:
        good(turn)
    session.final_report({"format": "markdown", "content": "done"})


@case("a sub-agent's trouble, made good inside it", f"{UNSAID} {UNSAID} {UNSAID}", recovered="1-1.1-1")
def _healed_child(session: SessionRecorder) -> None:
    with session.turn("a") as turn, turn.tool("worker", {}, kind="agent") as tool:
        with tool.child("worker") as child, child.turn("b") as inner:
            bad(inner, "busy", slug="llm.overloaded", http=529)
            good(inner)
        tool.respond("done")


@case("a message that failed, and another one that worked", f"{UNSAID} {UNSAID} {UNSAID}", recovered="1-1 1")
def _healed_chat(session: SessionRecorder) -> None:
    with suppress(RateLimitError), session.turn("a") as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise refused(529)
    with session.turn("b") as turn:
        good(turn)


@case("a retry and a tool made good, then the key expires", "configuration 3-1 llm.auth_error", recovered="1-1 1-3")
def _healed_then_key(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        bad(turn, "busy", slug="llm.overloaded", http=529)
        good(turn)
        breaks(turn)
    with session.turn() as turn:
        good(turn)
        works(turn)
    with session.turn() as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise refused(401)


@case("a tool failed, and then the key is refused: the tool is not to blame", "configuration 2-1 llm.auth_error")
def _key_after_tool(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        breaks(turn)
    with session.turn() as turn, turn.attempt(provider="anthropic", model="m-1"):
        raise refused(401)


@case("nothing went wrong", f"{UNSAID} {UNSAID} {UNSAID}")
def _fine(session: SessionRecorder) -> None:
    with session.turn("hello") as turn:
        good(turn)
        works(turn)


# -- the reference agent, over HTTP --


def _stop() -> str:
    raise KeyboardInterrupt


def _fail() -> str:
    raise LookupError("no such table")


def _linger() -> str:
    raise TimeoutError("10 s")


def _fill() -> str:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"order 17")
    return "saved"


REFUSALS = Scenario(
    name="refusals", answers=(Message(times=6, stop_reason="refusal", content=(Text("I cannot help with that."),)),)
)

errand("the agent's key is refused", "configuration 1-1 llm.auth_error", "auth_error")
errand("the agent's account has no credit", "configuration 1-1 llm.quota_exceeded", "quota_exceeded")
errand("the agent's model is unknown", "configuration 1-1 llm.unknown_model", "unknown_model")
errand("the agent's request is rejected", "configuration 1-1 llm.invalid_request", "invalid_request")
errand("the agent's provider takes too long, every time", "model 1-1 llm.timeout", "timeout")
errand("the agent's provider drops the connection, every time", "host 1-1 llm.unreachable", "unreachable")
errand("the agent's provider answers with what nobody has named", "model 1-1 llm.failed", "failed")
errand("the agent's model refuses, whoever asks", "model 1-1 llm.refused", REFUSALS)
errand("the agent's model says nothing at all, not even in its last turn", "model 1-1 llm.empty_response", "missing")
errand("the agent's prompt is too long", "context 1-1 context.exceeded", "context_exceeded")
errand("Ctrl-C while the agent's tool works", "user 1-2 tool.cancelled", "final_turn", act=_stop)
errand("the agent's tool raises", "tool 1-2 tool.failed", "final_turn", act=_fail)
errand("the agent's tool does not answer in time", "tool 1-2 tool.timeout", "final_turn", act=_linger)
errand("the agent's tool writes to a full disk", "host 1-2 host.disk_full", "final_turn", act=_fill)
errand(
    "the agent is rate limited, waits, and reports", f"{UNSAID} {UNSAID} {UNSAID}", "rate_limited", recovered="1-1 1-2"
)
errand("the agent's model talks, then reports", f"{UNSAID} {UNSAID} {UNSAID}", "synthetic_retry", recovered="1-1 1-2")
errand("the agent's turns are used up, and it reports", f"{UNSAID} {UNSAID} {UNSAID}", "final_turn", recovered="4")


# -- trying --


def record(name: str, folder: Path) -> None:
    """Record one failure, in a process of its own if it has to die."""
    one = CASES[name]
    if not one.dies or os.environ.get("CLEW_TRY") == name:
        one.record(folder)
        return
    environment = {**os.environ, "CLEW_TRY": name, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-m", "tests.tree.failures", name, str(folder)]
    subprocess.run(arguments, env=environment, cwd=ROOT, check=False)


def tell(name: str, folder: Path) -> tuple[Session, Explanation]:
    """Record one failure in a folder of its own, and explain it."""
    record(name, folder)
    session = next(tree for tree in clew.sessions(dir=folder) if tree.parent is None)
    return session, explain(session)


def summary(told: Explanation) -> tuple[str, str, str]:
    """Origin, path and slug."""
    if told.cause is None:
        return UNSAID, UNSAID, UNSAID
    return told.cause.origin, told.cause.path, told.cause.slug or UNSAID


def page(told: dict[str, tuple[str, str, str]]) -> str:
    """The table as it is published."""
    right = sum(told[name] == (one.origin, one.path, one.slug) for name, one in CASES.items())
    lines = [
        "# Failures that were tried",
        "",
        "What `docs/failures.md` says, tried: each failure below is injected by a test, recorded, and explained from",
        "the record alone. The expectation stands beside the failure in `tests/tree/failures.py`. Those marked with *",
        "were met by the reference agent, over HTTP, with a model that follows a script; the others by an agent that",
        "does nothing but fail.",
        "",
        f"This page is made by `{COMMAND}`.",
        "",
        f"Told right: {right} of {len(CASES)}.",
        "",
        "| circumstance | origin | path | slug | told | recovered from |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in CASES.items():
        same = told[name] == (one.origin, one.path, one.slug)
        said = "the same" if same else " ".join(told[name])
        slug = f"`{one.slug}`" if one.slug != UNSAID else UNSAID
        where = f"{one.circumstance}{' *' * one.real} | {one.origin} | {one.path} | {slug}"
        lines.append(f"| {where} | {said} | {one.recovered or UNSAID} |")
    return "\n".join([*lines, ""])


def publish() -> None:
    """Try everything and write the page."""
    from tempfile import TemporaryDirectory

    told = {}
    for name in CASES:
        with TemporaryDirectory() as folder:
            told[name] = summary(tell(name, Path(folder))[1])
    PAGE.write_text(page(told), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        record(sys.argv[1], Path(sys.argv[2]))
    else:
        publish()
