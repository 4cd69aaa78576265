"""A pattern: literal text with wildcards in it, the same in SQL (``GLOB``) and in Python.

Two letters are alike if one is the upper or lower case of the other, in any script: each becomes a class of letters
(``[äÄ]``), which both sides know, so that no function of ours has to run inside the database.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

Reading = Literal["whole", "within", "ends"]
"""What a pattern is compared with: the whole text; any part of it; or, without a wildcard, its beginning or its end."""


class Pattern(msgspec.Struct, frozen=True):
    """Literal pieces with any text between them: ``tool.*`` has the pieces ``tool.`` and nothing."""

    pieces: tuple[str, ...]
    """At least one; one alone is a text without wildcards."""

    @property
    def anything(self) -> bool:
        """Whether every text has this pattern."""
        return not any(self.pieces)

    @property
    def exact(self) -> bool:
        """Whether there is no wildcard in it."""
        return len(self.pieces) == 1

    def lowered(self) -> Pattern:
        """The pattern in lower case."""
        return Pattern(tuple(piece.lower() for piece in self.pieces))


def globs(pattern: Pattern, reading: Reading, *, exact_case: bool = False) -> tuple[str, ...]:
    """The pattern in SQL: a text has it if it has one of these globs."""
    spell = _literal_glob if exact_case else _glob
    glob = "*".join("".join(map(spell, piece)) for piece in pattern.pieces)
    if reading == "within":
        return (f"*{glob}*",)
    return (f"{glob}*", f"*{glob}") if reading == "ends" and pattern.exact else (glob,)


def fits(pattern: Pattern, reading: Reading, text: str | None) -> bool:
    """Whether a text has the pattern; what is unknown has none."""
    return text is not None and _expression(pattern, reading).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _expression(pattern: Pattern, reading: Reading) -> re.Pattern[str]:
    pieces = ["".join(map(_class, piece)) for piece in pattern.pieces]
    if reading == "within":
        pieces = ["", *pieces, ""]
    if reading == "ends" and pattern.exact:
        return re.compile(f"{pieces[0]}.*|.*{pieces[0]}", re.DOTALL)
    first, *middle, last = pieces if len(pieces) > 1 else (pieces[0], None)
    if last is None:
        return re.compile(first or "", re.DOTALL)
    # An atomic group takes the first place where a piece fits and never another: the time stays linear.
    return re.compile(f"{first}{''.join(f'(?>.*?{piece})' for piece in middle)}.*{last}", re.DOTALL)


def _alike(char: str) -> str:
    """A letter and its other cases, each once; a case that takes several letters is left out."""
    return "".join(dict.fromkeys(case for case in (char, char.lower(), char.upper(), char.title()) if len(case) == 1))


def _class(char: str) -> str:
    alike = _alike(char)
    return re.escape(char) if len(alike) == 1 else f"[{alike}]"


def _glob(char: str) -> str:
    alike = _alike(char)
    return _literal_glob(char) if len(alike) == 1 else f"[{alike}]"


def _literal_glob(char: str) -> str:
    return f"[{char}]" if char in "*?[" else char
