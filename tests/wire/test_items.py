"""Promises of parts that are not loaded: they are what loading the whole gives, and say what is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model.payload import Payload
from clew.wire.items import fields, items, same

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def requests(tmp_path: Path) -> list[Payload]:
    """Requests of a growing conversation, of which the last one lost its beginning."""
    messages = [{"role": "user", "content": f"message {number}"} for number in range(40)]
    sent = [messages[:10], messages[:20], [*messages[:5], *messages[12:40]]]
    with clew.session(dir=tmp_path) as session, session.turn() as turn:
        for part in sent:
            with turn.attempt(request={"model": "m", "messages": part}) as attempt:
                attempt.respond("ok")
    told = [attempt.request for attempt in clew.load(session.path).turns[0].attempts]
    return [request for request in told if request is not None]


def _messages(request: Payload) -> Any:  # noqa: ANN401 - the elements of a list
    part = request.part("messages")
    assert part is not None
    found = items(part)
    assert found is not None
    return found


def test_the_elements_are_those_of_the_list(requests: list[Payload]) -> None:
    """Any run of elements is what the whole list has there."""
    for request in requests:
        whole, found = request.value["messages"], _messages(request)
        assert len(found) == len(whole)
        for first, stop in ((0, None), (3, 8), (len(whole), None), (4, len(whole) - 1)):
            assert found.load(first, stop) == whole[first:stop]


def test_what_two_lists_share_is_known_without_loading(requests: list[Payload]) -> None:
    """A conversation that grew begins with all of the one before; one that was rewritten, up to there."""
    first, second, third = map(_messages, requests)
    assert (second.shared(first), third.shared(second), first.shared(third)) == (10, 5, 5)


@pytest.mark.parametrize("value", [{"a": 1, "b": [2]}, {}, [1, 2], "text", None])
def test_values_at_hand_have_the_same_parts(value: Any) -> None:  # noqa: ANN401 - a JSON value
    """A payload that was never stored answers as a stored one."""
    told = fields(Payload(value))
    assert (told and {key: part.value for key, part in told.items()}) == (value if isinstance(value, dict) else None)
    found = items(Payload(value))
    assert (found and found.load()) == (value if isinstance(value, list) else None)


def test_the_fields_are_those_of_the_object(requests: list[Payload]) -> None:
    """Each field by itself is what the whole has under its name, and equal references are known to be the same."""
    told = fields(requests[0])
    assert told is not None
    assert {key: part.value for key, part in told.items()} == requests[0].value
    assert same(told["model"], (fields(requests[1]) or {})["model"])
    assert not same(told["messages"], (fields(requests[1]) or {})["messages"])
