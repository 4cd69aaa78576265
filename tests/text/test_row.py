"""Promises of :mod:`clew.text.row`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clew.text.row import Span, crop, crop_start, join, pad, plain, width


def test_wide_letters_take_two_columns() -> None:
    """Columns stay aligned with letters of any script."""
    assert [width(text) for text in ("abc", "漢字", "e\u0301", "🙂")] == [3, 4, 1, 2]


@given(st.text(max_size=40), st.integers(1, 20))
def test_a_cropped_text_fits(text: str, columns: int) -> None:
    """Whatever the letters, the crop is no wider than asked for."""
    assert width(crop(text, columns)) <= columns


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Mn"]), max_size=40), st.integers(2, 20))
def test_a_text_cropped_at_its_beginning_ends_alike(text: str, columns: int) -> None:
    """Of a path the end is kept."""
    kept = crop_start(text, columns)
    assert width(kept) <= columns
    assert text.endswith(kept.removeprefix("…")) or kept == text


@given(st.text())
def test_the_short_way_to_a_width_is_right(text: str) -> None:
    """What is taken for usual letters is as wide as the tables of Unicode say."""
    assert width(text) == sum(width(f"{letter}\u0301") for letter in text)


def test_a_crop_is_seen() -> None:
    """What was cut says so; what fits stays whole."""
    assert (crop("order number", 6), crop("order", 6)) == ("order…", "order")


def test_padding_fills_and_never_cuts() -> None:
    """A row is at least as wide as asked for."""
    assert plain((*pad((Span("ab"),), 4), Span("|"))) == "ab  |"
    assert pad((Span("abcdef"),), 4) == (Span("abcdef"),)


def test_only_what_is_there_is_joined() -> None:
    """Empty parts leave no separators behind."""
    assert plain(join([(), (Span("a"),), (), (Span("b"),)], " · ")) == "a · b"
