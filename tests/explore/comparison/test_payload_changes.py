"""Promises of the comparison of values: every place that differs is found, however values nest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from clew.explore.comparison.payload_changes import MISSING, changes, gathered, where
from tests.wire.trees import VALUES


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("a", 1, MISSING), ("b", MISSING, 1)]),
        ([1, 2, 3], [1, 9, 2, 3], [("[1]", MISSING, 9)]),
        ([1, 2, 3], [1, 3], [("[1]", 2, MISSING)]),
        ([{"t": "x"}, {"t": "y"}], [{"t": "x"}, {"t": "z"}], [("[1].t", "y", "z")]),
        ([1, 2], [2, 1], [("", [1, 2], [2, 1])]),
        (1, True, [("", 1, True)]),
        (None, MISSING, [("", None, MISSING)]),
        ({"a b": {"c-d": [0]}}, {"a b": {"c-d": [1]}}, [("['a b'].c-d[0]", 0, 1)]),
    ],
)
def test_the_innermost_places_are_told(before: Any, after: Any, expected: list[Any]) -> None:  # noqa: ANN401 - JSON values
    """A change is told where it is, with both values."""
    assert [(where(change.path), change.before, change.after) for change in changes(before, after)] == expected


def test_several_changes_are_told_by_what_holds_them_all() -> None:
    """Two changes of one object are a change of that object."""
    before, after = {"x": {"a": 1, "b": 2}, "y": 0}, {"x": {"a": 3, "b": 4}, "y": 0}
    assert gathered(changes(before, after), before, after) == ("x", {"a": 1, "b": 2}, {"a": 3, "b": 4})


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:  # noqa: ANN401 - a JSON value
    """Nothing is found in two values that are one."""
    assert changes(value, value) == []


@given(VALUES, VALUES)
def test_both_directions_find_as_much(one: Any, other: Any) -> None:  # noqa: ANN401 - JSON values
    """What differs there differs back."""
    assert bool(changes(one, other)) == bool(changes(other, one))


def test_depth_is_no_obstacle() -> None:
    """Values that nest deeper than the interpreter's stack are compared."""
    one: Any = "x"
    other: Any = "y"
    for _ in range(5_000):
        one, other = [one], [other]
    (change,) = changes(one, other)
    assert (change.before, change.after) == ("x", "y")
