"""The loop of an agent: something to do, then turns until it is done, cannot be done, or may not go on.

A turn is one exchange with a model, with as many attempts as it takes, and the tool calls it asks for. The last turn
allowed is said to be the last, with its reason, and offers nothing but the report. ``perform`` works on a task, which
ends with a report; ``converse`` answers a message of a person, whose words are the report.

Whatever a model or a tool does ends in an :class:`Ending`. Ctrl-C passes through, and the recorder marks what it
interrupts; any other exception is a bug of the loop, and ends a task as failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

import clew
from clew.agent import report
from clew.agent.context import EXCEEDED, Guard, Outcome, Reason, estimate, force_final_turn
from clew.agent.definition import FINAL_REPORT
from clew.agent.dialogue import Question, Result, ToolsSaid, UserSaid
from clew.agent.prompts import FINAL_TURN, REPORT_TURN, TASK
from clew.agent.refusal import unknown_tool
from clew.record.exchange_failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.agent.definition import Definition
    from clew.agent.dialogue import Answer, Call, Said
    from clew.agent.models import Given, Models
    from clew.agent.toolbox import Toolbox
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

How = Literal["reported", "answered", "extracted", "missing", "failed"]


class Ending(Struct, frozen=True, kw_only=True):
    """How the turns for a task or a message ended."""

    how: How
    """The report was handed in, the answer will do, the last words have to do, there are none, or all failed."""
    text: str = ""
    """The report or the answer."""
    failure: Failure | None = None
    """Why no model answered, or why nothing could be sent."""


class Runner:
    """An agent at work: what it is defined as, its models, its tools, and the conversation so far."""

    def __init__(
        self, definition: Definition, models: Models, toolbox: Toolbox, *, say: Callable[[str], None] | None = None
    ) -> None:
        """With ``say`` answers are streamed, and said while they arrive."""
        self.messages: list[Said] = []
        """The conversation so far."""
        self._definition = definition
        self._models = models
        self._toolbox = toolbox
        self._say = say
        self._guard = Guard(models.budget)
        self._performs = False
        self._reports = False

    def introduce(self, session: SessionRecorder) -> None:
        """Set the tools up, and record what this agent is set up with."""
        self._toolbox.introduce(session)
        session.config(
            providers=self._models.providers,
            tools=[{"name": tool.name, "description": tool.description} for tool in self._toolbox.schemas()],
            prompts={"system": self._definition.system},
        )

    def perform(self, session: SessionRecorder, task: str) -> Ending:
        """Work on a task, and record its report and whether it went well."""
        self._performs, self._reports = True, self._definition.limits.report
        try:
            ending = self._turns(session, clew.Action("message", None, task), task)
        except Exception as error:  # noqa: BLE001 - a bug of the loop must not cost the session its end
            session.fail(error)
            ending = Ending(how="failed")
        self._conclude(session, ending)
        return ending

    def converse(self, session: SessionRecorder, text: str, action: clew.Action | None = None) -> Ending:
        """Answer one message. If that fails, nothing of it is kept."""
        before = list(self.messages)
        try:
            ending = self._turns(session, action or clew.Action("message", None, text), text)
        except BaseException:
            self.messages = before
            raise
        if ending.how in {"missing", "failed"}:
            self.messages = before
        return ending

    def _conclude(self, session: SessionRecorder, ending: Ending) -> None:
        """Record what came of a task."""
        if ending.how == "reported":
            report.receive(session, ending.text, "tool")
        elif ending.how == "answered":
            report.receive(session, ending.text, "answer")
        elif ending.how == "extracted":
            report.extract(session, ending.text)
        else:
            if ending.how == "missing":
                report.miss(session, "the turns are used up and no report was handed in")
            report.synthesise(session, ending.failure.slug if ending.failure is not None else None)
            session.fail("the task failed")

    def _turns(self, session: SessionRecorder, action: clew.Action, text: str) -> Ending:
        """Take turns until there is an ending."""
        self.messages.append(UserSaid(text))
        opened_by: clew.Action | None = action
        last = self._definition.limits.max_turns
        reason: Reason | None = None
        for number in range(1, last + 1):
            reason = reason or ("max_turns" if number == last else None)
            room = self._make_room(session, final=reason is not None)
            if room == "exceeded":
                return self._exceeded(session)
            with session.turn(action=opened_by) as turn:
                given, ending = self._turn(turn, reason or ("context" if room == "final" else None))
                if opened_by is not None and ending is not None:
                    turn.outcome(ending.how)
            if ending is not None:
                return ending
            opened_by = None
            reason = "retry_exhaustion" if given.answer is None and given.failure is None else None
        return Ending(how="missing")

    def _make_room(self, session: SessionRecorder, *, final: bool) -> Outcome:
        """Make the conversation fit into the window, if it does not."""
        return self._guard.make_room(session, lambda: self._question(final=final), self.messages)

    def _exceeded(self, session: SessionRecorder) -> Ending:
        """What cannot be sent fails a task; a person can start anew."""
        words = "what cannot be left out does not fit into the context window"
        if self._performs:
            session.fail(words, slug=EXCEEDED.slug)
        else:
            session.log(EXCEEDED.slug, words)
        return Ending(how="failed", failure=EXCEEDED)

    def _turn(self, turn: TurnRecorder, reason: Reason | None) -> tuple[Given, Ending | None]:
        """One exchange and its tool calls, and the ending if this was it."""
        final = reason is not None
        if reason is not None:
            force_final_turn(turn, reason)
        given = self._models.ask(
            turn,
            lambda: self._question(final=final),
            self.messages,
            must_call=self._reports and not final,
            say=self._say,
        )
        if given.answer is None:
            turn.fail("no model gave an answer that will do")
            return given, self._unanswered(given, final=final)
        self.messages.append(given.answer.said)
        handed_in = self._call(turn, given.answer, final=final)
        if handed_in is not None:
            return given, Ending(how="reported", text=handed_in)
        if given.answer.calls and not final:
            return given, None
        words = given.answer.text
        how: How = "missing" if not words.strip() else "extracted" if self._reports else "answered"
        return given, Ending(how=how, text=words)

    def _unanswered(self, given: Given, *, final: bool) -> Ending | None:
        """What a turn without an answer means: the end, unless less can be sent or a last turn is left."""
        if given.failure is None:
            return Ending(how="missing") if final else None
        if given.failure.remedy == "shrink" and any(isinstance(said, ToolsSaid) for said in self.messages):
            self._guard.distrust(estimate(self._question(final=final)))
            return None
        return Ending(how="failed", failure=given.failure)

    def _call(self, turn: TurnRecorder, answer: Answer, *, final: bool) -> str | None:
        """Do what the model asked for, tell it the results, and give its report if it handed one in."""
        handed_in: str | None = None
        others = [call for call in answer.calls if not self._is_report(call)]
        told = iter(self._use(turn, others, final=final))
        results = []
        for call in answer.calls:
            if self._is_report(call):
                content, words = report.hand_in(turn, call)
                handed_in = handed_in or content
            else:
                words = next(told)
            results.append(Result(call_id=call.id, text=words))
        if results:
            self.messages.append(ToolsSaid(tuple(results)))
        return handed_in

    def _is_report(self, call: Call) -> bool:
        return self._reports and call.name == FINAL_REPORT

    def _use(self, turn: TurnRecorder, calls: list[Call], *, final: bool) -> list[str]:
        """The results of tools; in the last turn there are no tools to be had."""
        if not final:
            return self._toolbox.call_all(turn, calls)
        left = (FINAL_REPORT,) if self._reports else ()
        return [unknown_tool(turn, call.name, call.arguments, call.id, left) for call in calls]

    def _question(self, *, final: bool) -> Question:
        """What a model is asked now."""
        tools = self._toolbox.schemas()
        parts = [self._definition.system]
        if self._reports:
            tools = (report.REPORT_SCHEMA,) if final else (*tools, report.REPORT_SCHEMA)
            parts.append(REPORT_TURN if final else TASK)
        elif final:
            parts.append(FINAL_TURN)
        return Question(
            system="\n\n".join(part for part in parts if part),
            messages=tuple(self.messages),
            tools=tools,
            may_call=self._reports or not final,
        )
