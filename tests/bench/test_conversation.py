"""Promises of the workload: the same each time, and of the shape that the figures are quoted for."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bench.conversation import VARIANTS, operations, tools

if TYPE_CHECKING:
    from bench.conversation import Operation, Variant


def _played(turns: int, variant: Variant = "appended") -> list[tuple[str, Any]]:
    """The operations, requests as they were at their moment."""
    done = []
    for kind, value in operations(turns, variant):
        if kind == "own":
            value()
        else:
            done.append((kind, msgspec.json.encode(value.request) if kind == "request" else value))
    return done


def _of(played: list[tuple[str, Any]], kind: str) -> list[Any]:
    return [value for name, value in played if name == kind]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_workload_is_the_same_each_time(variant: Variant) -> None:
    """Two runs record the same requests, answers and results, so their figures can be compared."""
    assert _played(12, variant) == _played(12, variant)


def test_200_turns_have_the_shape_of_the_quoted_figures() -> None:
    """460 operations; each request carries the whole conversation; sizes of messages and results are as said."""
    played = _played(200)
    requests, calls = _of(played, "request"), _of(played, "call")
    assert len(requests) + len(calls) == pytest.approx(460, abs=5)
    assert all(len(a) <= len(b) for a, b in pairwise(requests))
    last = msgspec.json.decode(requests[-1])["messages"]
    assert len(last) == pytest.approx(480, abs=5)
    texts = [block["text"] for message in last for block in message["content"] if block["type"] == "text"]
    assert all(190 <= len(text) <= 4_000 for text in texts)
    sizes = [len(call.result) for call in calls]
    assert median(sizes) == pytest.approx(2_000, rel=0.15)
    assert sum(size == 200_000 for size in sizes) == 8
    assert len(msgspec.json.encode(tools())) == pytest.approx(1_700, rel=0.15)


def test_some_attempts_are_made_again_with_the_same_request() -> None:
    """A retry is the same request, answered in the end."""
    exchanges = [value for kind, value in operations(30) if kind == "answer"]
    failed = [place for place, exchange in enumerate(exchanges) if exchange.answer is None]
    assert failed
    assert all(exchanges[place + 1].number == exchanges[place].number + 1 for place in failed)


def test_the_mutated_conversation_changes_old_messages_in_place() -> None:
    """The list that was sent is the list that changes: a recorder that trusts identities would record a lie."""
    before: list[Operation] = operations(45, "mutated")
    requests = [msgspec.json.decode(data)["messages"] for data in _of(_played(45, "mutated"), "request")]
    assert any(old != new[: len(old)] for old, new in pairwise(requests))
    lists = {id(value.request["messages"]) for kind, value in before if kind == "request"}
    assert len(lists) == 1


def test_the_compacted_conversation_begins_again_half_way() -> None:
    """In the second half a summary stands for the first."""
    requests = [msgspec.json.decode(data)["messages"] for data in _of(_played(20, "compacted"), "request")]
    assert min(len(later) for later in requests[len(requests) // 2 :]) < 4


def test_two_parallel_conversations_are_both_under_way() -> None:
    """A second request is sent before the first is answered."""
    kinds = [kind for kind, _ in _played(8, "parallel") if kind in {"request", "answer"}]
    assert kinds[:4] == ["request", "request", "answer", "answer"]
