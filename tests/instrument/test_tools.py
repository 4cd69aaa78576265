"""`@clew.tool`: a function that stays what it is, and whose calls are recorded."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.protocol.scenario import Message, ToolUse
from clew.record.standin import Found, use_stand_in
from tests.instrument.provider import HELLO, serve, tree_of, value_of
from tests.instrument.sdks import KEY
from tests.instrument.test_switch import only_tree

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from clew.record.session import SessionRecorder


@clew.tool
def add(a: int, b: int = 2, *more: int, **named: int) -> int:
    """Add numbers."""
    return a + b + sum(more) + sum(named.values())


@clew.tool(name="shop.buy", kind="rest", command="what")
async def buy(what: str) -> str:
    """Buy something."""
    await asyncio.sleep(0)
    if what == "nothing":
        raise LookupError(what)
    return f"bought {what}"


@clew.tool
def letters(word: str) -> Iterator[str]:
    """Spell a word, and listen."""
    for letter in word:
        heard = yield letter
        if heard is not None:
            yield heard.upper()


@clew.tool
async def later(word: str) -> AsyncIterator[str]:
    """Spell a word, slowly."""
    for letter in word:
        await asyncio.sleep(0)
        yield letter


def test_a_call_is_recorded_with_its_arguments_and_its_result(session: SessionRecorder) -> None:
    """Arguments by their names, defaults left out, and what the function returned."""
    with session.turn():
        assert add(1, 3, 4, c=5) == 13
    tool = clew.find_tool(tree_of(session), "add")
    assert tool is not None
    assert (tool.status, tool.kind) == ("ok", "function")
    assert value_of(tool.request) == {"a": 1, "b": 3, "more": [4], "c": 5}
    assert value_of(tool.response) == 13


def test_coroutine_functions_are_recorded_and_raise_what_they_raised(session: SessionRecorder) -> None:
    """Name, kind and command are as declared; a failure is the call's and comes through."""
    with session.turn():
        assert asyncio.run(buy("milk")) == "bought milk"
        with pytest.raises(LookupError):
            asyncio.run(buy("nothing"))
    good, bad = clew.find_tools(tree_of(session), "shop.buy")
    assert (good.status, good.kind, good.command) == ("ok", "rest", "milk")
    assert (bad.status, bad.slugs) == ("failed", ("tool.failed",))


def test_generators_stay_generators(session: SessionRecorder) -> None:
    """They yield, take and end as before; what they yielded is the result, and nothing is in force in between."""
    with session.turn() as turn:
        spelling = letters("ab")
        assert next(spelling) == "a"
        assert clew.current() is turn
        assert spelling.send("x") == "X"  # type: ignore[attr-defined]  # a generator, declared as an iterator
        assert list(spelling) == ["b"]
        stopped = letters("abc")
        next(stopped)
        stopped.close()  # type: ignore[attr-defined]  # as above
        assert asyncio.run(_collect()) == ["a", "b"]
    found = [value_of(tool.response) for tool in clew.find_tools(tree_of(session))]
    assert found == [["a", "X", "b"], ["a"], ["a", "b"]]
    assert all(tool.status == "ok" for tool in clew.find_tools(tree_of(session)))


async def _collect() -> list[str]:
    return [letter async for letter in later("ab")]


def test_a_wrong_call_fails_as_it_would_have(session: SessionRecorder) -> None:
    """The error is Python's own, and the attempt to call is in the tree."""
    wrong: Any = add
    with session.turn(), pytest.raises(TypeError):
        wrong()
    assert clew.find_tool(tree_of(session), "add", status="failed") is not None


def test_outside_a_session_a_tool_is_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is recorded, nothing is opened, and it can still be told by its name and its docstring."""
    monkeypatch.setenv("CLEW_DIR", str(tmp_path))
    assert (add(1), list(letters("a")), asyncio.run(_collect())) == (3, ["a"], ["a", "b"])
    assert (add.__name__, add.__doc__) == ("add", "Add numbers.")
    assert list(tmp_path.iterdir()) == []


def test_a_method_is_recorded_without_its_object(session: SessionRecorder) -> None:
    """What the model gave are the parameters; the object is the application's."""

    class Shop:
        @clew.tool
        def price(self, of: str) -> int:
            """Say what something costs."""
            return len(of)

    with session.turn():
        assert Shop().price("milk") == 4
    tool = clew.find_tool(tree_of(session), "price")
    assert tool is not None
    assert value_of(tool.request) == {"of": "milk"}


def test_a_tool_between_turns_is_a_step(session: SessionRecorder) -> None:
    """Where no turn is open a step of its own holds the call."""
    add(1)
    assert [(step.kind, len(step.tools), step.status) for step in tree_of(session).steps] == [("system", 1, "ok")]


ASK = Message(content=(ToolUse("add", {"a": 1, "b": 3}), ToolUse("other", {})))


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in_a_thread_without_context"])
def test_a_recorded_tool_is_the_call_the_model_asked_for(tmp_path: Path, elsewhere: bool) -> None:  # noqa: FBT001 - a row of a table
    """It takes the id of the call and is not recorded again from the conversation; the other one is."""
    with (
        serve(ASK, HELLO) as server,
        clew.instrument(dir=tmp_path),
        anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client,
    ):
        messages: list[Any] = [{"role": "user", "content": "add"}]
        answer = client.messages.create(model="m-1", max_tokens=9, messages=messages)
        with ThreadPoolExecutor() as pool:
            result = pool.submit(add, 1, 3).result() if elsewhere else add(1, 3)
        told = [
            {"type": "tool_result", "tool_use_id": block.id, "content": str(result)}
            for block in answer.content
            if block.type == "tool_use"
        ]
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": told}]
        client.messages.create(model="m-1", max_tokens=9, messages=messages)
    tree = only_tree(tmp_path)
    assert [(tool.name, tool.call_id is not None) for tool in tree.turns[0].tools] == [("add", True), ("other", True)]
    assert [value_of(tool.response) for tool in tree.turns[0].tools] == [4, "4"]


class Told:
    """Stands in for every tool, and notes what it was asked."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.asked: list[tuple[object, ...]] = []

    def result(self, name: str, command: str | None, request: object, call_id: str | None) -> Found | None:
        """What every call came to."""
        self.asked.append((name, command, request, call_id))
        return self.found


@pytest.fixture
def _nobody_stands_in() -> Iterator[None]:
    yield
    use_stand_in(None)


@pytest.mark.usefixtures("_nobody_stands_in")
def test_a_recorded_result_can_stand_in_for_a_call(session: SessionRecorder) -> None:
    """A replay hands out what was recorded, failures too, and the function does not run."""
    with session.turn():
        use_stand_in(told := Told(Found("recorded")))
        assert [add(1), asyncio.run(buy("milk"))] == ["recorded", "recorded"]
        use_stand_in(Told(Found(["x"])))
        assert (list(letters("ab")), asyncio.run(_collect())) == (["x"], ["x"])
        use_stand_in(Told(Found(status="failed", error="LookupError: gone")))
        with pytest.raises(LookupError):
            add(1)
    assert told.asked[0] == ("add", None, {"a": 1}, None)
    assert told.asked[1] == ("shop.buy", "milk", {"what": "milk"}, None)
    assert [tool.status for tool in clew.find_tools(tree_of(session))] == ["ok"] * 4 + ["failed"]
