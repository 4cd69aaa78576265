"""This project's recorder, through the API that applications use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import clew

if TYPE_CHECKING:
    from pathlib import Path

    from bench.conversation import Call, Exchange
    from bench.recorders.recorder import Recorder
    from clew.record.attempt import AttemptRecorder
    from clew.record.tool import ToolRecorder
    from clew.record.turn import TurnRecorder


class Own:
    """One session, with a turn open at any time."""

    def __init__(self, folder: Path, *, trace: bool) -> None:
        """``trace`` says whether the end of the session writes the trace document."""
        self._session = clew.session(agent_id="bench", model="claude-sonnet-4-5", dir=folder / "sessions", trace=trace)
        self._turn: TurnRecorder | None = None

    def turn(self, index: int, user_input: str | None) -> None:
        """End the turn before and begin the next."""
        self._end_turn()
        self._turn = self._session.turn(user_input, index=index).start()

    def request(self, exchange: Exchange) -> AttemptRecorder:
        """Begin an attempt."""
        assert self._turn is not None
        request = exchange.request
        return self._turn.attempt(provider="anthropic", model=request["model"], request=request).start()

    def answer(self, handle: AttemptRecorder, exchange: Exchange) -> None:
        """End it."""
        answer = exchange.answer
        if answer is None:
            handle.fail("Overloaded", slug="llm.overloaded", http_status=529)
        else:
            handle.respond(answer, usage=usage(answer["usage"]), stop_reason=answer["stop_reason"])
        handle.end()

    def call(self, call: Call) -> ToolRecorder:
        """Begin a tool call."""
        assert self._turn is not None
        return self._turn.tool(call.name, call.arguments, call_id=call.call_id).start()

    def result(self, handle: ToolRecorder, call: Call) -> None:
        """End it."""
        handle.respond(call.result)
        handle.end()

    def finish(self) -> None:
        """End the turn and the session."""
        self._end_turn()
        self._session.end()

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._turn.end()


def usage(counts: dict[str, Any]) -> clew.Usage:
    """The four disjoint counts of an answer."""
    return clew.Usage(
        input_tokens=counts["input_tokens"],
        output_tokens=counts["output_tokens"],
        cache_read_tokens=counts["cache_read_input_tokens"],
        cache_write_tokens=counts["cache_creation_input_tokens"],
    )


def make(folder: Path) -> Recorder:
    """The recorder."""
    return Own(folder, trace=not (folder / "no-trace").exists())
