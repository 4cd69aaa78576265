"""A session as its user saw it: what was typed and what was answered, nothing else.

No tool calls, no steps, no reasoning, no system prompt, no child sessions, no entries. A failure is told as users are
told of it: the sentence of the catalog and the incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from clew.model.catalog import find_slug
from clew.text.clean import clean
from clew.text.row import Row, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.payload import Payload
    from clew.model.session import Session, Turn

_NAMES = {"user": "You", "assistant": "Assistant", "notice": "Notice"}
_GENERAL = "Something went wrong. Please try again."


class Message(NamedTuple):
    """One message."""

    role: Literal["user", "assistant", "notice"]
    """Who speaks; a notice tells of a failure."""
    at: float
    """Milliseconds since the epoch."""
    text: str
    """What was said."""


def messages(session: Session) -> list[Message]:
    """The messages of a session, in order."""
    found = [message for turn in session.turns for message in _of_turn(turn)]
    fin = session.fin
    report = _report(fin.final_report if fin is not None else None)
    if fin is not None and report and all(message.text.strip() != report.strip() for message in found):
        found.append(Message("assistant", fin.started_at, report))
    if fin is not None and fin.success is False:
        failure = fin.failure
        slug = find_slug(failure.slug) if failure is not None and failure.slug else None
        sentence = slug.public if slug is not None else _GENERAL
        incident = f" (incident {failure.incident})" if failure is not None and failure.incident else ""
        found.append(Message("notice", fin.ended_at or fin.started_at, sentence + incident))
    return found


def transcript(session: Session) -> list[Row]:
    """The rows of a transcript: who speaks, and below it what was said."""
    rows: list[Row] = []
    for message in messages(session):
        rows += [(), (Span(_NAMES[message.role], "title"),)]
        rows += [(Span(line),) for line in clean(message.text).splitlines()]
    return rows[1:]


def _of_turn(turn: Turn) -> Iterator[Message]:
    action = turn.action
    if action is not None and action.type == "message":
        text = _spoken(action.content)
        if text:
            yield Message("user", turn.started_at, text)
    response = turn.llm_response
    if response is not None and response.text.strip():
        yield Message("assistant", turn.ended_at or turn.started_at, response.text)


def _spoken(content: Payload | None) -> str:
    """The text of what a user typed: a string, or the text blocks of a message."""
    value: Any = None if content is None else content.value
    if isinstance(value, dict):
        value = value.get("content", value.get("text"))
    if isinstance(value, list):
        texts = [
            block.get("text") for block in value if isinstance(block, dict) and block.get("type", "text") == "text"
        ]
        value = "\n".join(text for text in texts if isinstance(text, str))
    return value if isinstance(value, str) else ""


def _report(report: Payload | None) -> str:
    value: Any = None if report is None else report.value
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else ""
