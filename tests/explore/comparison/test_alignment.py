"""Promises of the alignment: what is equal is paired, everything stands in one place, and length does not hurt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clew.explore.comparison.alignment import align, alike, in_reading_order, match

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def _likeness(one: str, other: str) -> float:
    return 3.0 if one == other else 1.0 if one.lower() == other.lower() else 0.0


def _align(one: list[str], other: list[str]) -> list[tuple[str | None, str | None]]:
    slots = align(one, other, key=lambda word: word, likeness=_likeness)
    return [(one[a] if a is not None else None, other[b] if b is not None else None) for a, b in slots]


def test_what_is_put_in_between_stands_alone() -> None:
    """One element more in the middle is one element more, and everything else stays paired."""
    assert _align(list("abcd"), list("abxcd")) == [("a", "a"), ("b", "b"), (None, "x"), ("c", "c"), ("d", "d")]


def test_what_is_like_something_is_paired_with_it() -> None:
    """Elements that are not equal are paired by likeness, and never if they have nothing in common."""
    assert _align(list("abc"), list("xBc")) == [("a", None), (None, "x"), ("b", "B"), ("c", "c")]


@given(WORDS, WORDS)
def test_every_element_stands_in_one_slot(one: list[str], other: list[str]) -> None:
    """Whatever is aligned, no element is lost or doubled, and the order of both sides is kept."""
    slots = align(one, other, key=lambda word: word, likeness=_likeness)
    assert [mine for mine, _ in slots if mine is not None] == [*range(len(one))]
    assert [its for _, its in slots if its is not None] == [*range(len(other))]


@given(WORDS, WORDS)
def test_matching_pairs_as_many_as_there_are(one: list[str], other: list[str]) -> None:
    """Without regard to order, what occurs on both sides is paired as often as it does."""
    slots = match(one, other, [lambda word: word])
    paired = sum(mine is not None and its is not None for mine, its in slots)
    assert paired == sum(min(one.count(word), other.count(word)) for word in set(one))


def test_long_sequences_are_aligned_within_a_band() -> None:
    """Twenty thousand elements of which none is equal are paired one by one."""
    one, other = [f"a{n}" for n in range(20_000)], [f"A{n}" for n in range(20_000)]
    slots = align(one, other, key=lambda word: word, likeness=_likeness)
    assert slots == [(place, place) for place in range(20_000)]


def test_unique_elements_hold_long_sequences_together() -> None:
    """A long part that was taken out of a long sequence does not tear the rest apart."""
    one = [str(n) for n in range(5_000)]
    other = ["new", *one[:100], *one[3_000:4_999], "last"]
    slots = align(one, other, key=lambda word: word, likeness=_likeness)
    assert sum(None not in slot for slot in slots) == 100 + 1_999


def test_what_is_only_in_the_second_comes_after_its_neighbour() -> None:
    """Reading order is that of the first sequence; what was removed stands before what took its place."""
    slots = [("a", "A"), ("b", None), (None, "B"), ("c", "C")]
    assert in_reading_order(slots, ["a", "b", "c"], ["A", "B", "C"]) == slots


@given(st.text("ab"), st.text("ab"))
def test_how_much_is_alike_at_the_beginning(one: str, other: str) -> None:
    """The count is that of a look at each character."""
    count = next((n for n, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its), None)
    assert alike(one, other) == (min(len(one), len(other)) if count is None else count)
