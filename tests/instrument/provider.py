"""A provider on loopback, recorded clients that talk to it, and what was recorded of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic

import clew
from clew.instrument.anthropic import record
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Error, Message, Text, Thinking, ToolUse, Usage

if TYPE_CHECKING:
    from clew.model.payload import Payload
    from clew.model.session import Attempt, Session
    from clew.protocol.scenario import Answer
    from clew.record.session import SessionRecorder

KEY = "sk-ant-very-secret"
REQUEST: dict[str, Any] = {"model": "m-1", "max_tokens": 9, "messages": [{"role": "user", "content": "hëllo"}]}
USAGE = Usage(
    input_tokens=3,
    cache_read_input_tokens=50,
    cache_creation_input_tokens=7,
    output_tokens=20,
    thinking_tokens=4,
)
COUNTS = clew.Usage(input_tokens=3, cache_read_tokens=50, cache_write_tokens=7, output_tokens=20, reasoning_tokens=4)
HELLO = Message(content=(Text("Hello"),), usage=USAGE)
RICH = Message(
    content=(Thinking("hmm"), Text("Let me look."), ToolUse("memory", {"command": "view", "path": "/memories"})),
    usage=USAGE,
)
BUSY = Error(status=429, headers={"retry-after": "0.01"})
OVERLOADED = Error(status=529, headers={"retry-after": "0.01"})

open_clients: list[anthropic.Anthropic] = []
"""The clients that are still to be closed."""


def serve(*answers: Answer) -> ModelServer:
    """A server that gives these answers, one after the other."""
    return ModelServer(Scenario(name="test", answers=answers))


def client_of(server: ModelServer, *, retries: int = 2, **options: Any) -> anthropic.Anthropic:  # noqa: ANN401 - the SDK's
    """A recorded client, closed when the test ends."""
    open_clients.append(anthropic.Anthropic(base_url=server.base_url, api_key=KEY, max_retries=retries, **options))
    return record(open_clients[-1])


def async_client_of(server: ModelServer) -> anthropic.AsyncAnthropic:
    """A recorded client for ``async with``."""
    return record(anthropic.AsyncAnthropic(base_url=server.base_url, api_key=KEY))


def stream(client: anthropic.Anthropic) -> anthropic.types.Message:
    """Ask for a stream and read it to its end."""
    with client.messages.stream(**REQUEST) as answer:
        return answer.get_final_message()


def tree_of(session: SessionRecorder) -> Session:
    """What is recorded so far."""
    return clew.load(session.session_id, dir=session.dir)


def attempts_of(session: SessionRecorder) -> tuple[Attempt, ...]:
    """The attempts of the only turn."""
    (turn,) = tree_of(session).turns
    return turn.attempts


def value_of(payload: Payload | None) -> Any:  # noqa: ANN401 - a JSON value
    """The value of a payload that must be there."""
    assert payload is not None
    return payload.value
