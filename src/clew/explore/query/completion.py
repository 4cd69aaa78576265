"""Completion: what may stand at the cursor of a query, for the terminal explorer, the page and the shell.

Fields first; after a field's colon its values: its words, the slugs of the catalog, and those that ``values`` knows
from the sessions at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.explore.query import amount, moment
from clew.explore.query.field import CALL_STATUSES, FIELDS, STATUS_ALIASES, Field, find_field, measure_of
from clew.explore.query.parser import field_of, without_minus
from clew.explore.query.term import written_value
from clew.explore.query.word import Word, scan
from clew.model.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Completion(NamedTuple):
    """One way to go on: ``text[:start] + insert + text[cursor:]`` is the query with it."""

    insert: str
    """What replaces the text from ``start`` to the cursor."""
    start: int
    says: str
    """What it means, in a sentence; empty for a plain value."""


def complete(text: str, cursor: int, values: Callable[[Field], Iterable[str]]) -> list[Completion]:
    """What may stand at the cursor, the likeliest first; ``values`` knows values of a field from recorded sessions."""
    cursor = max(0, min(cursor, len(text)))
    words, _ = scan(text[:cursor])
    word = words[-1] if words and words[-1].end == cursor else Word((), cursor, cursor)
    word = without_minus(word) if text[word.at : cursor] != "-" else Word((), cursor, cursor)
    asked = field_of(word)
    if asked is None:
        return _fields(word) if word.bare else []
    name, typed = asked
    field = find_field(name.text)
    return [] if field is None else _values(field, typed, values)


def _fields(word: Word) -> list[Completion]:
    known = {f"{name}:": field.says for name, field in FIELDS.items()}
    return [Completion(name, word.at, known[name]) for name in _likely(word.text, known)]


def _values(field: Field, typed: Word, values: Callable[[Field], Iterable[str]]) -> list[Completion]:
    part = typed if field.type == "moment" else typed.split(",")[-1]
    if field.type == "call" and len(pieces := part.split(":")) > 1:
        part = pieces[-1]
        return [Completion(status, part.at, "") for status in _likely(part.text, CALL_STATUSES)]
    fixed = _known(field)
    known = fixed | dict.fromkeys((value for value in values(field) if value and value not in fixed), "")
    found = _likely(part.text, known)
    return [Completion(v if v in fixed else written_value(v), part.at, known[v]) for v in found]


def _known(field: Field) -> dict[str, str]:
    """Values that need no session to be known, each with what it means."""
    if field.type == "choice":
        return dict.fromkeys((*field.choices, *(STATUS_ALIASES if field.name == "status" else ())), "")
    if field.type == "moment":
        return dict.fromkeys(moment.EXAMPLES, "")
    if field.type == "slug":
        return {name: slug.description for name, slug in catalog().items() if slug.severity != "VRB"}
    return dict.fromkeys(amount.EXAMPLES[measure_of(field)], "") if field.type in amount.EXAMPLES else {}


def _likely(typed: str, known: Iterable[str]) -> list[str]:
    """The candidates that begin with what was typed, then those that hold it."""
    said = typed.lower()
    candidates = [*known]
    first = [candidate for candidate in candidates if candidate.lower().startswith(said)]
    return first + [candidate for candidate in candidates if said in candidate.lower() and candidate not in first]
