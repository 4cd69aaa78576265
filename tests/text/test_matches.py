"""Promises of what a search shows."""

from __future__ import annotations

import pytest

from clew.text.matches import Match, match_rows, session_match
from clew.text.row import plain
from tests.text.corpus import ESCAPES, HARMFUL


def match(text: str = "order", **fields: str) -> Match:
    """A place in a request."""
    told = {"path": "2-1", "kind": "mcp", "name": "shop", "place": "request query", "before": "my ", "after": " now"}
    return Match(**{**told, **fields}, slugs=("tool.timeout",), match=text, times=3)


def test_a_match_is_marked_in_its_line() -> None:
    """Node, reason, field, and the match between signs, since colour alone says nothing."""
    assert [plain(row) for row in match_rows([match()])] == [
        "  2-1  ⚙ shop · tool.timeout  request query  my »order« now  ×3"
    ]


def test_a_match_over_several_lines_stays_on_one() -> None:
    """A row is a row, whatever was found."""
    (row,) = match_rows([match("a\nb\tc")])
    assert "»a b c«" in plain(row)


@pytest.mark.parametrize("name", ESCAPES)
def test_no_payload_speaks_to_the_terminal(name: str) -> None:
    """What is found is shown without anything that a terminal would obey."""
    text = ESCAPES[name]
    found = match(text, path=text, name=text, place=text, before=text, after=text)
    shown = [*match_rows([found]), session_match(text, text, text, text)]
    assert HARMFUL.search("".join(map(plain, shown))) is None
