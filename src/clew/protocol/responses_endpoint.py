"""The endpoint `POST /v1/responses`.

It remembers what a conversation told the system, because a request that goes on from an earlier response has only what
is new: conditions on the system prompt hold for all of it. Instructions are each request's own, as with the real one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from clew.protocol import responses
from clew.protocol.endpoint import Endpoint
from clew.protocol.openai_http import WRONG_KEY, refusal
from clew.protocol.reply import Reply
from clew.protocol.responses import ResponseRequest
from clew.protocol.scenario import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.scenario import Scenario
    from clew.protocol.script import Script


class ResponsesEndpoint(Endpoint[ResponseRequest]):
    """OpenAI's Responses API."""

    wrong_key = WRONG_KEY

    def __init__(self, scenario: Scenario, script: Script, clock: Callable[[], float] = time.time) -> None:
        """Serve the answers of `script`, which belongs to `scenario`; `clock` gives seconds since the epoch."""
        super().__init__(scenario, script)
        self._clock = clock
        self._told: dict[str, str] = {}

    def read(self, body: object) -> ResponseRequest:
        """Read a request."""
        return responses.read(body)

    def refuse(self, status: int, message: str, *, label: str) -> Reply:
        """Turn a request down."""
        return refusal(status, message, label=label)

    def scripted(self, request: ResponseRequest, *, number: int, label: str) -> Reply:
        """Reply, and remember what the system was told."""
        before = request.previous_response_id
        if before is not None and before not in self._told:
            return self.refuse(400, f"Previous response with id '{before}' not found.", label=label)
        earlier = self._told.get(before or "", "")
        answer = self.take(responses.asked(request, earlier), number, label)
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, Message):
            told = "\n".join(filter(None, (earlier, responses.system_of(request))))
            self._told[responses.response_id(answer, label)] = told
        return responses.reply(answer, request, created=int(self._clock()), label=label)
