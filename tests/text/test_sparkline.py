"""Promises of the sparkline."""

from __future__ import annotations

from clew.text.row import width
from clew.text.signs import ascii_only
from clew.text.sparkline import sparkline


def test_the_highest_figure_is_as_high_as_a_sign_can_be() -> None:
    """Little is the lowest sign and never none; none is a point."""
    assert sparkline([0, 0.001, 4, 8]) == "·▁▅█"


def test_nothing_is_a_line_of_points() -> None:
    """Without any figure there is nothing to compare with."""
    assert sparkline([0, 0]) == "··"
    assert sparkline([]) == ""


def test_without_unicode_heights_are_digits() -> None:
    """Each sign has an ASCII one of the same width."""
    line = sparkline([1, 2, 3, 4, 5, 6, 7, 8, 0])
    assert ascii_only(line) == "12345678-"
    assert width(line) == 9
