"""The endpoint `POST /v1/chat/completions`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from clew.protocol import openai
from clew.protocol.endpoint import Endpoint
from clew.protocol.openai import CompletionRequest
from clew.protocol.openai_http import WRONG_KEY, refusal
from clew.protocol.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.scenario import Scenario
    from clew.protocol.script import Script


class CompletionsEndpoint(Endpoint[CompletionRequest]):
    """OpenAI's chat completions."""

    wrong_key = WRONG_KEY

    def __init__(self, scenario: Scenario, script: Script, clock: Callable[[], float] = time.time) -> None:
        """Serve the answers of `script`, which belongs to `scenario`; `clock` gives seconds since the epoch."""
        super().__init__(scenario, script)
        self._clock = clock

    def read(self, body: object) -> CompletionRequest:
        """Read a request."""
        return openai.read(body)

    def refuse(self, status: int, message: str, *, label: str) -> Reply:
        """Turn a request down."""
        return refusal(status, message, label=label)

    def scripted(self, request: CompletionRequest, *, number: int, label: str) -> Reply:
        """Reply."""
        answer = self.take(openai.asked(request), number, label)
        if isinstance(answer, Reply):
            return answer
        return openai.reply(answer, request, created=int(self._clock()), label=label)
