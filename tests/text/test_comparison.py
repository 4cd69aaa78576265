"""Promises of differences as rows: short values side by side, long ones by their lines, nothing left out unsaid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clew.text.comparison import change_span, figure_row, unified, value_rows
from clew.text.row import plain


def _rows(before: object, after: object, most: int = 9) -> list[str]:
    return [plain(row) for row in value_rows(before, after, indent="  ", most=most)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.5, 0.7, ["  0.5 → 0.7"]),
        ("clear", "grey", ["  clear → grey"]),
        (Decimal("0.0100"), Decimal("0.0200"), ["  $0.0100 → $0.0200"]),
        (None, "a\nb", ["  +a", "  +b"]),
        ([1], None, ["  -[", "  -  1", "  -]"]),
        ("a\nb\nc", "a\nx\nc", ["  @@ -1,3 +1,3 @@", "   a", "  -b", "  +x", "   c"]),
    ],
)
def test_values_are_shown_as_short_as_they_are(before: object, after: object, expected: list[str]) -> None:
    """Two short values stand on one line; of longer ones the lines that changed."""
    assert _rows(before, after) == expected


def test_how_much_is_not_shown_is_said() -> None:
    """Lines beyond the most are counted, and so are the characters of a line that is too long."""
    assert _rows(None, "\n".join("abcde"), most=2) == ["  +a", "  +b", "  … 3 more lines: --json has all"]
    (line,) = _rows(None, "x" * 500)
    assert line.endswith("… 392 more characters")
    assert line.count("x") == 500 - 392


def test_texts_are_cleaned() -> None:
    """What a terminal would obey is taken out before anything is compared."""
    assert _rows("a\x1b[31m", "b\x1b]0;x\x07") == ["  a → b"]


def test_huge_texts_are_not_aligned() -> None:
    """Texts of very many lines are shown whole, at once."""
    lines = [*unified([str(n) for n in range(30_000)], ["other"])]
    assert lines[0] == "@@ -1,30000 +1,1 @@"
    assert len(lines) == 30_002


def test_signs_and_figures() -> None:
    """Each change has a sign besides its colour; a figure that did not change has no second value."""
    assert [change_span(change).text for change in ("added", "removed", "changed", "same")] == ["+", "-", "~", " "]
    assert plain(figure_row("time", "1 s", "2 s", "+1 s")) == "time 1 s → 2 s (+1 s)"
    assert plain(figure_row("time", "1 s", "", "")) == "time 1 s"
