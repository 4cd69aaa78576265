"""Needles: case is ignored code point by code point, overlapping occurrences count, no byte hides a match."""

from __future__ import annotations

import sys

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.store.index.text.leaf import leaves
from clew.store.index.text.needle import SPAN, Needle, fold, normal


def test_folding_keeps_every_code_point_in_its_place() -> None:
    """Every one of them has a folded form of one code point, which is its own folded form, alone and in any company."""
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = fold(everything)
    assert len(folded) == len(normal(everything)) == len(everything)
    assert [character for character in everything if fold(character) != folded[ord(character)]] == []
    assert fold(folded) == folded


@given(st.text(max_size=60), st.text(min_size=1, max_size=5))
def test_overlapping_occurrences_count(text: str, needle: str) -> None:
    """As many as there are places where the needle begins."""
    text = text + needle * 3
    places = [place for place in range(len(text)) if text.startswith(needle, place)]
    assert Needle(needle).count(text) == len(places)
    assert Needle(needle).first(text) == places[0]
    assert Needle(needle).count(text, before=7) == sum(place < 7 for place in places)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 9))
def test_a_quick_look_never_overlooks(text: str, start: int, size: int) -> None:
    """Whatever is in a leaf may be in its JSON, escaped or not, with and without case."""
    needle = text[start : start + size]
    if needle:
        for raw in (msgspec.json.encode([text]), ascii(text).join(["[", "]"]).encode()):
            inside = any(needle in leaf for _, leaf in leaves(raw))
            assert Needle(needle).may_be_in(raw) >= inside
            assert Needle(needle.swapcase(), ignore_case=True).may_be_in(raw) >= (
                any(fold(needle.swapcase()) in fold(leaf) for _, leaf in leaves(raw))
            )


def test_the_index_is_asked_for_the_beginning_of_a_needle() -> None:
    """Groups of three of its first characters, quoted; nothing for a needle without any."""
    assert Needle("ab").question() is None
    assert Needle('a"B\0').question() == '"a""b" AND """b\ufffd"'
    long = "".join(map(chr, range(0x4E00, 0x4F00)))
    assert normal(long[SPAN]) not in (Needle(long).question() or long)
