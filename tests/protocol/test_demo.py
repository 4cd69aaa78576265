"""The demo's scenarios, played to their end by the official SDK with its own memory tool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic import beta_tool
from anthropic.tools import BetaLocalFilesystemMemoryTool

import clew.protocol
from clew.protocol import ModelServer, load_scenario
from clew.protocol.scenario import Message, Scenario

DEMO = Path(clew.protocol.__file__).parents[1] / "agent" / "demo"


class Agent:
    """A conversation with the SDK's tool runner that keeps every message, results of tools included."""

    def __init__(self, client: anthropic.Anthropic, system: str, tools: list[Any]) -> None:
        self._options: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 1000, "system": system}
        self._client = client
        self._tools = tools
        self.messages: list[Any] = []

    def say(self, words: str) -> str:
        """Say something, let the tools run, and give the last words of the model."""
        self.messages.append({"role": "user", "content": words})
        runner = self._client.beta.messages.tool_runner(
            **self._options, tools=self._tools, messages=self.messages, thread=False
        )
        for reply in runner:
            results = runner.generate_tool_call_response()
            self.messages += [{"role": "assistant", "content": reply.content}, *([results] if results else [])]
        return "".join(block.text for block in reply.content if block.type == "text")

    def results(self) -> list[Any]:
        """Every result of a tool so far."""
        users = [message["content"] for message in self.messages if message["role"] == "user"]
        return [block for content in users if isinstance(content, list) for block in content]


@pytest.fixture
def memory(tmp_path: Path) -> BetaLocalFilesystemMemoryTool:
    """Give an empty memory on disk."""
    return BetaLocalFilesystemMemoryTool(base_path=str(tmp_path))


@contextmanager
def _play(name: str) -> Iterator[tuple[ModelServer, anthropic.Anthropic]]:
    with (
        ModelServer(_scenario(name)) as server,
        anthropic.Anthropic(base_url=server.base_url, api_key="test") as client,
    ):
        yield server, client
        assert server.unserved == []


def _scenario(name: str) -> Scenario:
    return load_scenario(DEMO / f"{name}.toml")


def test_the_clean_conversation_leaves_a_memory(memory: BetaLocalFilesystemMemoryTool, tmp_path: Path) -> None:
    """The model looks into its memory, notes the preferences in a real file, and answers twice."""
    with _play("memory") as (_, client):
        agent = Agent(client, "You have a memory.", [memory])
        assert agent.say("Hello! I am Ada. Short answers and metric units, please.").startswith("Hello Ada!")
        assert agent.say("How far is it from Bern to Zermatt?").startswith("About 130 km")
    assert "metric units" in (tmp_path / "memories" / "user_preferences.md").read_text("utf-8")
    assert [result.get("is_error", False) for result in agent.results()] == [False, False]


def test_the_bad_start_ends_well(memory: BetaLocalFilesystemMemoryTool) -> None:
    """The first request is retried after 429, the first tool call fails for want of a file, the model recovers."""
    with _play("retry") as (server, client):
        agent = Agent(client, "You have a memory.", [memory])
        assert agent.say("What did I plan for my trip to Lisbon?").startswith("I find no notes")
        retries = [request.headers["x-stainless-retry-count"] for request in server.requests]
    assert retries == ["0", "1", "0", "0"]
    failed, listed = agent.results()
    assert failed["is_error"] is True
    assert "does not exist" in str(failed["content"])
    assert not listed.get("is_error", False)


def test_the_researcher_is_an_agent_inside_a_tool_call(memory: BetaLocalFilesystemMemoryTool) -> None:
    """The parent's tool is an agent of its own, served from the same scenario by its system prompt."""
    with _play("subagent") as (server, client):

        @beta_tool
        def researcher(task: str) -> str:
            """Find something out.

            Args:
                task: What to find out.
            """
            return Agent(client, "You are a researcher.", [memory]).say(task)

        agent = Agent(client, "You delegate.", [researcher])
        assert agent.say("Which of my open questions did we already answer?").startswith("None so far")
        systems = [request.body["system"] for request in server.requests]
    assert systems == ["You delegate.", "You are a researcher.", "You are a researcher.", "You delegate."]
    assert "no questions yet" in str(agent.results()[0]["content"])


@pytest.mark.parametrize("name", ["memory", "retry"])
def test_the_cache_counts_add_up(name: str) -> None:
    """Each answer reads from the cache exactly what the answers before it left there, as with the real API."""
    usages = [answer.usage for answer in _scenario(name).answers if isinstance(answer, Message)]
    for before, after in pairwise(usages):
        cached = before.cache_read_input_tokens + before.cache_creation_input_tokens
        assert after.cache_read_input_tokens == cached
        assert after.cache_creation_input_tokens > before.output_tokens
