"""Payloads: lazy, comparable, and safe to look at."""

from __future__ import annotations

import pytest

from clew.model.payload import Payload


def test_payloads_are_equal_when_their_values_are() -> None:
    """Where they come from does not matter."""
    assert Payload.of({"a": 1}) == Payload({"a": 1})
    assert Payload.of(1) != Payload.of(2)
    assert Payload.of(1) != 1


def test_a_part_is_a_payload_of_its_own() -> None:
    """A list can be counted and a member looked at; what is not there is ``None``."""
    payload = Payload.of({"messages": [1, 2], "none": None})
    part, none = payload.part("messages"), payload.part("none")
    assert part is not None
    assert none is not None
    assert (part.value, part.count(), none.value) == ([1, 2], 2, None)
    assert (payload.part("missing"), payload.count(), Payload.of([1]).part("x")) == (None, None, None)


@pytest.mark.parametrize(("value", "size"), [(None, 4), ("ü", 4), ({"a": [1, 2.5]}, 13), ("", 2)])
def test_the_size_is_that_of_the_compact_json(value: object, size: int) -> None:
    """In bytes of UTF-8, without blanks."""
    assert Payload.of(value).size == size


def test_a_payload_shows_its_beginning_only() -> None:
    """A failing test does not print megabytes."""
    assert len(repr(Payload.of("x" * 10_000))) < 100
