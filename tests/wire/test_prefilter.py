"""The quick look never overlooks a literal."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.wire.prefilter import prefilter

_LITERAL = st.text(st.just(" ") | st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(_LITERAL, min_size=1, max_size=6), st.text(max_size=40), st.text(max_size=40))
def test_a_literal_is_found_wherever_it_stands(literals: list[str], before: str, after: str) -> None:
    """In plain text and in JSON, with anything around it."""
    looks = prefilter(literals)
    for literal in literals:
        text = before + literal + after
        for data in (text.encode("utf-8", "replace"), msgspec.json.encode(text)):
            assert any(look.anchor in data and look.search(data) for look in looks)


def test_most_text_is_not_looked_at_twice() -> None:
    """Ordinary words that share some letters with a literal are passed over."""
    looks = prefilter(["sk-ant-", "ghp_", "AKIA", "Bearer ", "cookie"])
    text = b'{"task":"risk-free desk-bound book, ask_path, A KIA, Bear, look"}'
    assert not [look for look in looks if look.anchor in text and look.search(text)]
