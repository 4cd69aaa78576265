"""Plays: every scenario there is, each with an agent on the real SDKs that can be run against any address.

A play is recorded once with the scripted model server, and then run again as often as wanted, with nothing but the
record to answer it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import anthropic
import msgspec
import openai

import clew
from clew.agent import MODEL
from clew.agent.chat import Chat
from clew.agent.client import connect
from clew.agent.definition import Limits, load_definition
from clew.agent.demo import __main__ as demo
from clew.agent.errand import run_errand
from clew.agent.memory import Memory
from clew.instrument.anthropic import record as record_anthropic
from clew.instrument.openai import record as record_openai
from clew.protocol import ModelServer, Scenario, load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.record.session import SessionRecorder
    from clew.replay.rerun import Rerun

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SCENARIOS = ROOT / "tests" / "protocol" / "scenarios"
DEMO = Path(demo.__file__).parent
CALM = Limits(max_turns=4, max_attempts=3, timeout=60.0)
HASTY = Limits(max_turns=4, max_attempts=3, timeout=0.5)
"""For a model that is silent on purpose."""
MOST = 12
"""Requests of an agent that only asks."""


class Play(NamedTuple):
    """An agent and what it was recorded with."""

    name: str
    """What it is called in a report."""
    scenario: Scenario
    """What the model answers."""
    perform: Callable[[str, Path], str]
    """Run the agent with models at an address, record it in a folder, and give the id of its session."""


def record(play: Play, folder: Path) -> str:
    """Run a play with its scripted model; gives the session."""
    with ModelServer(play.scenario) as server:
        return play.perform(server.base_url, folder)


def rerun(play: Play, folder: Path, session_id: str, **options: Any) -> tuple[Rerun, str]:  # noqa: ANN401 - of `clew.replay`
    """Run a play again with its record, on a machine that may be slow; raises ``ReplayDiverged``."""
    with clew.replay(session_id, dir=folder, **{"patience": 60.0, **options}) as replay:
        again = play.perform(replay.base_url, folder)
    return replay, again


def every_play() -> Iterator[Play]:
    """Each scenario with the agents that it is for."""
    for scene in demo.SCENES:
        yield Play(f"demo {scene.scenario}", load_scenario(DEMO / f"{scene.scenario}.toml"), _chat(scene.lines))
    for path in sorted((EXAMPLES / "scenarios").glob("*.toml")):
        limits = HASTY if path.stem == "timeout" else CALM
        for agent in ("anthropic", "openai", "two_models"):
            yield Play(f"{agent} {path.stem}", load_scenario(path), _errand(EXAMPLES / f"{agent}.toml", limits))
    for path in sorted((EXAMPLES / "tools" / "scenarios").glob("*.toml")):
        agent = "servers" if path.stem.startswith("server_") else "shop"
        yield Play(f"tools {path.stem}", load_scenario(path), _errand(EXAMPLES / "tools" / f"{agent}.toml", None))
    report = ROOT / "tests" / "agent" / "scenarios" / "report.toml"
    yield Play("talk report", load_scenario(report), _chat(("What is the answer?", "Well?", "And?")))
    for path in sorted(SCENARIOS.glob("*.toml")):
        for way in (*WAYS, *RESPONSES):
            yield asking(load_scenario(path), way)
    yield from (beside(way) for way in (*WAYS, *RESPONSES))


class Way(NamedTuple):
    """How an agent talks to its model."""

    provider: str
    """Whose SDK it has; ``responses`` is the other endpoint of OpenAI's."""
    waits: bool
    """Whether its client is a sync one."""
    streams: bool
    """Whether answers are streamed."""

    @property
    def name(self) -> str:
        """The same in words."""
        return f"{self.provider} {'sync' if self.waits else 'async'} {'stream' if self.streams else 'json'}"


WAYS = [
    Way(provider, waits, streams)
    for provider in ("anthropic", "openai")
    for waits in (True, False)
    for streams in (True, False)
]
"""All ways to talk in messages."""
RESPONSES = [Way("responses", waits, streams) for waits in (True, False) for streams in (True, False)]
"""All ways to talk in responses."""


