"""Promises of :mod:`clew.text.clean`."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.text.clean import clean, one_line
from tests.text.corpus import ESCAPES, HARMFUL

_PIECES = st.sampled_from([*ESCAPES.values(), "\x1b", "[", "]", "\\", "\x07", "\x9c", "m", "0;", "\n", "word"])


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_a_terminal_obeys_is_left(name: str) -> None:
    """Whatever a text would do to a terminal, cleaned it does nothing."""
    assert HARMFUL.search(clean(ESCAPES[name])) is None


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_pieces_of_sequences_never_make_one(text: str) -> None:
    """No order of halves of sequences survives."""
    assert HARMFUL.search(clean(text)) is None


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is clean stays as it is."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]0;no end\nb", "a\nb"),
        ("a\x1bPq#0\x07;2\x1b\\b", "ab"),
        ("a\x1b[1;31mb", "ab"),
        ("a\x9b1;31mb", "ab"),
        ("a\x1b(0b", "ab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("naïve → 漢字 🙂\tü", "naïve → 漢字 🙂\tü"),
    ],
)
def test_sequences_go_whole_and_text_stays(text: str, left: str) -> None:
    """A sequence leaves no rest, and what is only text is left alone."""
    assert clean(text) == left


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=50))
def test_plain_text_is_untouched(text: str) -> None:
    """Printable ASCII is never changed."""
    assert clean(text) == text


def test_a_row_stays_one_row() -> None:
    """No text can forge a second row."""
    assert one_line("one\ntwo\r\nthree\x85four\u2028five\t six ") == "one two three four five six"


def test_hostile_text_costs_linear_time() -> None:
    """A megabyte of beginnings without ends is cleaned at once, not in quadratic time."""
    begun = time.perf_counter()
    for start in ("\x1b]", "\x1bP", "\x1b[", "\x9d", "\x1b]a\n"):
        clean(start * 200_000)
    assert time.perf_counter() - begun < 5
