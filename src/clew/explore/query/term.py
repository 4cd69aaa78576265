"""A query: terms that must all hold, as plain values.

``str(query)`` is the canonical spelling: fields by their first name, amounts in round units, quotes only where they are
needed. It parses to the same query, so that it can stand in a URL, a history or a saved search.
"""

from __future__ import annotations

import re

import msgspec

from clew.explore.query.amount import Span, written_span
from clew.explore.query.field import FIELDS, measure_of
from clew.explore.query.moment import Moment
from clew.explore.query.pattern import Pattern
from clew.explore.query.word import quoted

_PLAIN_TEXT = re.compile(r'[^\s":-][^\s":]*')
_PLAIN_VALUE = re.compile(r'[^\s":,*]+')
OPERATORS = frozenset({"AND", "OR", "NOT"})
"""Words that other languages join terms with; here they are refused unless they are quoted."""


class Choice(msgspec.Struct, frozen=True, tag=True):
    """One word of a closed set."""

    word: str


class Call(msgspec.Struct, frozen=True, tag=True):
    """A call of a tool."""

    tool: Pattern
    status: str | None = None
    """How it ended; ``None`` for any call."""


Value = Pattern | Choice | Call | Span | Moment
"""What a field is compared with."""


class Text(msgspec.Struct, frozen=True, tag=True):
    """Free text: a substring of the title or of any payload."""

    words: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{_written_text(self.words)}"


class Condition(msgspec.Struct, frozen=True, tag=True):
    """A field and the values of which it must have one."""

    field: str
    """A name in :data:`clew.explore.query.field.FIELDS`."""
    values: tuple[Value, ...]
    """At least one."""
    negated: bool = False

    def __str__(self) -> str:
        values = ",".join(_written(value, self.field) for value in self.values)
        return f"{'-' if self.negated else ''}{self.field}:{values}"


Term = Text | Condition


class Query(msgspec.Struct, frozen=True):
    """Terms that must all hold; without any, everything is meant."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def texts(self) -> tuple[Text, ...]:
        """The free text, for a search in payloads and titles."""
        return tuple(term for term in self.terms if isinstance(term, Text))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Everything but the free text."""
        return tuple(term for term in self.terms if isinstance(term, Condition))

    def asks(self, *fields: str) -> bool:
        """Whether there is a condition on one of these fields."""
        return any(condition.field in fields for condition in self.conditions)


def written_value(text: str) -> str:
    """A text as a value that is compared as it stands, quoted where it has to be."""
    return text if _PLAIN_VALUE.fullmatch(text) else quoted(text)


def _written_text(words: str) -> str:
    return words if _PLAIN_TEXT.fullmatch(words) and words not in OPERATORS else quoted(words)


def _written(value: Value, field: str) -> str:
    if isinstance(value, Span):
        return written_span(value, measure_of(FIELDS[field]))
    if isinstance(value, Choice):
        return value.word
    if isinstance(value, Moment):
        return value.text
    if isinstance(value, Call):
        return _written_pattern(value.tool) + (f":{value.status}" if value.status else "")
    return _written_pattern(value)


def _written_pattern(pattern: Pattern) -> str:
    return "*".join(written_value(piece) if piece else "" for piece in pattern.pieces)
