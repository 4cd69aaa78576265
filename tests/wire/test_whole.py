"""Payloads as JSON that stands alone."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from clew.wire.whole import decode_whole, encode_whole
from tests.wire.trees import VALUES


@given(VALUES)
def test_every_value_comes_back(value: object) -> None:
    """Whatever JSON can carry or not, the value comes back with its types and its order."""
    data = encode_whole(value)
    json.loads(data)
    read = decode_whole(msgspec.Raw(data)).value
    assert read == value
    assert encode_whole(read) == data


def test_deep_values_come_back() -> None:
    """A value nested deeper than any parser goes is split, so that JSON readers can follow, and comes back whole."""
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep, {"a": deep[:0]}]
    data = encode_whole(deep)
    json.loads(data)
    read = decode_whole(msgspec.Raw(data)).value
    depth = 0
    while read:
        assert read[1] == {"a": []}
        read = read[0]
        depth += 1
    assert depth == 5_000


def test_a_value_inside_itself_ends() -> None:
    """A list that holds itself is cut where it begins again, and marked."""
    circle: list[Any] = [1]
    circle.append(circle)
    assert b'{"$":"cycle"}' in encode_whole(circle)


@pytest.mark.parametrize("value", [{"$": "split", "parts": []}, {"$": 0}, {"$": [[0, 0, 1]]}, {"$": "hole"}])
def test_what_looks_like_a_mark_is_a_value(value: object) -> None:
    """An application's own object with a member `$` is never taken for a mark."""
    assert decode_whole(msgspec.Raw(encode_whole(value))).value == value
