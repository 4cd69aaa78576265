"""An endpoint at which a scripted model answers: from a request to the reply that the script has for it.

What all of them do stands here: a revoked key, a request that is none and a scenario that is used up are refused in
the provider's own form. An endpoint of a provider reads the request and makes the reply.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Answer, Scenario
    from clew.protocol.script import Asked, Script

Request = TypeVar("Request")


class Endpoint(ABC, Generic[Request]):
    """Answers requests from a script; safe to use from several threads."""

    wrong_key: str
    """What is said of a key that is not accepted."""

    def __init__(self, scenario: Scenario, script: Script) -> None:
        """Serve the answers of `script`, which belongs to `scenario`."""
        self._scenario = scenario
        self._script = script

    def reply(self, body: object, *, credential: str, number: int, label: str) -> Reply:
        """Reply to the `number`-th request, whose JSON value is `body`. `label` makes its ids unique."""
        if credential in self._scenario.rejected_keys:
            return self.refuse(401, self.wrong_key, label=label)
        try:
            request = self.read(body)
        except msgspec.ValidationError as error:
            return self.refuse(400, f"The request is not valid: {error}", label=label)
        return self.scripted(request, number=number, label=label)

    @abstractmethod
    def read(self, body: object) -> Request:
        """Read a request, or raise `msgspec.ValidationError` if it is not one."""

    @abstractmethod
    def scripted(self, request: Request, *, number: int, label: str) -> Reply:
        """Reply to a request as the script says."""

    @abstractmethod
    def refuse(self, status: int, message: str, *, label: str) -> Reply:
        """Make the reply with which the API itself turns a request down."""

    def take(self, asked: Asked, number: int, label: str) -> Answer | Reply:
        """Take the next answer of the script; a refusal if there is none left."""
        answer = self._script.next(asked)
        if answer is None:
            words = f"scenario {self._scenario.name} has no answer left for request {number}"
            return self.refuse(400, words, label=label)
        return answer
