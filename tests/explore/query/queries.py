"""Queries made at random, for the tests: every field, every type of value, with names that try the quoting."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from clew.explore.query.amount import Span
from clew.explore.query.field import CALL_STATUSES, FIELDS, Field
from clew.explore.query.moment import read_moment
from clew.explore.query.pattern import Pattern
from clew.explore.query.term import Call, Choice, Condition, Query, Text, Value

NAMES = (
    *("support", "Support", "supp", "tool.timeout", "tool.failed", "shop.card_declined", "claude-sonnet", "memory"),
    *("ärger", "ÄRGER", "straße", "日本語", "🧵", "e\u0301", "a b", "a,b", "a:b", 'a"b', "a\\b", "a*b", "a?b", "a[b]c"),
    *("a%b_c", "-x", ">5", "..", "OR", "]", "^", "[^a]", "x\ny", "20251109", "a1b2c3d4"),
)
"""Texts to look for, and to look in."""
STATUSES = ("ok", "failed", "running", "interrupted", "abandoned", "unreadable")
MOMENTS = ("2d", "90s", "1500ms", "today", "yesterday", "2026-11-01", "2026-11-01T10:00", "2026-11-01T10:00:30.5Z")

_amounts = st.sampled_from([Decimal(text) for text in ("0", "1", "1.5", "2", "3", "1000", "2500", "100000", "0.01")])
LETTERS = st.characters(min_codepoint=1, codec="utf-8")
"""What a query can look for: any character but NUL and halves of surrogate pairs."""

_texts = st.sampled_from(NAMES) | st.text(LETTERS, min_size=1, max_size=4)


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    """Literal text with wildcards somewhere in it."""
    text = draw(_texts)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=2)))
    if not cuts:
        return Pattern((text,))
    ends = [0, *cuts, len(text)]
    first, *middle, last = (text[start:end] for start, end in pairwise(ends))
    return Pattern((first, *filter(None, middle), last))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any way in which amounts can be bounded."""
    low, high = sorted((draw(_amounts), draw(_amounts)))
    closed = Span(low=low, high=high)
    above, below = Span(low=low, low_open=draw(st.booleans())), Span(high=high, high_open=draw(st.booleans()))
    return draw(st.sampled_from([closed, Span(low=low, high=low), above, below]))


def values(field: Field) -> st.SearchStrategy[Value]:
    """Values that a field can be compared with."""
    if field.type == "choice":
        return st.sampled_from(field.choices).map(Choice)
    if field.type == "call":
        return st.builds(Call, patterns(), st.none() | st.sampled_from(CALL_STATUSES))
    if field.type == "moment":
        return st.sampled_from([found for text in MOMENTS if (found := read_moment(text)) is not None])
    if field.type in {"count", "money", "duration"}:
        return spans()
    return patterns().map(Pattern.lowered) if field.type == "slug" else patterns()


def conditions() -> st.SearchStrategy[Condition]:
    """A condition on any field."""
    return st.sampled_from([*FIELDS.values()]).flatmap(
        lambda field: st.builds(
            Condition,
            st.just(field.name),
            st.lists(values(field), min_size=1, max_size=1 if field.type == "moment" else 3).map(tuple),
            st.booleans(),
        )
    )


def queries() -> st.SearchStrategy[Query]:
    """A query of a few terms."""
    texts = st.builds(Text, _texts, st.booleans())
    return st.lists(conditions() | texts, max_size=4).map(lambda terms: Query(tuple(terms)))
