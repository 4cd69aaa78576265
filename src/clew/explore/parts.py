"""The payloads of a node by name, in the order in which they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.entry_branch import logs_of
from clew.explore.part import Part
from clew.model.payload import Payload
from clew.model.session import Attempt, Fin, Init, Session, Step, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.log import LogEntry
    from clew.model.session import Node, Response

IN_FORCE = ("llm_request", "llm_response", "tool_request", "tool_response")
"""The payloads that were in force when a warning or an error was logged."""


def parts(node: Node) -> dict[str, Part]:
    """The payloads of a node itself, without those of its log entries."""
    return {name: Part(name, payload) for name, payload in _payloads(node) if payload is not None}


def log_parts(node: Node, place: int) -> dict[str, Part]:
    """The payloads of one of its log entries, as ``log 2 details`` or ``log 2 llm_request``."""
    entry = logs_of(node)[place]
    return {name: Part(name, payload) for name, payload in _of_entry(place, entry) if payload is not None}


def every_part(node: Node) -> dict[str, Part]:
    """All of them."""
    found = parts(node)
    for place in range(len(logs_of(node))):
        found |= log_parts(node, place)
    return found


def _payloads(node: Node) -> Iterator[tuple[str, Payload | None]]:
    if isinstance(node, Session):
        yield "system prompt", node.system_prompt
    elif isinstance(node, Init):
        yield "providers", node.config.providers
        yield "tools", node.config.tools
        yield "prompts", node.config.prompts
    elif isinstance(node, Fin):
        yield "report", node.final_report
    elif isinstance(node, Attempt):
        yield "request", node.request
        yield from _answer(node.response)
    elif isinstance(node, ToolCall):
        yield "request", node.request
        yield "response", node.response
        yield "accounting", node.accounting
    elif isinstance(node, Turn | Step):
        yield "content", node.action.content if node.action is not None else None
    yield "attributes", getattr(node, "attributes", None)


def _answer(response: Response | None) -> Iterator[tuple[str, Payload | None]]:
    """What was answered; what was streamed only where it says more than the message."""
    if response is None:
        return
    yield "response", response.payload
    if response.payload is None or response.partial:
        yield "streamed text", Payload(response.streamed_text) if response.streamed_text else None
        yield "streamed reasoning", Payload(response.streamed_reasoning) if response.streamed_reasoning else None


def _of_entry(place: int, entry: LogEntry) -> Iterator[tuple[str, Payload | None]]:
    yield f"log {place} details", entry.details
    for name in IN_FORCE:
        yield f"log {place} {name}", getattr(entry.context, name, None)
