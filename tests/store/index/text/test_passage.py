"""Passages: a long string read in parts says what it says as a whole, wherever it is cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from clew.store.index.text.hit import look
from clew.store.index.text.leaf import unescape
from clew.store.index.text.needle import Needle
from clew.store.index.text.passage import look_through, opening, passages

if TYPE_CHECKING:
    from clew.store.index.text.passage import Read

TEXTS = st.lists(st.sampled_from([*'aab"\\/\n\t\0é漢🧶', "\\\\", "\\u0041", "n" * 70, "\\" * 90])).map("".join)
FORMS = st.sampled_from([True, False])


def _reader(raw: bytes) -> Read:
    return lambda start, stop: raw[start:stop]


@given(TEXTS, FORMS, st.integers(24, 200))
def test_passages_joined_are_the_text(text: str, ascii_only: bool, step: int) -> None:  # noqa: FBT001 - Hypothesis gives it
    """No character and no escape is cut in two, not even in a run of backslashes or in a pair of surrogates."""
    raw = json.dumps(text, ensure_ascii=ascii_only).encode()
    cuts = list(passages(_reader(raw), len(raw), step))
    assert "".join(unescape(raw[start:stop]) for start, stop in cuts) == text
    assert [start for start, _ in cuts[1:]] == [stop for _, stop in cuts[:-1]]
    assert all(stop > start for start, stop in cuts)
    for start, _ in cuts:
        assert opening(_reader(raw), len(raw), start, 5) == unescape(raw[start:-1])[:5]


@given(TEXTS, FORMS, st.integers(24, 200), st.data())
def test_a_string_in_passages_is_found_in_like_a_whole_one(
    text: str,
    ascii_only: bool,  # noqa: FBT001 - Hypothesis gives it
    step: int,
    data: st.DataObject,
) -> None:
    """The same first match, the same text around it, the same count, whatever the size of the passages."""
    raw = json.dumps(text, ensure_ascii=ascii_only).encode()
    start = data.draw(st.integers(0, len(text)))
    needle = Needle(text[start : start + data.draw(st.integers(1, 90))] or "a")
    cuts = passages(_reader(raw), len(raw), step)
    assert look_through(_reader(raw), len(raw), needle, cuts) == look(raw, needle)
