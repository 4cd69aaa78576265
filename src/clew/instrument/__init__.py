"""Hooks into the SDKs that agents are built on: one file per SDK, so that importing one asks for no other.

``clew.instrument()`` switches them on for all clients made after it, and is this package being called.

What the SDKs have in common is below them:

    sse.py            server-sent events out of bytes, however the bytes were cut
    event_stream.py   the same events in Amazon's framing
    assembly.py       Anthropic's stream events, put together to the message they stand for
    completion.py     OpenAI's stream events, put together to the chat completion they stand for
    responses.py      the events of OpenAI's responses, put together to the response they stand for
    openai_usage.py   the tokens of an answer of OpenAI's
    stream.py         a tee: the host reads its bytes, the record hears them too
    spoken.py         what a conversation says, whatever the provider
    asks.py           the calls that models asked for and nobody has recorded yet
    broken_off.py     calls that were asked for and whose result never came
    conversations.py  turns, found from what is sent to a model
    automatic.py      the session for calls outside any
    setting.py        what the first request says that the agent is set up with
    place.py          where an exchange belongs: the attempt, turn or step in force, or a turn that is found
    dialect.py        what differs between providers, as a value
    exchange.py       one HTTP attempt on its way into the record

What applications meet:

    anthropic.py      the middleware of the `anthropic` SDK
    openai.py         the clients of the `openai` SDK; openai_transport.py what records their requests
    mcp.py            the tool calls of MCP clients
    arrival.py        doing something to a module when it is there
    switch.py         ``clew.instrument()``
    calls.py          where a call of a tool belongs
    functions.py      a function, generator or coroutine function that is recorded
    given_back.py     a recorded result in the form that a function gives back
    tools.py          ``@clew.tool``
    agents.py         ``@clew.agent``
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clew.instrument.switch import Instrumentation


class _Package(ModuleType):
    """A package that can be called, since its own name is the name of what applications call."""

    def __call__(self, *sdks: str, **options: Any) -> Instrumentation:  # noqa: ANN401 - see `switch.instrument`
        from clew.instrument.switch import instrument  # noqa: PLC0415 - importing the hook of one SDK need not load it

        return instrument(*sdks, **options)


sys.modules[__name__].__class__ = _Package
