"""The models of an agent: asked in turn, within one cap of attempts per turn, until one gives an answer that will do.

* Each attempt goes to the next model of the list, whatever became of the one before.
* A model that limits the rate is left alone until every model does; then the agent waits as long as the most patient
  server asks for, and begins anew. Waiting goes through a function that tests replace.
* A model whose key, quota or name is wrong, or that cannot understand the request, is not asked again in this session.
* An answer that does not do is rejected and the conversation goes on with a reminder, which stays in it.
* A request too large for every model is no attempt at all, see ``context.py``.

Attempts are recorded by the SDKs' hooks; what is said here is the verdict, the wait and that something is tried again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from clew.agent.context import BUFFER, EXCEEDED, estimate
from clew.agent.dialogue import Answer, Question, UserSaid
from clew.agent.speaker import NoMessage, Unanswered
from clew.agent.verdict import Rejection, rejection
from clew.record.exchange_failure import Failure, classify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from clew.agent.dialogue import Said
    from clew.agent.speaker import Speaker
    from clew.record.turn import TurnRecorder

LONGEST_WAIT = 60.0
"""Seconds that the agent waits at most before it begins anew."""


class Given(Struct, frozen=True, kw_only=True):
    """What came of a turn's attempts."""

    answer: Answer | None = None
    """The answer that will do."""
    failure: Failure | None = None
    """Without one: why the last attempt failed; ``None`` if every answer was rejected."""
    rejected: Rejection | None = None
    """Without one: why the last answer was rejected."""


class Models:
    """All models of an agent, the preferred one first."""

    def __init__(
        self, speakers: Sequence[Speaker], *, max_attempts: int, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._speakers = list(speakers)
        self._max_attempts = max_attempts
        self._sleep = sleep
        self._out: dict[int, Failure] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for speaker in self._speakers:
            speaker.close()

    @property
    def budget(self) -> int:
        """How many tokens a request may have, for the model that takes most."""
        return max(_budget(speaker) for speaker in self._speakers)

    @property
    def providers(self) -> list[dict[str, object]]:
        """What INIT says of the models."""
        return [
            {
                "provider": speaker.model.provider,
                "model": speaker.model.model,
                "base_url": speaker.model.base_url,
                "context_window": speaker.model.context_window,
                "max_output_tokens": speaker.model.max_output_tokens,
            }
            for speaker in self._speakers
        ]

    def ask(
        self,
        turn: TurnRecorder,
        question: Callable[[], Question],
        messages: list[Said],
        *,
        must_call: bool,
        say: Callable[[str], None] | None = None,
    ) -> Given:
        """Ask until an answer will do or the attempts are used up.

        ``question`` makes the question from the messages, to which rejected answers and reminders are added.
        """
        round_ = _Round(self._speakers, self._out)
        given = Given(failure=next(reversed(self._out.values()), None))
        for number in range(self._max_attempts):
            asked = question()
            speaker = round_.next(estimate(asked))
            if speaker is None:
                break
            if number:
                _log_retry(turn, given, speaker)
            given = self._once(turn, asked, messages, speaker, round_, must_call=must_call, say=say)
            if given.answer is not None or (given.failure is not None and given.failure.remedy == "shrink"):
                break
            if round_.all_limited and number + 1 < self._max_attempts:
                self._wait(turn, round_.wait(number + 1))
                round_.begin_anew()
        return given

    def _once(
        self,
        turn: TurnRecorder,
        question: Question,
        messages: list[Said],
        speaker: Speaker,
        round_: _Round,
        *,
        must_call: bool,
        say: Callable[[str], None] | None,
    ) -> Given:
        """One attempt, and what to make of it."""
        try:
            answer = speaker.ask(question, say)
        except Unanswered as problem:
            round_.failed(speaker, problem)
            return Given(failure=problem.failure)
        except NoMessage as problem:
            if turn.last_attempt is not None and not problem.begun:
                turn.last_attempt.fail("the server's answer is no message of a model")
            return Given(failure=classify(streaming=problem.begun))
        if answer.stop == "window":
            return _full(turn)
        refused = answer.stop == "refusal"
        rejected = rejection(text=answer.text, calls=bool(answer.calls), refused=refused, must_call=must_call)
        if rejected is None:
            return Given(answer=answer)
        if turn.last_attempt is not None:
            turn.last_attempt.reject(rejected.slug, rejected.words)
        if rejected.reminder is not None:
            messages += [*([answer.said] if answer.text.strip() else []), UserSaid(rejected.reminder)]
        return Given(rejected=rejected)

    def _wait(self, turn: TurnRecorder, seconds: float) -> None:
        if turn.last_attempt is not None:
            turn.last_attempt.backoff(seconds * 1000)
        self._sleep(seconds)


class _Round:
    """The order in which a turn asks the models."""

    def __init__(self, speakers: list[Speaker], out: dict[int, Failure]) -> None:
        """``out`` holds the models that are not to be asked again in this session, by their places."""
        self._speakers = speakers
        self._out = out
        self._at = -1
        self._limited: dict[int, float | None] = {}

    @property
    def all_limited(self) -> bool:
        """Whether every model that could be asked limits the rate."""
        return bool(self._limited) and all(place in self._limited for place in self._there())

    def next(self, tokens: int) -> Speaker | None:
        """The next model that can be asked something of this size."""
        count = len(self._speakers)
        for step in range(1, count + 1):
            place = (self._at + step) % count
            fits = tokens <= _budget(self._speakers[place])
            if place not in self._out and place not in self._limited and fits:
                self._at = place
                return self._speakers[place]
        return None

    def failed(self, speaker: Speaker, problem: Unanswered) -> None:
        """Take note of how an attempt failed."""
        place = self._speakers.index(speaker)
        if problem.failure.remedy == "wait":
            self._limited[place] = problem.retry_after
        elif problem.failure.remedy == "skip":
            self._out[place] = problem.failure

    def wait(self, attempts: int) -> float:
        """Seconds to wait: the longest that a server asked for, else longer with every attempt."""
        wished = [seconds for seconds in self._limited.values() if seconds is not None]
        return max(wished) if wished else min(LONGEST_WAIT, float(attempts))

    def begin_anew(self) -> None:
        """Forget the limits, and begin with the preferred model."""
        self._limited.clear()
        self._at = -1

    def _there(self) -> list[int]:
        return [place for place in range(len(self._speakers)) if place not in self._out]


def _budget(speaker: Speaker) -> int:
    return speaker.model.context_window - BUFFER - speaker.model.max_output_tokens


def _full(turn: TurnRecorder) -> Given:
    """What to make of an answer that filled the context window before it was done."""
    if turn.last_attempt is not None:
        turn.last_attempt.reject(EXCEEDED.slug, "the answer filled the context window")
    return Given(failure=EXCEEDED)


def _log_retry(turn: TurnRecorder, before: Given, speaker: Speaker) -> None:
    """Say why something is tried again, and with whom."""
    reason = before.failure.slug if before.failure is not None else before.rejected.slug if before.rejected else ""
    model = speaker.model
    turn.log("llm.retry", f"asking {model.provider} {model.model}", reason=reason)
