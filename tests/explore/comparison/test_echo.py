"""Promises of echoes: a copy of a known change is an echo in every customary form, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clew.explore.comparison.echo import Echo
from clew.explore.comparison.payload_changes import changes

LONG = "a rather long result that an agent may cut short before it hands it on to its model: "


def _echo() -> Echo:
    echo = Echo()
    echo.learn({"city": "Rome", "sky": "clear"}, {"city": "Rome", "sky": "grey"})
    echo.learn(f"{LONG}one{LONG}", f"{LONG}two{LONG}")
    echo.learn_added("a new answer")
    echo.learn_removed({"q": 1})
    return echo


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("clear", "grey"),
        ("The sky is clear.", "The sky is grey."),
        ({"role": "user", "content": [{"text": "clear"}]}, {"role": "user", "content": [{"text": "grey"}]}),
        (json.dumps({"sky": "clear", "city": "Rome"}), json.dumps({"sky": "grey", "city": "Rome"})),
        (f"{LONG}one… (cut)", f"{LONG}two… (cut)"),
        ([], [{"role": "assistant", "content": "a new answer"}]),
        ([{"type": "tool_use", "input": {"q": 1}}], []),
        ({"content": "clear"}, {"content": "grey", "is_error": True}),
    ],
)
def test_copies_of_what_is_known_are_echoes(before: Any, after: Any) -> None:  # noqa: ANN401 - JSON values
    """A change that was learned is known again by itself, in a text, in a message, in JSON, and cut short."""
    assert _echo().new(changes(before, after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("clear", "blue"),
        ("grey", "clear"),
        ("Is it clear?", "It is grey."),
        ([], [{"role": "assistant", "content": "another answer"}]),
        ([], [{"role": "user"}]),
        ([], ["a new answer, and then a lot that nobody has ever said before, so that it is no copy"]),
    ],
)
def test_anything_else_is_new(before: Any, after: Any) -> None:  # noqa: ANN401 - JSON values
    """What only resembles a known change is a difference of its own."""
    assert _echo().new(changes(before, after)) != []


def test_a_setting_is_told_once_until_it_is_taken_back() -> None:
    """A setting that stays changed is an echo; one that was the same in between is changed anew."""
    echo = Echo()
    told = [echo.standing("turns", "temperature", *pair) for pair in ((0, 0), (0, 1), (0, 1), (0, 0), (0, 1))]
    assert told == ["same", "new", "echo", "same", "new"]
    assert echo.standing("another agent", "temperature", 0, 1) == "echo"
