"""Calls that a model asked for and whose result never came, since an exception ended the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.protocol.scenario import Message, ToolUse
from clew.tree.failure import explain
from tests.instrument.provider import serve, value_of
from tests.instrument.sdks import KEY
from tests.instrument.test_switch import only_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.model.session import Session

ASKED = Message(content=(ToolUse("before", {"of": 1}), ToolUse("weather", {"city": "Berlin"})))


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument(agent_id="app", dir=tmp_path):
        yield


def weather(city: str) -> str:
    """A tool of the name that the model knows."""
    raise TimeoutError(city)


def fetch(*, city: str, unit: str = "C") -> str:
    """A tool of another name, with a parameter more."""
    raise ConnectionError(city + unit)


def run_tool(name: str, arguments: dict[str, Any]) -> str:
    """A function that is given the arguments as one object."""
    raise LookupError(name, arguments)


def wrapped(city: str) -> str:
    """A tool whose failure the application puts in words of its own."""
    try:
        return weather(city)
    except TimeoutError as problem:
        raise ValueError("no weather") from problem


def ended_by(folder: Path, what: Callable[[], object], expected: type[BaseException]) -> Session:
    """A session in which a model asked for two calls, and then this happened."""
    with (
        serve(ASKED) as server,
        anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client,
        clew.session(agent_id="app", dir=folder) as session,
    ):
        client.messages.create(model="m-1", max_tokens=9, messages=[{"role": "user", "content": "how is it"}])
        with pytest.raises(expected) as raised:
            what()
        session.end(raised.value)
    tree = only_tree(folder)
    assert clew.check(tree) == []
    return tree


@pytest.mark.parametrize(
    ("what", "expected", "status"),
    [
        (lambda: weather("Berlin"), TimeoutError, "timeout"),
        (lambda: fetch(city="Berlin"), ConnectionError, "failed"),
        (lambda: run_tool("weather", {"city": "Berlin"}), LookupError, "failed"),
        (lambda: wrapped("Berlin"), ValueError, "timeout"),
    ],
    ids=["by_name", "by_arguments", "as_one_object", "in_other_words"],
)
def test_the_call_that_the_exception_came_through_failed(
    tmp_path: Path, what: Callable[[], object], expected: type[BaseException], status: str
) -> None:
    """A plain function that raises is a failed call with the exception, and the cause of the failed session."""
    tree = ended_by(tmp_path, what, expected)
    (call,) = tree.turns[0].tools
    assert (call.name, call.status, value_of(call.request)) == ("weather", status, {"city": "Berlin"})
    assert (call.error or "").startswith(expected.__name__)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert (tree.fin.failure.path, tree.fin.failure.slug) == ("1-2", call.slugs[0])


def test_calls_of_which_nobody_knows_are_interrupted(tmp_path: Path) -> None:
    """Where the exception came through none of them, all that was asked for is there without an end."""
    tree = ended_by(tmp_path, lambda: weather("Paris"), TimeoutError)
    calls = tree.turns[0].tools
    assert [(call.name, call.status, call.call_id is not None) for call in calls] == [
        ("before", "interrupted", True),
        ("weather", "interrupted", True),
    ]
    cause = explain(tree).cause
    assert cause is not None
    assert (cause.path, cause.origin) == ("fin", "agent")  # the exception ended it, and no process died


def test_an_exit_breaks_no_call_off(tmp_path: Path) -> None:
    """A program that ends on purpose did not want the calls."""
    tree = ended_by(tmp_path, lambda: exit_with(3), SystemExit)
    assert (tree.status, tree.turns[0].tools) == ("failed", ())


def test_a_call_that_was_recorded_is_not_doubled(tmp_path: Path) -> None:
    """What a decorated function recorded, with its failure, is all there is of that call."""
    tree = ended_by(tmp_path, lambda: clew.tool(weather)("Berlin"), TimeoutError)
    assert [(call.name, call.status) for call in tree.turns[0].tools] == [
        ("weather", "timeout"),
        ("before", "interrupted"),
    ]


def exit_with(code: int) -> None:
    """End the program."""
    raise SystemExit(code)
