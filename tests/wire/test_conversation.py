"""Growing conversations: what repeats is written once, and every request is read back as it was sent."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.wire import redact
from tests.wire.exact import Tape, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.payload import Payload

_CONTENTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        1,
        True,
        1.0,
        0,
        False,
        0.0,
        -0.0,
        None,
        "",
        "a",
        "ü" * 200,
        "x" * 200,
        [],
        [1],
        [True],
        {},
        {"a": 1, "b": 2},
        {"b": 2, "a": 1},
    ]
).map(copy.deepcopy) | st.lists(st.integers(0, 3) | st.booleans(), max_size=2)
_MESSAGES = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": _CONTENTS}) | _CONTENTS
_EDITS = st.tuples(
    st.sampled_from(
        [
            "append",
            "append",
            "append",
            "replace",
            "mutate",
            "reorder",
            "retype",
            "delete",
            "insert",
            "compact",
            "copy",
            "swap",
        ]
    ),
    st.integers(0, 1),
    st.integers(0, 40),
    _MESSAGES,
)


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_secret() -> Iterator[None]:
    """Hypothesis tries the constants of the code it tests, and so what keys begin with: here they are plain text."""
    redact.configure(certain=False)
    yield
    redact.configure()


def _edit(conversations: list[list[Any]], edit: str, which: int, where: int, message: Any) -> None:  # noqa: ANN401, C901 - one branch per edit
    """Change one conversation as an application might, mostly in place."""
    messages = conversations[which]
    place = where % len(messages) if messages else 0
    found = messages[place] if messages else None
    if edit == "append" or not messages:
        messages.append(message)
    elif edit == "replace":
        messages[place] = message
    elif edit == "mutate" and isinstance(found, dict):
        found["content"] = message
    elif edit == "reorder" and isinstance(found, dict):
        for key in list(found)[:-1]:
            found[key] = found.pop(key)
    elif edit == "retype" and isinstance(found, dict) and isinstance(found.get("content"), int | float):
        kind = {int: bool, bool: float, float: int}[type(found["content"])]
        found["content"] = kind(found["content"])
    elif edit == "delete":
        del messages[place]
    elif edit == "insert":
        messages.insert(place, message)
    elif edit == "compact":
        conversations[which] = [message, *messages[place:]]
    elif edit == "copy":
        conversations[which] = copy.deepcopy(messages)
    elif edit == "swap":
        messages[0], messages[place] = messages[place], messages[0]


@given(st.lists(_EDITS, max_size=40))
def test_every_request_is_read_back_as_it_was_sent(edits: list[tuple[str, int, int, Any]]) -> None:
    """Appending, changing in place, reordering keys, `1` to `True`, deleting, compacting, two conversations in turn."""
    tape = Tape()
    conversations: list[list[Any]] = [[], []]
    sent: list[tuple[Any, Payload]] = []
    for edit, which, where, message in edits:
        _edit(conversations, edit, which, where, message)
        request = {"model": "m", "messages": conversations[which], "tools": [{"name": "t", "d": "y" * 150}]}
        sent.append((copy.deepcopy(request), tape.request(request)))
    for request, payload in sent:
        assert same(payload.value, request)
        assert payload.size == len(msgspec.json.encode(request))
        messages = payload.part("messages")
        assert messages is not None
        assert same(messages.value, request["messages"])
        assert messages.count() == len(request["messages"])


def test_a_conversation_costs_what_is_new() -> None:
    """Bytes grow with the messages, not with their square."""
    tape = Tape()
    messages: list[Any] = []
    for number in range(400):
        messages.append({"role": "user", "content": f"message {number} " * 4})
        tape.request({"model": "m", "messages": messages})
    sizes = [len(line) for line in tape.lines]
    assert max(sizes[300:]) < 2 * max(sizes[10:100])


def test_a_conversation_compacted_again_and_again_stays_cheap() -> None:
    """References do not pile up, however often a list is put together anew from parts of older ones."""
    tape = Tape()
    messages: list[Any] = [{"n": number} for number in range(20)]
    for number in range(200):
        messages = [*messages[:5], {"summary": number}, *messages[7:], {"n": 100 + number}]
        payload = tape.request({"messages": messages})
        assert payload.value == {"messages": messages}
    assert max(map(len, tape.lines[100:])) < 700


def test_parallel_conversations_do_not_mix() -> None:
    """Many lists of the same name in turn, more than are remembered: each request is its own."""
    tape = Tape()
    lists = [[{"who": who, "n": 0}] for who in range(12)]
    for turn in range(1, 6):
        for who, messages in enumerate(lists):
            messages.append({"who": who if turn % 2 else 0, "n": turn})
            assert tape.request({"messages": messages}).value == {"messages": messages}
