"""The end of a stream: how much of it may be the beginning of a secret.

A stream is written piece by piece, and a secret may come in two. So a piece is cut where a secret may have begun, and
the rest of it waits. Most text ends with nothing of the kind; that has to be known at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.wire.rules import Rule

REACH = 256
"""Characters after a literal within which a match of a user's rule is taken to end."""

UNMARKED = 64
"""Characters at the end of a text that may belong to a match of a rule without literals."""


class Tail:
    """What the end of a text may be the beginning of, by some rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """The rules need not be known to compile."""
        self._openings = [(_leads(rule), re.compile(_opening(rule))) for rule in rules if rule.pattern]
        self._beginnings = {
            lead[:size] for leads, _ in self._openings for lead in leads for size in range(1, len(lead))
        }
        self._longest = max(map(len, self._beginnings), default=0)

    def start(self, text: str) -> int:
        """Where that begins; the length of the text if it is nowhere."""
        lower = text.lower()
        if len(lower) != len(text):  # rare letters are longer in lower case
            lower = text
        start = self._begun(lower)
        for leads, opening in self._openings:
            if not leads or any(lead in lower for lead in leads):
                match = opening.search(text)
                start = start if match is None else min(start, match.start())
        return start

    def _begun(self, lower: str) -> int:
        """Where a text ends with the beginning of a lead: the longest one that stands alone."""
        for size in range(min(self._longest, len(lower)), 0, -1):
            place = len(lower) - size
            end = lower[place:]
            if end in self._beginnings and not (place and lower[place - 1].isalnum() and end[0].isalnum()):
                return place
        return len(lower)


def _leads(rule: Rule) -> tuple[str, ...]:
    return tuple(lead.lower() for lead in rule.leads or rule.literals)


def _opening(rule: Rule) -> str:
    """A regular expression for the end of a text that may belong to a match of a rule."""
    literals = "|".join(map(re.escape, rule.literals))
    return rule.opening or (rf"\S*(?:{literals})[\s\S]{{0,{REACH}}}\Z" if literals else rf"[\s\S]{{1,{UNMARKED}}}\Z")
