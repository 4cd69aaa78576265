"""The endpoint `POST /v1/messages`: from a request to the reply that the script has for it.

Server-side threads are the one thing it remembers. An SDK's tool runner sends the system prompt once, with
`thread: {"type": "create"}`, and from then on only new messages and the id of the reply it continues from. A condition
on the system prompt must hold for the whole thread, so the endpoint keeps the prompt of every reply it sent into one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.protocol import anthropic
from clew.protocol.scenario import Message

if TYPE_CHECKING:
    from clew.protocol.anthropic import MessagesRequest
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Scenario
    from clew.protocol.script import Script


class MessagesEndpoint:
    """Answers requests to the Messages API from a script; safe to use from several threads."""

    def __init__(self, scenario: Scenario, script: Script) -> None:
        """Serve the answers of `script`, which belongs to `scenario`."""
        self._scenario = scenario
        self._script = script
        self._systems: dict[str, str] = {}

    def reply(self, body: object, *, credential: str, number: int, label: str) -> Reply:
        """Reply to the `number`-th request, whose JSON value is `body`. `label` makes its ids unique."""
        if credential in self._scenario.rejected_keys:
            return anthropic.refusal(401, "invalid x-api-key", label=label)
        try:
            request = anthropic.read(body)
        except msgspec.ValidationError as error:
            return anthropic.refusal(400, f"The request is not valid: {error}", label=label)
        return self._scripted(request, number=number, label=label)

    def _scripted(self, request: MessagesRequest, *, number: int, label: str) -> Reply:
        thread = request.thread
        earlier = self._systems.get(thread.previous_message_id) if thread else None
        if thread and thread.type == "continue" and earlier is None:
            message = "No thread ends with previous_message_id"
            return anthropic.refusal(404, message, label=label, error_code="thread_not_found")
        asked = anthropic.asked(request, earlier)
        answer = self._script.next(asked)
        if answer is None:
            message = f"scenario {self._scenario.name} has no answer left for request {number}"
            return anthropic.refusal(400, message, label=label)
        if thread and isinstance(answer, Message):
            self._systems[anthropic.message_id(answer, label)] = asked.system
        return anthropic.reply(answer, model=request.model, stream=request.stream, label=label)
