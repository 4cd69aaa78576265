"""Promises of going on live: what comes after the recorded part is handed to the real provider, by TLS as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic
import openai
import pytest

import clew
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text
from clew.replay.upstream import forward
from tests.replay.clerk import SCENARIO, Clerk
from tests.replay.plays import WAYS, Way
from tests.replay.tls import certificate, https

if TYPE_CHECKING:
    from pathlib import Path

LIVE = Scenario(name="live", answers=(Message(content=(Text("Live!"),)),))


@pytest.mark.parametrize("way", WAYS, ids=[way.name.replace(" ", "-") for way in WAYS])
def test_what_comes_after_a_node_is_asked_for_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    """To the address that the environment names, with the client's own key, and streamed if the client wants that."""
    with ModelServer(SCENARIO) as server:
        session_id = Clerk(way=way).perform(server.base_url, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path)))
    clerk = Clerk(way=way)
    with ModelServer(LIVE) as provider:
        address = https(provider, tmp_path / "loopback.pem")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
        with clew.replay(session_id, dir=tmp_path, until="1", patience=60.0) as replay:
            again = clerk.perform(replay.base_url, tmp_path)
        (request,) = provider.requests
    assert len(request.body["messages"]) > 2
    assert (replay.report.models, replay.report.tools, replay.report.live, clerk.called) == (1, 2, 1, [])
    last = clew.load(again, dir=tmp_path).turns[-1].llm_response
    assert last is not None
    assert last.text == "Live!"


@pytest.mark.parametrize("way", [WAYS[0], WAYS[-1]], ids=["anthropic", "openai"])
def test_a_provider_that_cannot_prove_who_it_is_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    """A certificate that nobody vouches for: the client sees a connection that is lost, the provider no request."""
    with ModelServer(SCENARIO) as server:
        session_id = Clerk(way=way).perform(server.base_url, tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with ModelServer(LIVE) as provider:
        address = https(provider, certificate(tmp_path))
        monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
        with (
            pytest.raises((anthropic.APIConnectionError, openai.APIConnectionError)),
            clew.replay(session_id, dir=tmp_path, until="1", patience=60.0) as replay,
        ):
            Clerk(way=way).perform(replay.base_url, tmp_path)
        assert provider.requests == []


def test_nobody_at_an_address_is_a_lost_connection() -> None:
    """As it would be for the client itself."""
    with ModelServer(LIVE) as server:
        gone = server.base_url
    reply = forward(gone, "/v1/messages", {}, b"{}")
    assert (reply.status, reply.ending) == (None, "close")
