"""Sketches: what makes a round, an attempt or a message recognisable in another session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.explore.comparison.fingerprint import fingerprint, steady
from clew.model.session import Step

if TYPE_CHECKING:
    from clew.model.payload import Payload
    from clew.model.session import Attempt, ToolCall, Turn

_EMPTY = fingerprint("")


class RoundSketch(NamedTuple):
    """A turn or a step."""

    label: str
    """The kind of a step."""
    name: str | None
    """The name of a step."""
    action: str | None
    """What the user did."""
    said: bytes | None
    """What he wrote."""
    answer: bytes
    """What the model answered in the end."""
    tools: tuple[tuple[str, str | None], ...]
    """Names and commands of the calls."""
    parameters: tuple[bytes, ...]
    results: tuple[bytes, ...]


class AttemptSketch(NamedTuple):
    """An attempt."""

    status: str
    verdict: str | None
    slugs: tuple[str, ...]
    answer: bytes


class CallSketch(NamedTuple):
    """A tool call."""

    name: str
    command: str | None
    parameters: bytes
    result: bytes


class MessageSketch(NamedTuple):
    """A message of a request."""

    role: object
    shape: tuple[object, ...]
    """Types of its blocks."""
    parts: frozenset[bytes]
    """What it is made of."""


def sketch_round(node: Turn | Step) -> RoundSketch:
    """What makes a turn or a step recognisable."""
    calls = [*map(sketch_call, node.tools)]
    return RoundSketch(
        label=node.kind if isinstance(node, Step) else "",
        name=node.name if isinstance(node, Step) else None,
        action=node.action.type if node.action is not None else None,
        said=_name(node.action.content) if node.action is not None else None,
        answer=_answer(node.attempts[-1]) if node.attempts else _EMPTY,
        tools=tuple((call.name, call.command) for call in calls),
        parameters=tuple(call.parameters for call in calls),
        results=tuple(call.result for call in calls),
    )


def sketch_attempt(attempt: Attempt) -> AttemptSketch:
    """What makes an attempt recognisable."""
    return AttemptSketch(attempt.status, attempt.verdict, attempt.slugs, _answer(attempt))


def sketch_call(call: ToolCall) -> CallSketch:
    """What makes a tool call recognisable."""
    return CallSketch(call.name, call.command, _name(call.request), _name(call.response))


def sketch_message(message: Any) -> MessageSketch:  # noqa: ANN401 - a JSON value
    """What makes a message recognisable, whichever provider's it is."""
    content = message.get("content", message.get("parts")) if isinstance(message, dict) else message
    blocks = content if isinstance(content, list) else [content]
    shape = tuple(block.get("type") if isinstance(block, dict) else type(block).__name__ for block in blocks)
    role = message.get("role", message.get("type")) if isinstance(message, dict) else None
    return MessageSketch(role, shape, frozenset(map(fingerprint, blocks)))


def round_likeness(one: RoundSketch, other: RoundSketch) -> float:
    """How much two rounds have in common; any two of one sort may correspond if nothing better does."""
    score = 1.0 + 2 * (one.action == other.action) + 2 * ((one.label, one.name) == (other.label, other.name))
    score += 3 * (one.said is not None and one.said == other.said)
    score += 3 * (one.answer == other.answer != _EMPTY)
    score += 2 * (one.tools == other.tools)
    score += 2 * (one.parameters == other.parameters != ())
    return score + (one.results == other.results != ())


def attempt_likeness(one: AttemptSketch, other: AttemptSketch) -> float:
    """How much two attempts have in common; what came of them counts most."""
    score = 1.0 + 4 * ((one.status, one.verdict) == (other.status, other.verdict))
    return score + (one.slugs == other.slugs) + 2 * (one.answer == other.answer != _EMPTY)


def message_likeness(one: MessageSketch, other: MessageSketch) -> float:
    """How much two messages have in common; those of two roles never correspond."""
    if one.role != other.role:
        return 0.0
    all_parts = len(one.parts | other.parts)
    return 1.0 + (one.shape == other.shape) + 3 * len(one.parts & other.parts) / max(1, all_parts)


def _answer(attempt: Attempt) -> bytes:
    return _EMPTY if attempt.response is None else fingerprint(attempt.response.text)


def _name(payload: Payload | None) -> bytes:
    return b"" if payload is None else fingerprint(steady(payload.value))
