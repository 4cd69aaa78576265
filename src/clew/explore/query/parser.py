"""From text to a query: each word is a term.

::

    query   word*                       all must hold
    word    -? field : value , value …  one of the values must hold
            -? text                     free text
    value   a*b · "quoted" · >5 · 1..5 · 2d · memory:failed, by the type of the field

Parsing needs no clock and knows no session. It ends in a query or in a ``QueryError``, whatever it is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from clew.errors import QueryError
from clew.explore.query import amount, moment
from clew.explore.query.field import CALL_STATUSES, STATUS_ALIASES, Field, field_names, find_field, measure_of
from clew.explore.query.pattern import Pattern
from clew.explore.query.term import OPERATORS, Call, Choice, Condition, Query, Text
from clew.explore.query.word import Word, quoted, scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.explore.query.term import Term, Value

LONGEST = 4_000
"""Characters in a query, so that no pattern is too long for the database."""
MOST = 100
"""Terms in a query, and alternatives in a term, so that no expression is too deep for the database."""

_NAME = re.compile(r"[A-Za-z_]+")
_UNSEARCHABLE = re.compile("[\0\ud800-\udfff]")
_SHOWN = 40


def parse(text: str) -> Query:
    """The query that a text says. Raises ``QueryError``."""
    if len(text) > LONGEST:
        raise QueryError(f"The query has {len(text)} characters; write at most {LONGEST}.", LONGEST + 1)
    odd = _UNSEARCHABLE.search(text)
    if odd is not None:
        raise QueryError(f"The character at column {odd.start() + 1} is no text; leave it out.", odd.start() + 1)
    words, open_at = scan(text)
    if open_at is not None:
        raise QueryError(f'The quote at column {open_at + 1} is not closed; add another " to it.', open_at + 1)
    if len(words) > MOST:
        column = words[MOST].column
        raise QueryError(f"The query has {len(words)} terms; write at most {MOST} (see column {column}).", column)
    return Query(tuple(map(_term, words)))


def field_of(word: Word) -> tuple[Word, Word] | None:
    """The name and the values of a word that asks for a field; ``None`` for free text."""
    name, *rest = word.split(":")
    if not rest or not name.bare or _NAME.fullmatch(name.text) is None:
        return None
    return name, word.part(name.end + 1, word.end)


def without_minus(word: Word) -> Word:
    """The word without the sign of negation before it."""
    negated = bool(word.letters) and word.letters[0].means("-") and word.end - word.at > 1
    return word.part(word.at + 1, word.end) if negated else word


def _term(word: Word) -> Term:
    positive = without_minus(word)
    negated = positive is not word
    asked = field_of(positive)
    if asked is None:
        return Text(_free_text(positive), negated)
    name, values = asked
    field = find_field(name.text)
    if field is None:
        raise _unknown_field(name, positive)
    return Condition(field.name, _values(field, values), negated)


def _free_text(word: Word) -> str:
    if not word.letters:
        raise QueryError(f"There is nothing between the quotes at column {word.column}; write a text.", word.column)
    if word.bare and word.text in OPERATORS:
        message = (
            f"There is no {word.text} (column {word.column}): terms stand side by side, alternatives are joined by a "
            f"comma, and - negates; write {quoted(word.text)} to search for the word."
        )
        raise QueryError(message, word.column)
    return word.text


def _values(field: Field, word: Word) -> tuple[Value, ...]:
    parts = word.split(",") if field.type != "moment" else [word]
    if len(parts) > MOST:
        column = parts[MOST].column
        raise QueryError(
            f"{field.name} has {len(parts)} alternatives; write at most {MOST} (see column {column}).", column
        )
    return tuple(_value(field, part) for part in parts)


def _value(field: Field, word: Word) -> Value:
    if not word.letters:
        raise QueryError(
            f"A value is missing at column {word.column}; write one, for instance {field.example}.", word.column
        )
    if field.type == "choice":
        return Choice(_choice(word, field.choices, "property" if field.name == "is" else field.name))
    if field.type == "call":
        return _call(field, word)
    if field.type == "moment":
        return moment.read_moment(word.text) or _refuse(word, "time", moment.EXAMPLES)
    if field.type in {"count", "money", "duration"}:
        return _span(field, word)
    pattern = _pattern(word)
    return pattern.lowered() if field.type == "slug" else pattern


def _span(field: Field, word: Word) -> Value:
    measure = measure_of(field)
    found = amount.read_span(word.text, measure)
    what = {"count": "number", "money": "amount of dollars", "duration": "time with a unit"}[measure]
    return found if found is not None else _refuse(word, what, amount.EXAMPLES[measure])


def _call(field: Field, word: Word) -> Call:
    name, *rest = word.split(":")
    if len(rest) > 1:
        raise _too_many_colons(field, word, rest)
    if not name.letters:
        raise QueryError(
            f"The tool is missing at column {word.column}; write {field.name}:*:failed for any.", word.column
        )
    return Call(_pattern(name), _choice(rest[0], CALL_STATUSES, "status of a call") if rest else None)


def _too_many_colons(field: Field, word: Word, rest: list[Word]) -> QueryError:
    column, last = rest[1].column - 1, rest[-1]
    ended = last.text.lower() in CALL_STATUSES
    name = quoted(word.part(word.at, last.at - 1).text) + f":{last.text}" if ended else quoted(word.text)
    message = f"The colon at column {column} is one too many; put a name with colons in quotes: {field.name}:{name}."
    return QueryError(message, column)


def _pattern(word: Word) -> Pattern:
    first, *others = (part.text for part in word.split("*"))
    if not others:
        return Pattern((first,))
    *middle, last = others
    return Pattern((first, *filter(None, middle), last))


def _choice(word: Word, choices: tuple[str, ...], what: str) -> str:
    said = word.text.lower()
    for meant in (said, STATUS_ALIASES.get(said)):
        if meant in choices:
            return meant
    message = f"There is no {what} '{_short(word.text)}' (column {word.column}); {_near(said, choices)}"
    raise QueryError(message, word.column)


def _refuse(word: Word, what: str, examples: tuple[str, ...]) -> NoReturn:
    *others, last = examples
    ways = f"{', '.join(others)} or {last}"
    message = f"'{_short(word.text)}' is no {what} (column {word.column}); write for instance {ways}."
    raise QueryError(message, word.column)


def _unknown_field(name: Word, word: Word) -> QueryError:
    near = _near(name.text.lower(), field_names(), f"quote it to search for the text: {quoted(_short(word.text))}.")
    return QueryError(f"There is no field '{_short(name.text)}' (column {name.column}); {near}", name.column)


def _near(said: str, words: Iterable[str], otherwise: str | None = None) -> str:
    """What a person may have meant, as the end of a sentence."""
    from difflib import get_close_matches  # noqa: PLC0415 - only who mistypes pays for it

    known = [*words]
    near = get_close_matches(said, known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return otherwise or f"write one of {', '.join(known)}."


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
