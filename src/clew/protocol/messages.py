"""The endpoint `POST /v1/messages`.

Server-side threads are the one thing it remembers. An SDK's tool runner sends the system prompt once, with
`thread: {"type": "create"}`, and from then on only new messages and the id of the reply it continues from. A condition
on the system prompt must hold for the whole thread, so the endpoint keeps the prompt of every reply it sent into one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.protocol import anthropic
from clew.protocol.anthropic import MessagesRequest
from clew.protocol.endpoint import Endpoint
from clew.protocol.reply import Reply
from clew.protocol.scenario import Message

if TYPE_CHECKING:
    from clew.protocol.scenario import Scenario
    from clew.protocol.script import Script


class MessagesEndpoint(Endpoint[MessagesRequest]):
    """Anthropic's Messages API."""

    wrong_key = "invalid x-api-key"

    def __init__(self, scenario: Scenario, script: Script) -> None:
        """Serve the answers of `script`, which belongs to `scenario`."""
        super().__init__(scenario, script)
        self._systems: dict[str, str] = {}

    def read(self, body: object) -> MessagesRequest:
        """Read a request."""
        return anthropic.read(body)

    def refuse(self, status: int, message: str, *, label: str) -> Reply:
        """Turn a request down."""
        return anthropic.refusal(status, message, label=label)

    def scripted(self, request: MessagesRequest, *, number: int, label: str) -> Reply:
        """Reply, and remember the system prompt of a thread."""
        thread = request.thread
        earlier = self._systems.get(thread.previous_message_id) if thread else None
        if thread and thread.type == "continue" and earlier is None:
            message = "No thread ends with previous_message_id"
            return anthropic.refusal(404, message, label=label, error_code="thread_not_found")
        asked = anthropic.asked(request, earlier)
        answer = self.take(asked, number, label)
        if isinstance(answer, Reply):
            return answer
        if thread and isinstance(answer, Message):
            self._systems[anthropic.message_id(answer, label)] = asked.system
        return anthropic.reply(answer, model=request.model, stream=request.stream, label=label)
