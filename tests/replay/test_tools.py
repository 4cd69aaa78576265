"""Promises of replayed functions: the recorded result comes back, or the recorded failure, and nothing is called."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.cli.exit_codes import ExitCode
from clew.cli.main import run
from clew.errors import ReplayDiverged
from clew.instrument.anthropic import record
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text, ToolUse
from clew.record.standin import RecordedFailure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

CALLED: list[str] = []
"""The functions that were really called."""
CLIENTS: list[anthropic.Anthropic] = []
"""The client in use."""


class OutOfLuckError(Exception):
    """A failure that only this module knows."""


class PickyError(Exception):
    """A failure that is made of more than words."""

    def __init__(self, words: str, *, code: int) -> None:
        super().__init__(words)
        self.code = code


@dataclasses.dataclass
class Parcel:
    """Something that is no JSON."""

    number: int
    stops: tuple[str, ...]


@clew.tool
def parcel(number: int) -> Parcel:
    """Give an object."""
    CALLED.append("parcel")
    return Parcel(number, ("here", "there"))


@clew.tool
async def later(number: int) -> str:
    """Give something, but not at once."""
    CALLED.append("later")
    await asyncio.sleep(0)
    return f"later {number}"


@clew.tool
def letters(word: str) -> Iterator[str]:
    """Spell a word."""
    CALLED.append("letters")
    yield from word


@clew.tool
async def slow_letters(word: str) -> AsyncIterator[str]:
    """Spell a word, slowly."""
    CALLED.append("slow_letters")
    for letter in word:
        await asyncio.sleep(0)
        yield letter


@clew.tool
def fails(how: str) -> None:
    """Fail in one of several ways."""
    CALLED.append("fails")

    class OnlyHereError(Exception):
        """A failure that is gone with its function."""

    if how == "late":
        raise OutOfLuckError("too late") from TimeoutError()
    kinds: dict[str, Exception] = {
        "own": OutOfLuckError("no luck"),
        "picky": PickyError("no, thanks", code=7),
        "builtin": LookupError("nothing"),
        "silent": ValueError(),
        "timeout": TimeoutError("10 s"),
        "gone": OnlyHereError("never again"),
    }
    raise kinds[how]


@clew.tool
def inner(number: int) -> int:
    """Be called by another tool."""
    CALLED.append("inner")
    return number + 1


@clew.tool
def outer(number: int) -> int:
    """Call another tool and say so."""
    CALLED.append("outer")
    clew.log("shop.slow", "slow", severity="WRN")
    return inner(number)


@clew.tool
def asks(question: str) -> str:
    """Ask a model of its own."""
    CALLED.append("asks")
    request: Any = {"model": "m-2", "max_tokens": 9, "messages": [{"role": "user", "content": question}]}
    return str(CLIENTS[-1].messages.create(**request).content[0].text)


async def _spelt(word: str) -> str:
    return "-".join([letter async for letter in slow_letters(word)])


def _call(name: str, given: dict[str, Any]) -> str:
    """What the model is told of a call."""
    ways: dict[str, Any] = {
        "parcel": lambda number: "+".join(parcel(number).stops),
        "later": lambda number: asyncio.run(later(number)),
        "letters": lambda word: "-".join(letters(word)),
        "slow_letters": lambda word: asyncio.run(_spelt(word)),
        "fails": fails,
        "outer": lambda number: str(outer(number)),
        "asks": asks,
    }
    try:
        return str(ways[name](**given))
    except (OutOfLuckError, PickyError) as problem:
        return f"unlucky: {problem}"
    except Exception as problem:  # noqa: BLE001 - the model is told whatever it is
        return f"{type(problem).__name__}: {problem}"


def _perform(url: str, folder: Path) -> str:
    """An agent that calls whatever it is told to; gives its session."""
    messages: list[Any] = [{"role": "user", "content": "go"}]
    with anthropic.Anthropic(base_url=url, api_key="scripted") as plain, clew.session(dir=folder) as session:
        CLIENTS.append(record(plain))
        for _ in range(2):
            with session.turn():
                request: Any = {"model": "m-1", "max_tokens": 9, "messages": messages}
                answer = CLIENTS[-1].messages.create(**request)
                told = [
                    {"type": "tool_result", "tool_use_id": block.id, "content": _call(block.name, block.input)}
                    for block in answer.content
                    if block.type == "tool_use"
                ]
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": told}]
    return session.session_id


def _recorded(folder: Path, *calls: ToolUse, inside: tuple[Message, ...] = ()) -> str:
    answers = (Message(content=calls), *inside, Message(content=(Text("done"),)))
    with ModelServer(Scenario(name="calls", answers=answers)) as server:
        session_id = _perform(server.base_url, folder)
    assert CALLED
    CALLED.clear()
    return session_id


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("parcel", {"number": 7}),
    ("later", {"number": 8}),
    ("letters", {"word": "tea"}),
    ("slow_letters", {"word": "tea"}),
    *(("fails", {"how": how}) for how in ("own", "picky", "builtin", "silent", "timeout", "late", "gone")),
]


@pytest.mark.parametrize("call", CALLS, ids=["-".join(map(str, (name, *given.values()))) for name, given in CALLS])
def test_a_function_gives_what_it_gave(tmp_path: Path, call: tuple[str, dict[str, Any]]) -> None:
    """An object, a value that is awaited or yielded, or the failure as it was raised: the model is told the same."""
    session_id = _recorded(tmp_path, ToolUse(*call, id="t1"))
    with clew.replay(session_id, dir=tmp_path) as replay:
        again = _perform(replay.base_url, tmp_path)
    assert CALLED == []
    assert (replay.report.models, replay.report.tools) == (2, 1)
    assert run(["diff", session_id, again, "--dir", str(tmp_path)]) == ExitCode.OK


def test_what_a_tool_does_itself_is_not_missed(tmp_path: Path) -> None:
    """A tool that calls another one, logs and asks a model: its result stands for all of it."""
    calls = ToolUse("outer", {"number": 1}, id="t1"), ToolUse("asks", {"question": "why?"}, id="t2")
    session_id = _recorded(tmp_path, *calls, inside=(Message(content=(Text("because"),)),))
    with clew.replay(session_id, dir=tmp_path) as replay:
        again = _perform(replay.base_url, tmp_path)
    assert CALLED == []
    assert (replay.report.models, replay.report.tools) == (2, 2)
    assert run(["diff", session_id, again, "--dir", str(tmp_path)]) == ExitCode.OK


def test_what_a_live_tool_does_itself_is_replayed(tmp_path: Path) -> None:
    """With live tools it is called, and so is what it calls; its model is the record's."""
    calls = ToolUse("outer", {"number": 1}, id="t1"), ToolUse("asks", {"question": "why?"}, id="t2")
    session_id = _recorded(tmp_path, *calls, inside=(Message(content=(Text("because"),)),))
    with clew.replay(session_id, dir=tmp_path, live_tools=True) as replay:
        again = _perform(replay.base_url, tmp_path)
    assert CALLED == ["outer", "inner", "asks"]
    assert (replay.report.models, replay.report.tools) == (3, 3)
    assert run(["diff", session_id, again, "--dir", str(tmp_path)]) == ExitCode.OK


def test_a_function_that_the_record_does_not_know_is_not_called(tmp_path: Path) -> None:
    """With other arguments the call fails, and the run has left the record at its node."""
    session_id = _recorded(tmp_path, ToolUse("later", {"number": 8}, id="t1"))
    with pytest.raises(ReplayDiverged, match="left the record at 1-2"), clew.replay(session_id, dir=tmp_path) as replay:
        _ask_and_call_otherwise(replay.base_url, tmp_path)
    assert CALLED == []


def _ask_and_call_otherwise(url: str, folder: Path) -> None:
    client = record(anthropic.Anthropic(base_url=url, api_key="scripted"))
    with client, clew.session(dir=folder) as session, session.turn():
        client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": "go"}])
        with pytest.raises(RecordedFailure, match="1-2 differs in number"):
            asyncio.run(later(9))
