"""Rows at the edge of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clew.text.row import Span, crop_row, plain, row_width

_ROWS = st.lists(st.text(max_size=20).map(Span), max_size=6).map(tuple)


@given(_ROWS, st.integers(min_value=2, max_value=60))
def test_a_row_never_passes_the_edge(row: tuple[Span, ...], columns: int) -> None:
    """A row that fits stays as it is; one that does not ends with a sign that it was cut, within the columns."""
    cut = crop_row(row, columns)
    assert row_width(cut) <= columns
    if row_width(row) <= columns:
        assert cut == row
    else:
        assert plain(cut).endswith("…")