class Asker:
    """An agent on a plain SDK that asks one thing after the other, and goes on whatever comes."""

    def __init__(self, way: Way, url: str, patience: float) -> None:
        self._way = way
        # A busy machine may be slow to connect, which is no timeout of a model.
        options: dict[str, Any] = {"api_key": "scripted", "timeout": openai.Timeout(60.0, read=patience)}
        if way.provider == "anthropic":
            made: Any = (anthropic.Anthropic if way.waits else anthropic.AsyncAnthropic)(base_url=url, **options)
            self.client = record_anthropic(made)
        else:
            made = (openai.OpenAI if way.waits else openai.AsyncOpenAI)(base_url=f"{url}/v1", **options)
            self.client = record_openai(made)

    async def ask(self, request: dict[str, Any]) -> str:
        """Ask once; the text of the answer, or what the failure is called."""
        try:
            return await self._ask(request)
        except (anthropic.APIError, openai.APIError) as error:
            return type(error).__name__
        except Exception as error:
            if type(error).__module__.partition(".")[0] == "httpx2":
                return type(error).__name__
            raise

    async def _ask(self, request: dict[str, Any]) -> str:
        if self._way.provider != "anthropic":
            return await (self._complete(request) if self._way.provider == "openai" else self._respond(request))
        if self._way.waits and self._way.streams:
            with self.client.messages.stream(**request) as stream:
                return _text(stream.get_final_message())
        if self._way.streams:
            async with self.client.messages.stream(**request) as stream:
                return _text(await stream.get_final_message())
        answer = self.client.messages.create(**request)
        return _text(answer if self._way.waits else await answer)

    async def _complete(self, request: dict[str, Any]) -> str:
        messages = [{"role": "system", "content": request["system"]}, *request["messages"]]
        options: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
        answer = self.client.chat.completions.create(
            model=request["model"], messages=messages, **(options if self._way.streams else {})
        )
        if not self._way.waits:
            answer = await answer
        if not self._way.streams:
            return str(answer.choices[0].message.content)
        chunks = list(answer) if self._way.waits else [chunk async for chunk in answer]
        return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

    async def _respond(self, request: dict[str, Any]) -> str:
        said = {"model": request["model"], "instructions": request["system"], "input": request["messages"]}
        answer = self.client.responses.create(**said, stream=self._way.streams)
        if not self._way.waits:
            answer = await answer
        if not self._way.streams:
            return str(answer.output_text)
        events = list(answer) if self._way.waits else [event async for event in answer]
        return "".join(event.delta for event in events if event.type == "response.output_text.delta")

    async def close(self) -> None:
        """Let go of the connections."""
        closed = self.client.close()
        if not self._way.waits:
            await closed


def asking(scenario: Scenario, way: Way) -> Play:
    """A play in which a plain SDK asks until the scenario has no answer left."""
    slow = scenario.name == "slow"
    asked: list[int] = []

    async def run(url: str, session: SessionRecorder) -> None:
        agent = Asker(way, url, 0.3 if slow else 30.0)
        try:
            conversations = _conversations(scenario)
            for number in range(asked[0]) if asked else count():
                request = next(conversations)
                with session.turn(user_input=request["messages"][-1]["content"]):
                    answer = await agent.ask(request)
                request["messages"].append({"role": "assistant", "content": answer or "-"})
                if not asked and number + 1 >= _length(scenario):
                    break
        finally:
            await agent.close()

    def perform(url: str, folder: Path) -> str:
        with clew.session(agent_id="asker", dir=folder) as session:
            asyncio.run(run(url, session))
        return session.session_id

    return Play(f"{scenario.name} {way.name}", scenario, perform)


def _length(scenario: Scenario) -> int:
    """How often to ask: as often as there are answers, and once more where that makes sense."""
    return min(MOST, sum(answer.times for answer in scenario.answers))


