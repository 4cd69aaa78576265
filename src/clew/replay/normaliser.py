"""Normalisers: what of a request may differ from run to run without being another request.

Each is declared by name, and replaces what its pattern finds in any string by ``<name>``, on both sides of a
comparison.

==========  ===========================================================================================
``times``   dates, times of day and moments: ``2026-11-22``, ``2026-11-22T10:00:00Z``, ``10:41``, ``22 November 2026``
``ids``     UUIDs, ids of sessions of ``clew``, and hexadecimal numbers of 16 digits or more
``paths``   the part of a path that differs from run to run or from machine to machine: the home of a user, a
            temporary folder, a folder that pytest numbered
==========  ===========================================================================================

Before that both sides are redacted by the rules in force; and where the record says ``[redacted …]``, because another
process had other rules, anything may stand there.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from clew.wire.redact import clean_value, in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[APap][Mm]\b)?"
_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})?"
_DAY = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\.? {_MONTHS},? \d{{4}}|{_MONTHS} \d{{1,2}},? \d{{4}})"
_WEEKDAY = r"(?:\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"


class Normaliser(Struct, frozen=True, kw_only=True):
    """One kind of value that may differ from run to run."""

    name: str
    """What stands in its place, in angle brackets."""
    pattern: str
    """The regular expression that finds it."""


TIMES = Normaliser(name="times", pattern=rf"{_WEEKDAY}\b{_DAY}(?:[T ]{_CLOCK}{_ZONE})?|\b{_CLOCK}\b")
"""Dates, times of day and moments."""
IDS = Normaliser(
    name="ids",
    pattern=r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b\d{8}_\d{6}_[0-9a-f]{8}\b|\b[0-9a-f]{16,}\b",
)
"""UUIDs, ids of sessions, long hexadecimal numbers."""
_TEMPORARY = "/" + "tmp"
PATHS = Normaliser(
    name="paths",
    pattern=rf"{_TEMPORARY}/pytest-of-[^/\s\"']+/pytest-\d+(?:/popen-gw\d+)?"
    r"|(?:/private)?/var/folders/[^/\s]+/[^/\s]+/T(?:/[^/\s\"']+)?"
    rf"|{_TEMPORARY}/[^/\s\"']+"
    r"|/home/[^/\s\"']+|/Users/[^/\s\"']+|/root\b|[A-Z]:\\Users\\[^\\\s\"']+",
)
"""The part of a path that differs from run to run or from machine to machine."""
KNOWN = {one.name: one for one in (TIMES, IDS, PATHS)}
"""The normalisers that can be named."""


class Comparison:
    """How two requests are compared: redacted, and without what may differ."""

    def __init__(self, normalisers: Iterable[str | Normaliser] = tuple(KNOWN)) -> None:
        """Raises ``ValueError`` for a name that is none and a pattern that is no regular expression."""
        self._normalisers = tuple(_declared(one) for one in normalisers)
        self._redactor = in_force()

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(one.pattern), f"<{one.name}>") for one in self._normalisers]

    def redacted(self, value: object) -> Any:  # noqa: ANN401 - a JSON value
        """A JSON value without its secrets."""
        suspicious = self._redactor.suspects(msgspec.json.encode(value))
        return clean_value(value, self._redactor) if suspicious else value

    def equal(self, recorded: object, found: object) -> bool:
        """Whether two JSON values that were redacted are the same request."""
        return msgspec.json.encode(recorded, order="deterministic") == msgspec.json.encode(
            found, order="deterministic"
        ) or self._same(recorded, found)

    def same_text(self, recorded: str, found: str) -> bool:
        """Whether two strings differ in nothing but what may differ."""
        if recorded == found:
            return True
        one, other = self._normal(recorded), self._normal(found)
        if one == other:
            return True
        return "[redacted " in one and _mask(one).fullmatch(other) is not None

    def _same(self, recorded: object, found: object) -> bool:
        if isinstance(recorded, str) and isinstance(found, str):
            return self.same_text(recorded, found)
        if isinstance(recorded, list) and isinstance(found, list):
            return len(recorded) == len(found) and all(map(self._same, recorded, found))
        if isinstance(recorded, dict) and isinstance(found, dict):
            return recorded.keys() == found.keys() and all(self._same(recorded[key], found[key]) for key in recorded)
        return same_leaf(recorded, found)

    def _normal(self, text: str) -> str:
        for pattern, mark in self._patterns:
            text = pattern.sub(mark, text)
        return text


def same_leaf(recorded: object, found: object) -> bool:
    """Whether two values that hold no others are the same; ``1`` and ``True`` are not, ``1`` and ``1.0`` are."""
    return recorded == found and isinstance(recorded, bool) == isinstance(found, bool)


@lru_cache(maxsize=256)
def _mask(text: str) -> re.Pattern[str]:
    """A recorded text as a pattern in which anything stands for what was redacted."""
    return re.compile(".*?".join(map(re.escape, re.split(r"\[redacted [^\]]*\]", text))), re.DOTALL)


def _declared(one: str | Normaliser) -> Normaliser:
    if isinstance(one, str):
        if one not in KNOWN:
            raise ValueError(f"There is no normaliser '{one}'; there are {', '.join(KNOWN)}.")
        return KNOWN[one]
    try:
        re.compile(one.pattern)
    except re.error as problem:
        message = f"The pattern of the normaliser '{one.name}' is no regular expression: {problem}."
        raise ValueError(message) from problem
    return one
