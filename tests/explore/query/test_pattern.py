"""Promises about patterns: the same in SQL and in Python, in any script, and never slow."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.query.pattern import Pattern, Reading, fits, globs
from tests.explore.query.queries import LETTERS, NAMES, patterns
from tests.explore.query.sessions import alike

_TEXTS = st.sampled_from(NAMES) | st.text(LETTERS, max_size=6)


@given(patterns(), _TEXTS, st.sampled_from(["whole", "within", "ends"]))
def test_python_and_sql_agree(pattern: Pattern, text: str, reading: Reading) -> None:
    """A glob of the database and the Python side take the same texts: those that the reference takes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        rows = [connection.execute("SELECT ? GLOB ?", (text, glob)).fetchone()[0] for glob in globs(pattern, reading)]
    wider = {
        "whole": [pattern],
        "within": [Pattern(("", *pattern.pieces, ""))],
        "ends": [pattern, *([Pattern((*pattern.pieces, "")), Pattern(("", *pattern.pieces))] * pattern.exact)],
    }[reading]
    assert fits(pattern, reading, text) == any(rows) == any(alike(wide, text) for wide in wider)


@pytest.mark.parametrize(
    ("pieces", "text", "fit"),
    [
        (("ärger",), "ÄRGER", True),
        (("STRASSE",), "straße", False),
        (("я", ""), "Яблоко", True),
        (("東", "都"), "東京都", True),
        (("a", "a"), "a", False),
        (("ab", "ba"), "aba", False),
        (("a", "b", "c"), "a\nb\nc", True),
        (("[a]",), "a", False),
        (("a?c",), "abc", False),
    ],
)
def test_a_whole_text(pieces: tuple[str, ...], text: str, fit: bool) -> None:  # noqa: FBT001 - a column of the table
    """Letters are alike in any case of any script, pieces do not overlap, and signs of other languages are letters."""
    assert fits(Pattern(pieces), "whole", text) is fit


def test_many_wildcards_take_no_time() -> None:
    """A pattern that could be tried in very many ways is tried in one."""
    assert not fits(Pattern(("a",) * 200), "whole", "a" * 5000 + "b")
    assert not fits(Pattern(("a",) * 200), "within", "a" * 190 + "b" * 5000)


def test_what_is_unknown_has_no_pattern() -> None:
    """Not even the one that everything has."""
    assert fits(Pattern(("", "")), "whole", "")
    assert not fits(Pattern(("", "")), "whole", None)
