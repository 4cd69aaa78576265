r"""The words of a query: runs of letters between blanks, in which quotes make everything literal.

A letter knows whether it was quoted, because ``*``, ``,`` and ``:`` mean something only where they were not. Inside
quotes ``\"`` and ``\\`` stand for a quote and a backslash; outside them a backslash is a letter like any other.
Scanning never fails: a quote that is not closed is told, so that completion can go on and the parser can refuse.
"""

from __future__ import annotations

from typing import NamedTuple

QUOTE = '"'
_ESCAPED = frozenset('"\\')


class Letter(NamedTuple):
    """One character of a word, without the quotes and escapes around it."""

    char: str
    literal: bool
    """Whether it was quoted."""
    at: int
    """Where it stands in the query, from 0."""

    def means(self, sign: str) -> bool:
        """Whether this letter is a sign of the language and not a part of a text."""
        return self.char == sign and not self.literal


class Word(NamedTuple):
    """What stands between two blanks."""

    letters: tuple[Letter, ...]
    at: int
    """Where it begins in the query, from 0."""
    end: int
    """Where the next word could begin."""

    @property
    def column(self) -> int:
        """Where it begins, as a person counts."""
        return self.at + 1

    @property
    def text(self) -> str:
        """The letters, put together."""
        return "".join(letter.char for letter in self.letters)

    @property
    def bare(self) -> bool:
        """Whether nothing in it was quoted."""
        return self.end - self.at == len(self.letters)

    def split(self, sign: str) -> list[Word]:
        """The parts between the places where a sign of the language stands."""
        cuts = [letter.at for letter in self.letters if letter.means(sign)]
        starts, ends = [self.at, *(cut + 1 for cut in cuts)], [*cuts, self.end]
        return [self.part(start, end) for start, end in zip(starts, ends, strict=True)]

    def part(self, at: int, end: int) -> Word:
        """The piece of this word between two places of the query."""
        return Word(tuple(letter for letter in self.letters if at <= letter.at < end), at, end)


class Scan(NamedTuple):
    """A query, cut into words."""

    words: tuple[Word, ...]
    open_at: int | None
    """Where a quote stands that is not closed; ``None`` if all are."""


def scan(text: str) -> Scan:
    """Cut a query into words."""
    words: list[Word] = []
    at, open_at = 0, None
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        word, open_at = _word(text, at)
        words.append(word)
        at = word.end
    return Scan(tuple(words), open_at)


def quoted(text: str) -> str:
    """A text in quotes, as :func:`scan` reads it back."""
    return QUOTE + text.replace("\\", "\\\\").replace(QUOTE, '\\"') + QUOTE


def _word(text: str, start: int) -> tuple[Word, int | None]:
    """The word that begins at a place, and where a quote stands in it that is not closed."""
    letters: list[Letter] = []
    at, open_at = start, None
    while at < len(text) and (open_at is not None or not text[at].isspace()):
        char = text[at]
        if char == QUOTE:
            open_at = at if open_at is None else None
        elif open_at is not None and char == "\\" and text[at + 1 : at + 2] in _ESCAPED:
            letters.append(Letter(text[at + 1], literal=True, at=at))
            at += 1
        else:
            letters.append(Letter(char, literal=open_at is not None, at=at))
        at += 1
    return Word(tuple(letters), start, at), open_at
