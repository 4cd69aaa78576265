"""Promises of replays about addresses: whichever a recorded client has, it asks the record, and its own where live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anthropic
import msgspec
import openai
import pytest

import clew
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.instrument import anthropic as anthropic_hook
from clew.instrument import openai as openai_hook
from clew.instrument.switch import instrument
from clew.protocol import ModelServer, Scenario, load_scenario
from clew.protocol.scenario import Message, Text
from tests.instrument.sdks import WAYS, Way

EXAMPLES = Path(__file__).parents[2] / "examples" / "tools"
ANSWERS = Scenario(name="words", answers=tuple(Message(content=(Text(word),)) for word in ("Hello!", "Bye!", "Again!")))
ADDRESS_HEADER = "x-clew-own-address"


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way to ask a model."""
    way: Way = request.param
    return way


def _asked(way: Way, server: ModelServer, folder: Path, *, by_hand: bool = True) -> str:
    with clew.session(dir=folder) as session, session.turn():
        way.ask(server, retries=0, by_hand=by_hand)
    return session.session_id


@pytest.mark.parametrize("by_hand", [True, False], ids=["recorded", "instrumented"])
def test_a_client_with_an_address_of_its_own_asks_the_record(tmp_path: Path, way: Way, *, by_hand: bool) -> None:
    """Whichever SDK, endpoint and way: the provider hears nothing, and no record says where that would have been."""
    with ModelServer(ANSWERS) as server:
        original = _asked(way, server, tmp_path)
        with clew.replay(original, dir=tmp_path) as replay:
            if by_hand:
                again = _asked(way, server, tmp_path)
            else:
                with instrument():
                    again = _asked(way, server, tmp_path, by_hand=False)
        assert (replay.report.models, replay.report.live) == (1, 0)
        assert len(server.requests) == 1
    text = "".join(path.read_text("utf-8") for path in tmp_path.glob(f"session_{again}*"))
    assert server.base_url.partition("://")[2] not in text
    assert ADDRESS_HEADER not in text


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_a_client_that_was_made_before_asks_the_record(tmp_path: Path, provider: str) -> None:
    """One of the module under test, say, or a copy of it; when the replay is over it asks its provider again."""
    with ModelServer(ANSWERS) as server, _client(provider, server) as client:

        def ask(client: Any) -> str:  # noqa: ANN401 - a client of either SDK
            with clew.session(dir=tmp_path) as session, session.turn():
                _ask(client, "hello")
            return session.session_id

        original = ask(client)
        for asking in (client, client.with_options(timeout=60).copy()):
            with clew.replay(original, dir=tmp_path):
                ask(asking)
        assert len(server.requests) == 1
        ask(client)
        assert len(server.requests) == 2


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_what_is_live_goes_to_the_address_of_the_client(tmp_path: Path, provider: str) -> None:
    """Not to the one that the environment names; what led the request to the replay stays behind."""
    with ModelServer(ANSWERS) as server, ModelServer(ANSWERS) as elsewhere:

        def talk(words: str) -> str:
            with _client(provider, server) as client, clew.session(dir=tmp_path) as session:
                for said in ("hello", words):
                    with session.turn(user_input=said):
                        _ask(client, said)
            return session.session_id

        original = talk("bye")
        providers = {"anthropic": elsewhere.base_url, "openai": elsewhere.openai_url}
        with clew.replay(original, dir=tmp_path, until="1", providers=providers) as replay:
            talk("see you")
        assert (replay.report.models, replay.report.live) == (1, 1)
        assert len(elsewhere.requests) == 0
        assert [said.body["messages"][0]["content"] for said in server.requests] == ["hello", "bye", "see you"]
        assert server.requests[-1].path == server.requests[0].path
        assert server.requests[-1].headers["host"] == server.base_url.partition("://")[2]
        assert ADDRESS_HEADER not in server.requests[-1].headers


def test_a_replay_that_nobody_asks_says_what_may_be_wrong(tmp_path: Path) -> None:
    """A client that is not recorded and has an address of its own asks its provider: that is told as it is."""
    request: Any = {"model": "m-1", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
    with (
        ModelServer(ANSWERS) as server,
        anthropic.Anthropic(base_url=server.base_url, api_key="k") as plain,
        clew.session(dir=tmp_path) as session,
    ):
        with session.turn():
            anthropic_hook.record(plain).messages.create(**request)
        session.end()
        with (
            pytest.raises(clew.errors.ReplayDiverged, match="no request to a model reached the replay; the client may"),
            clew.replay(session.session_id, dir=tmp_path),
        ):
            plain.messages.create(**request)


def test_the_agent_of_a_file_with_an_address_asks_the_record(tmp_path: Path) -> None:
    """What the file says is the address of its client, and not asked either."""
    script = load_scenario(EXAMPLES / "scenarios" / "shipped.toml")
    definition = load_definition(EXAMPLES / "shop.toml")
    with ModelServer(script) as server:
        models = tuple(msgspec.structs.replace(model, base_url=server.base_url) for model in definition.models)
        agent = msgspec.structs.replace(definition, models=models)
        original = run_errand(agent, "Where is order 17?", folder=tmp_path).session_id
        asked = len(server.requests)
        with clew.replay(original, dir=tmp_path) as replay:
            run_errand(agent, "Where is order 17?", folder=tmp_path)
        assert (replay.report.models, len(server.requests)) == (asked, asked)


def _client(provider: str, server: ModelServer) -> Any:  # noqa: ANN401 - a client of either SDK
    if provider == "anthropic":
        return anthropic_hook.record(anthropic.Anthropic(base_url=server.base_url, api_key="k"))
    return openai_hook.record(openai.OpenAI(base_url=server.openai_url, api_key="k"))


def _ask(client: Any, words: str) -> None:  # noqa: ANN401 - a client of either SDK
    messages: list[Any] = [{"role": "user", "content": words}]
    if isinstance(client, anthropic.Anthropic):
        client.messages.create(model="m-1", max_tokens=9, messages=messages)
    else:
        client.chat.completions.create(model="m-1", messages=messages)
