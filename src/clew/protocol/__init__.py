"""A model provider on loopback: real HTTP, scripted answers.

An application's SDK talks to it through `base_url` as it would to the provider, so what is tested is the whole way from
the call to the bytes and back; nothing is replaced inside the process. What is answered stands in a *scenario*.

    scenario.py   what a scenario is and how its file is read
    script.py     which answer is next for which conversation
    reply.py      an answer as HTTP: status, headers, pieces, and how it ends
    anthropic.py  pure functions between answers and the Messages API; anthropic_stream.py its server-sent events
    messages.py   the endpoint `POST /v1/messages`: keys, server-side threads, the script
    openai.py     the same between answers and OpenAI's chat completions; openai_stream.py their server-sent events
    completions.py  the endpoint `POST /v1/chat/completions`
    breakage.py   how an answer breaks off, whatever the provider
    received.py   what the server was asked, for tests to look at
    server.py     the scripted server: which path belongs to which provider
    loopback.py   sockets; the base of whatever answers in a provider's place
"""

from __future__ import annotations

from clew.protocol.received import ReceivedRequest
from clew.protocol.scenario import Scenario, load_scenario
from clew.protocol.server import ModelServer

__all__ = ["ModelServer", "ReceivedRequest", "Scenario", "load_scenario"]
