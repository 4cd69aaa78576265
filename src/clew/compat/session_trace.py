"""``SessionTrace``: a session told event by event, as user input, model requests, tool calls, results and answers.

The events carry no ids, so their order says where they belong:

* A user input opens a turn.
* A model request opens the turn's exchange. The next request opens the next turn if this one was answered, by text or
  by asking for tools; if it failed or was never answered it is sent again: a retry in the same turn.
* A tool call belongs to the turn in force, before, during or after the exchange; before any turn it is a step.
* A tool result belongs to the call with its id; without an id, to the oldest open call of its name and command.
* An answer or a token count that no request waits for stands for a call whose request was not told: it gets a turn.
* An error ends the request that is under way; without one it fails the turn.

Everything is in the journal when a call returns; :meth:`SessionTrace.finalize` writes the trace document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.compat.named_error import named_error
from clew.model.usage import Usage
from clew.record.api import session
from clew.record.failure import holder_slug, session_outcome
from clew.record.tidy import texts_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from clew.record.attempt import AttemptRecorder
    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder


class _OpenCall(NamedTuple):
    """A tool call that waits for its result."""

    call_id: str
    name: str
    command: str | None
    tool: ToolRecorder


class _Exchange:
    """A model request and what came of it."""

    def __init__(self, attempt: AttemptRecorder) -> None:
        """The request was just sent."""
        self.attempt = attempt
        self.answered = False
        """Whether there was text."""
        self.counted = False
        """Whether tokens were counted."""
        self.asked_for_tools = False
        """Whether tools were called since."""
        self.failed = False


class SessionTrace:
    """Records one session. Every method may be called at any time, also out of order and after the end."""

    def __init__(
        self,
        base_path: Path | str | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
        *,
        agent_id: str | None = None,
    ) -> None:
        """Begin a session. ``base_path`` is the folder of sessions, by default the recorder's own."""
        self.session = session(agent_id, model=model, system_prompt=system_prompt, dir=base_path)
        """The recorder behind this front."""
        self._model = model
        self._turn: HolderRecorder | None = None
        self._exchange: _Exchange | None = None
        self._open_calls: list[_OpenCall] = []
        self._calls = 0
        self._counted = Usage()
        self._differs = False

    @property
    def session_id(self) -> str:
        """``YYYYMMDD_HHMMSS_<8 hex>``."""
        return self.session.session_id

    @property
    def trace_file(self) -> Path:
        """Where the trace document is written by :meth:`finalize`."""
        return self.session.trace_path

    def log_user_input(self, content: object) -> None:
        """The user sent a message."""
        self._close_turn()
        self._turn = self.session.turn(user_input=content).start()

    def log_llm_request(self, messages_count: int, tools: Iterable[str] | None = None) -> None:
        """A request is sent to the model, with this many messages and these tools."""
        self._send({"messages_count": messages_count, "tools": texts_of(tools or ())})

    def log_tool_call(
        self, tool_name: str, command: str | None = None, parameters: object = None, *, call_id: str | None = None
    ) -> str:
        """The model calls a tool; ``call_id`` is the id it gave the call. Returns an id for :meth:`log_tool_result`."""
        call_id = call_id or self._next_call_id()
        tool = self._holder().tool(tool_name, parameters, command=command, call_id=call_id).start()
        self._open_calls.append(_OpenCall(call_id, tool_name, command, tool))
        if self._exchange is not None:
            self._exchange.asked_for_tools = True
        return call_id

    def log_tool_result(
        self,
        tool_name: str,
        command: str | None = None,
        result: object = "",
        success: bool = True,  # noqa: FBT001, FBT002 - the fourth argument of the API this is
        error: str | None = None,
        *,
        call_id: str | None = None,
    ) -> None:
        """A tool returned, or failed with an ``error``. The result is kept whole."""
        tool = self._waiting(tool_name, command, call_id)
        if success and error is None:
            tool.respond(result)
        else:
            tool.fail(error or "The tool failed.", response=result)
        tool.end()

    def log_llm_response(self, content: str) -> None:
        """The model answered with text."""
        exchange = self._exchange
        if exchange is None or exchange.answered or exchange.failed:
            exchange = self._send(None)
        exchange.answered = True
        exchange.attempt.respond(content)

    def log_token_usage(
        self,
        input_tokens: int | None,
        output_tokens: int | None,
        cache_read_tokens: int | None = 0,
        cache_write_tokens: int | None = 0,
        *cumulative: int | None,
    ) -> None:
        """What the last request used. The four cumulative counts that may follow are summed anew, call by call."""
        exchange = self._exchange
        if exchange is None or exchange.counted:
            exchange = self._send(None)
        exchange.counted = True
        usage = _usage(input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
        exchange.attempt.account(usage)
        self._counted += usage
        self._compare(cumulative)

    def log_error(self, error_type: str, message: str, traceback: str | None = None) -> None:
        """Something failed: the request under way, else the turn, else the session's own work."""
        problem = named_error(error_type, message, traceback)
        exchange = self._exchange
        if exchange is not None and not exchange.answered and not exchange.asked_for_tools and not exchange.failed:
            exchange.failed = True
            exchange.attempt.fail(problem)
        elif self._turn is not None:
            self.session.failed(self._turn, problem, holder_slug(problem, self._turn.kind))
            self._turn.fail(problem)
        else:
            self.session.failed(self.session, problem, session_outcome(problem).slug)

    def finalize(self) -> Path:
        """End the session; returns the file of the trace document."""
        self._close_turn()
        self.session.end()
        self.session.write_trace()
        return self.trace_file

    def _send(self, request: object) -> _Exchange:
        """Begin an exchange, in the next turn unless it only tries the last one again."""
        last = self._exchange
        if last is not None and (last.answered or last.asked_for_tools or last.counted) and not last.failed:
            self._close_turn()
        else:
            self._give_up()
        if self._turn is None or self._turn.kind != "turn":
            self._close_turn()
            self._turn = self.session.turn().start()
        attempt = self._turn.attempt(model=self._model, request=request).start()
        self._exchange = _Exchange(attempt)
        return self._exchange

    def _give_up(self) -> None:
        """A request that is neither answered nor failed was cancelled, as far as anyone was told."""
        last = self._exchange
        if last is None or last.failed:
            return
        if last.answered or last.counted or last.asked_for_tools:
            last.attempt.end()
        else:
            last.attempt.fail("The request was not answered.", status="cancelled")

    def _close_turn(self) -> None:
        self._give_up()
        self._exchange = None
        if self._turn is not None:
            self._turn.end()
            self._turn = None

    def _holder(self) -> HolderRecorder:
        if self._turn is None:
            self._turn = self.session.step("command").start()
        return self._turn

    def _waiting(self, name: str, command: str | None, call_id: str | None) -> ToolRecorder:
        """The call a result belongs to; one that was never told is told now."""
        for position, call in enumerate(self._open_calls):
            if call.call_id == call_id or (call_id is None and (call.name, call.command) == (name, command)):
                return self._open_calls.pop(position).tool
        self.log_tool_call(name, command, call_id=call_id)
        return self._open_calls.pop().tool

    def _next_call_id(self) -> str:
        self._calls += 1
        return f"call_{self._calls}"

    def _compare(self, cumulative: tuple[int | None, ...]) -> None:
        """Say once if the application has counted something else than it told."""
        if cumulative and not self._differs and _usage(*cumulative[:4]) != self._counted:
            self._differs = True
            self.session.log(
                "session.incomplete_use",
                "The cumulative token counts are not the sum of the requests that were told.",
                told=list(cumulative),
            )


def _usage(*counts: object) -> Usage:
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return Usage(**{name: whole(count) or 0 for name, count in zip(names, counts, strict=False)})
