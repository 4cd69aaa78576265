"""One task that ends with a report the model must hand in.

Text alone reaches nobody here: an answer without a tool call is rejected and asked for again in the same turn, with a
reminder. The transport was content with such an answer and the agent is not, so the attempt that the client's
middleware recorded last gets its verdict here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import clew
from clew.agent.conversation import MAX_TOKENS, MAX_TURNS, text_of
from clew.agent.prompts import REPORT_REMINDER, TASK
from clew.agent.tool import run_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anthropic import Anthropic
    from anthropic.types import Message, MessageParam, ToolParam, ToolUseBlock

    from clew.agent.tool import Tool
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

MAX_ATTEMPTS = 3
"""How often a turn asks for a tool call before it gives up."""

FINAL_REPORT: ToolParam = {
    "name": "final_report",
    "description": "Hands in the result of the task and ends it.",
    "input_schema": {
        "type": "object",
        "properties": {"content": {"type": "string", "description": "The result, in Markdown."}},
        "required": ["content"],
    },
}
"""The tool with which a task ends."""


class Task:
    """A task and the messages in which it is worked on."""

    def __init__(
        self, client: Anthropic, *, model: str, tools: Sequence[Tool] = (), max_turns: int = MAX_TURNS
    ) -> None:
        self._client = client
        self._model = model
        self._tools = {tool.name: tool for tool in tools}
        self._max_turns = max_turns
        self._messages: list[MessageParam] = []

    def perform(self, session: SessionRecorder, task: str) -> str | None:
        """Work on a task until its report is there, and return the report; ``None`` if none was to be had."""
        self._messages = [{"role": "user", "content": task}]
        action: clew.Action | None = clew.Action(type="message", content=task)
        for _ in range(self._max_turns):
            with session.turn(action=action) as turn:
                message = self._exchange(turn)
                calls = [block for block in message.content if block.type == "tool_use"]
                if not calls:
                    return _extracted(session, message)
                if report := self._report(session, turn, calls):
                    return report
                results = [run_tool(turn, self._tools, block) for block in calls]
            self._messages.append({"role": "user", "content": results})
            action = None
        clew.log("final_report.missing", f"no report after {self._max_turns} turns")
        return None

    def _exchange(self, turn: TurnRecorder) -> Message:
        """Ask until the model calls a tool, or has been asked often enough."""
        for left in reversed(range(MAX_ATTEMPTS)):
            message: Message = self._client.messages.create(**self._request())
            called = any(block.type == "tool_use" for block in message.content)
            if not called and turn.last_attempt is not None:
                turn.last_attempt.reject("llm.synthetic_retry" if message.content else "llm.empty_response")
            self._messages.append({"role": "assistant", "content": message.content})
            if called or not left:
                break
            self._messages.append({"role": "user", "content": REPORT_REMINDER})
        return message

    def _request(self) -> dict[str, Any]:
        return {
            "max_tokens": MAX_TOKENS,
            "messages": list(self._messages),
            "model": self._model,
            "system": TASK,
            "tools": [*(tool.definition() for tool in self._tools.values()), FINAL_REPORT],
        }

    def _report(self, session: SessionRecorder, turn: TurnRecorder, calls: list[ToolUseBlock]) -> str | None:
        """The report, if the model hands one in."""
        for block in calls:
            if block.name == FINAL_REPORT["name"] and isinstance(content := block.input.get("content"), str):
                with turn.tool(block.name, block.input, call_id=block.id) as tool:
                    tool.respond("accepted")
                session.final_report({"format": "markdown", "content": content})
                return content
        return None


def _extracted(session: SessionRecorder, message: Message) -> str | None:
    """The text of a model that would not call a tool, taken for its report."""
    text = text_of(message)
    if not text:
        clew.log("final_report.missing", "the model neither reported nor said anything")
        return None
    clew.log("final_report.extracted", "the model's text is taken for its report")
    session.final_report({"format": "markdown", "content": text, "source": "text"})
    return text
