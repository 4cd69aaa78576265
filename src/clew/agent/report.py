"""The final report: what a task leaves behind, and where it comes from.

=============  ======================================================================
``tool``       the model handed it in
``answer``     the agent needs none, and the model's last words are its result
``text``       the model would not hand one in, so its last words are taken for it
``synthetic``  there is nothing to report but that the task failed
=============  ======================================================================

A session can have a report and fail: a synthetic one says nothing but that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from clew.agent.definition import FINAL_REPORT
from clew.agent.refusal import invalid_parameters
from clew.agent.toolbox import ToolSchema
from clew.model.catalog import find_slug
from clew.record.standin import instrumented, stand_in_result

if TYPE_CHECKING:
    from clew.agent.dialogue import Call
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

Source = Literal["tool", "answer", "text", "synthetic"]
"""Where a report comes from."""

REPORT_SCHEMA = ToolSchema(
    name=FINAL_REPORT,
    description="Hands in the result of the task and ends it.",
    parameters={
        "type": "object",
        "properties": {"content": {"type": "string", "description": "The result, in Markdown."}},
        "required": ["content"],
    },
)
"""The tool with which a task ends."""

instrumented(FINAL_REPORT)
_SORRY = "Something went wrong. Please try again."


def hand_in(turn: TurnRecorder, call: Call) -> tuple[str | None, str]:
    """Take the call with which a model hands its report in: the report, if it is one, and what the model is told."""
    content = call.arguments.get("content") if isinstance(call.arguments, dict) else None
    with turn.tool(call.name, call.arguments, call_id=call.id) as tool:
        stand_in_result(call.name, None, call.arguments, call.id)  # taking it is all there is to do; a replay knows
        if isinstance(content, str) and content.strip():
            tool.respond("accepted")
            return content, "accepted"
        return None, invalid_parameters(tool, "The report needs a text that is not empty, as `content`.")


def receive(session: SessionRecorder, content: str, source: Source) -> None:
    """Record a report that the model meant to be one."""
    session.log("final_report.received", source=source)
    _record(session, content, source)


def extract(session: SessionRecorder, content: str) -> None:
    """Record the last words of a model that would not hand a report in."""
    session.log("final_report.extracted", "the model's last words are taken for its report")
    _record(session, content, "text")


def miss(session: SessionRecorder, words: str) -> None:
    """Record that a model that could have handed a report in did not."""
    session.fail(words, slug="final_report.missing")


def synthesise(session: SessionRecorder, slug: str | None) -> None:
    """Record a report that says nothing but that the task failed, in the public words of what it failed of."""
    session.log("final_report.synthetic", reason=slug)
    _record(session, public_sentence(slug), "synthetic")


def public_sentence(slug: str | None) -> str:
    """What a user may be told of a failure; nothing internal is in it."""
    declared = find_slug(slug) if slug is not None else None
    return declared.public if declared is not None else _SORRY


def _record(session: SessionRecorder, content: str, source: Source) -> None:
    report: dict[str, Any] = {"format": "markdown", "content": content, "source": source}
    session.final_report(report)
