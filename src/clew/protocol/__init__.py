"""A model provider on loopback: real HTTP, scripted answers.

An application's SDK talks to it through `base_url` as it would to the provider, so what is tested is the whole way from
the call to the bytes and back; nothing is replaced inside the process. What is answered stands in a *scenario*.

    scenario.py   what a scenario is and how its file is read
    script.py     which answer is next for which conversation
    reply.py      an answer as HTTP: status, headers, pieces, and how it ends
    breakage.py   how an answer breaks off, whatever the provider
    endpoint.py   an endpoint: keys, requests that are none, the script

    anthropic.py  pure functions between answers and the Messages API; anthropic_stream.py its server-sent events
    messages.py   the endpoint `POST /v1/messages`, with its server-side threads
    openai.py     the same between answers and OpenAI's chat completions; openai_stream.py their server-sent events
    completions.py  the endpoint `POST /v1/chat/completions`
    responses.py  the same between answers and OpenAI's responses; responses_stream.py their server-sent events
    responses_endpoint.py  the endpoint `POST /v1/responses`, with the conversations that it remembers
    openai_http.py  what OpenAI's two endpoints have in common

    received.py   what the server was asked, for tests to look at
    server.py     the scripted server: which path belongs to which provider
    loopback.py   sockets; the base of whatever answers in a provider's place
"""

from __future__ import annotations

from clew.protocol.received import ReceivedRequest
from clew.protocol.scenario import Scenario, load_scenario
from clew.protocol.server import ModelServer

__all__ = ["ModelServer", "ReceivedRequest", "Scenario", "load_scenario"]
