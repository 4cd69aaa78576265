"""The context guard: what is done before a request that would not fit into the model's context window.

Before each turn the size of the request is estimated and compared with the budget: the window, less a buffer, less
what the answer may take. What does not fit is made smaller in a step of kind ``compaction``:

1. Results of older tool calls are dropped, the oldest first, until the request fits.
2. If that is not enough the newest results are cut as well, and the next turn must be the last: who cannot read what a
   tool says has no use for another call.
3. If the rest alone is too large, the window is exceeded, and nothing is sent.

Estimates are rough, four bytes to a token. A provider that finds a request too large all the same makes the guard
stricter by half of what it had let through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from clew.agent.dialogue import Result, ToolsSaid
from clew.record.exchange_failure import classify

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.agent.dialogue import Question, Said
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

BUFFER = 256
"""Tokens that are left free for what an estimate does not see."""
BYTES_PER_TOKEN = 4
EXCEEDED = classify(http_status=413, body="context window")
"""How the guard calls what a provider would have said."""

Reason = Literal["max_turns", "retry_exhaustion", "context"]
"""Why a turn is the last one: turns are used up, no answer would do, or there is no room for more."""
Outcome = Literal["fits", "final", "exceeded"]
"""Whether the request can be sent, can be sent once more, or cannot be sent."""

_DROPPED = "[dropped to make room: {} characters]"
_CUT = "\n[cut to make room: {} of {} characters]"


class Guard:
    """Watches over the size of one conversation."""

    def __init__(self, budget: int) -> None:
        """``budget`` is how many tokens a request may have."""
        self._budget = budget

    def distrust(self, tokens: int) -> None:
        """Take note that a request of this estimate was too large all the same."""
        self._budget = min(self._budget, tokens // 2)

    def make_room(self, session: SessionRecorder, question: Callable[[], Question], messages: list[Said]) -> Outcome:
        """Make the conversation fit, if it does not, by changing ``messages`` in a recorded step."""
        before = estimate(question())
        if before <= self._budget:
            return "fits"
        with session.step(kind="compaction", name="context guard") as step:
            dropped = self._drop(question, messages)
            cut = estimate(question()) > self._budget and self._cut(question, messages)
            after = estimate(question())
            if dropped or cut:
                step.log("context.shrink", before=before, after=after, budget=self._budget, dropped=dropped, cut=cut)
        if after > self._budget:
            return "exceeded"
        return "final" if cut else "fits"

    def _drop(self, question: Callable[[], Question], messages: list[Said]) -> int:
        """Drop results of older calls until the request fits; how many were dropped."""
        dropped = 0
        for place in [place for place, said in enumerate(messages) if isinstance(said, ToolsSaid)][:-1]:
            said = messages[place]
            for number, result in enumerate(said.results if isinstance(said, ToolsSaid) else ()):
                if estimate(question()) <= self._budget:
                    return dropped
                dropped += _replace(messages, place, number, _DROPPED.format(len(result.text)))
        return dropped

    def _cut(self, question: Callable[[], Question], messages: list[Said]) -> bool:
        """Cut the results of the newest calls, all to the length that lets the request fit."""
        place = next(
            (place for place in reversed(range(len(messages))) if isinstance(messages[place], ToolsSaid)), None
        )
        newest = messages[place] if place is not None else None
        if place is None or not isinstance(newest, ToolsSaid):
            return False
        whole = sum(len(result.text.encode()) for result in newest.results)
        over = (estimate(question()) - self._budget) * BYTES_PER_TOKEN
        share = max(0.0, 1 - (over + len(newest.results) * len(_CUT) * 2) / max(1, whole))
        changed = 0
        for number, result in enumerate(newest.results):
            kept = int(len(result.text) * share)
            changed += _replace(messages, place, number, result.text[:kept] + _CUT.format(kept, len(result.text)))
        return changed > 0


def estimate(question: Question) -> int:
    """Roughly how many tokens a request has."""
    parts = (question.system, question.messages, question.tools)
    return sum(len(msgspec.json.encode(part)) for part in parts) // BYTES_PER_TOKEN


def force_final_turn(turn: TurnRecorder, reason: Reason) -> None:
    """Say that this turn is the last one, and why."""
    turn.log("context.final_turn", f"this turn is the last one ({reason})", reason=reason)


def _replace(messages: list[Said], place: int, number: int, text: str) -> int:
    """Put a shorter text in the place of a result; 0 if it would not be shorter."""
    said = messages[place]
    if not isinstance(said, ToolsSaid) or len(text) >= len(said.results[number].text):
        return 0
    results = list(said.results)
    results[number] = Result(call_id=results[number].call_id, text=text)
    messages[place] = ToolsSaid(tuple(results))
    return 1
