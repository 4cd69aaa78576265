"""The scripted model server: which path belongs to which provider, and what was asked."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any
from zlib import crc32

from clew.protocol import anthropic
from clew.protocol.completions import CompletionsEndpoint
from clew.protocol.loopback import Loopback
from clew.protocol.messages import MessagesEndpoint
from clew.protocol.received import ReceivedRequest, credential, json_or_none, without_credentials
from clew.protocol.responses_endpoint import ResponsesEndpoint
from clew.protocol.script import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.endpoint import Endpoint
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Answer, Scenario


class ModelServer(Loopback):
    """A model provider on loopback that answers from a scenario: `with ModelServer(scenario) as server: ...`."""

    requests: list[ReceivedRequest]
    """What was asked so far, in the order of arrival."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to serve `scenario`; `sleep` takes seconds and `clock` gives seconds since the epoch."""
        super().__init__(sleep=sleep)
        self.requests = []
        self._lock = Lock()
        self._clock = clock
        self._script = Script(scenario)
        self._endpoints: dict[str, Endpoint[Any]] = {
            "/v1/messages": MessagesEndpoint(scenario, self._script),
            "/v1/chat/completions": CompletionsEndpoint(scenario, self._script, clock),
            "/v1/responses": ResponsesEndpoint(scenario, self._script, clock),
        }
        self._mark = f"{crc32(scenario.name.encode()):08x}"

    @property
    def unserved(self) -> list[Answer]:
        """The answers of the scenario nobody has asked for yet."""
        return self._script.unserved

    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Record a request that has arrived whole, and find the reply to it."""
        path, _, query = target.partition("?")
        received = ReceivedRequest(
            method=method,
            path=path,
            query=query,
            headers=without_credentials(headers),
            body=json_or_none(data),
            at=self._clock(),
        )
        with self._lock:
            self.requests.append(received)
            number = len(self.requests)
        return self._route(received, credential(headers), number)

    def _route(self, received: ReceivedRequest, key: str, number: int) -> Reply:
        label = f"{self._mark}{number:04d}"
        endpoint = self._endpoints.get(received.path) if received.method == "POST" else None
        if endpoint is None:
            return anthropic.refusal(404, f"No {received.method} {received.path} here", label=label)
        return endpoint.reply(received.body, credential=key, number=number, label=label)
