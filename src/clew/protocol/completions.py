"""The endpoint `POST /v1/chat/completions`: from a request to the reply that the script has for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from clew.protocol import openai

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Scenario
    from clew.protocol.script import Script


class CompletionsEndpoint:
    """Answers requests for chat completions from a script; safe to use from several threads."""

    def __init__(self, scenario: Scenario, script: Script, clock: Callable[[], float] = time.time) -> None:
        """Serve the answers of `script`, which belongs to `scenario`; `clock` gives seconds since the epoch."""
        self._scenario = scenario
        self._script = script
        self._clock = clock

    def reply(self, body: object, *, credential: str, number: int, label: str) -> Reply:
        """Reply to the `number`-th request, whose JSON value is `body`. `label` makes its ids unique."""
        if credential in self._scenario.rejected_keys:
            return openai.refusal(401, "Incorrect API key provided", label=label)
        try:
            request = openai.read(body)
        except msgspec.ValidationError as error:
            return openai.refusal(400, f"The request is not valid: {error}", label=label)
        answer = self._script.next(openai.asked(request))
        if answer is None:
            message = f"scenario {self._scenario.name} has no answer left for request {number}"
            return openai.refusal(400, message, label=label)
        return openai.reply(answer, request, created=int(self._clock()), label=label)
