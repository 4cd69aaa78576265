"""Promises of the sparkline."""

from __future__ import annotations

from clew.text.row import width
from clew.text.signs import LEVELS, ascii_only
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
    line = sparkline([*range(8)]) + LEVELS
    assert ascii_only(line) == "-234567812345678"
    assert width(line) == len(ascii_only(line))