def _conversations(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Requests that the conditions of a scenario let through, a conversation for each condition."""
    known: dict[Any, dict[str, Any]] = {}
    for number in count():
        answer = scenario.answers[number % len(scenario.answers)]
        when = answer.when
        request = known.setdefault(
            when.system_contains if when is not None else None,
            {
                "model": "m-1",
                "max_tokens": 99,
                "system": f"You are the {when.system_contains if when and when.system_contains else 'parent'}.",
                "messages": [],
            },
        )
        request["model"] = when.model if when is not None and when.model else "m-1"
        said = when.last_user_contains if when is not None and when.last_user_contains else f"question {number}"
        request["messages"].append({"role": "user", "content": said})
        yield request


def beside(way: Way) -> Play:
    """A play in which an agent has two sub-agents at once, each with three questions and an error in the middle."""
    scenario = msgspec.convert(_SIDE_BY_SIDE, Scenario)

    async def inquire(agent: Asker, turn: Any, name: str) -> str:  # noqa: ANN401 - a turn's recorder
        request: dict[str, Any] = {"model": "m-1", "max_tokens": 99, "system": f"You are {name}.", "messages": []}
        with turn.tool(name, {"task": "look"}, kind="agent") as tool, tool.child(agent_id=name) as child:
            for number in range(3):
                request["messages"].append({"role": "user", "content": f"{name} asks {number}"})
                with child.turn(user_input=f"{number}"):
                    answer = await agent.ask(request)
                request["messages"].append({"role": "assistant", "content": answer})
            tool.respond(answer)
        return answer

    async def run(url: str, session: SessionRecorder) -> None:
        agents = [Asker(way, url, 30.0) for _ in range(3)]
        request: dict[str, Any] = {"model": "m-1", "max_tokens": 99, "system": "You lead.", "messages": []}
        request["messages"] = [{"role": "user", "content": "begin"}]
        with session.turn(user_input="begin") as turn:
            await agents[0].ask(request)
            pair = zip(agents[1:], ("Ann", "Bob"), strict=True)
            if way.waits:
                work = [asyncio.to_thread(asyncio.run, inquire(agent, turn, name)) for agent, name in pair]
            else:
                work = [inquire(agent, turn, name) for agent, name in pair]
            answers = await asyncio.gather(*work)
        request["messages"] += [{"role": "assistant", "content": "go"}, {"role": "user", "content": " ".join(answers)}]
        with session.turn():
            await agents[0].ask(request)
        for agent in agents:
            await agent.close()

    def perform(url: str, folder: Path) -> str:
        with clew.session(agent_id="lead", dir=folder) as session:
            asyncio.run(run(url, session))
        return session.session_id

    return Play(f"two at once {way.name}", scenario, perform)


def _said(text: str, **when: str) -> dict[str, Any]:
    return {"kind": "message", "content": [{"type": "text", "text": text}], **({"when": when} if when else {})}


_SIDE_BY_SIDE: dict[str, Any] = {
    "name": "side by side",
    "answers": [
        _said("go"),
        _said("Ann 0", system_contains="Ann"),
        {"kind": "error", "status": 429, "headers": {"retry-after": "0.01"}, "when": {"system_contains": "Ann"}},
        _said("Ann 1", system_contains="Ann"),
        _said("Ann 2", system_contains="Ann"),
        _said("Bob 0", system_contains="Bob"),
        _said("Bob 1", system_contains="Bob"),
        {"kind": "error", "status": 529, "headers": {"retry-after": "0.01"}, "when": {"system_contains": "Bob"}},
        _said("Bob 2", system_contains="Bob"),
        _said("done"),
    ],
}


def _chat(lines: tuple[str, ...]) -> Callable[[str, Path], str]:
    """The agent that remembers, and what is said to it; its memory is new each time."""

    def perform(url: str, folder: Path) -> str:
        left = list(lines)
        memory = folder / "memory" / str(len(list(folder.glob("*.jsonl"))))
        with connect(api_key="scripted", base_url=url) as client:
            chat = Chat(
                client, Memory(memory), model=MODEL, ask=lambda _: _next(left), say=lambda _: None, folder=folder
            )
            with suppress(clew.ClewError):
                chat.run()
        return chat.session_ids[0]

    return perform


def _next(left: list[str]) -> str:
    if not left:
        raise EOFError
    return left.pop(0)


def _errand(agent: Path, limits: Limits | None) -> Callable[[str, Path], str]:
    """The agent of a file and its task; it waits for nothing."""

    def perform(url: str, folder: Path) -> str:
        definition = load_definition(agent)
        if limits is not None:
            definition = msgspec.structs.replace(definition, limits=limits)
        return run_errand(definition, "Where is order 17?", folder=folder, server=url, sleep=lambda _: None).session_id

    return perform


def _text(message: Any) -> str:  # noqa: ANN401 - a message of either API
    return "".join(block.text for block in message.content if block.type == "text")
