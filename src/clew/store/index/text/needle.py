"""A needle: what is looked for, in the forms that a leaf, the bytes of a journal and the index are asked for it.

Case is ignored code point by code point, so that a text and its folded form have the same length and a place in one is
a place in the other. The index holds text in that form only, whichever way it is asked; what it names is looked at
again in the original.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SPAN = 32
"""Characters of a needle that the index is asked for, from its first on; pieces of a text overlap by one less."""

GRAM = 3
"""Characters of the shortest needle that the index can be asked for."""

_MOST_GRAMS = 16
"""Groups of three that the index is asked for: more of them cost more than they rule out."""

_STRANGE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
"""What the index cannot hold, or takes for something else."""

_NOT_AS_IT_IS = re.compile('[\0-\x1f"\\\\\ud800-\udfff]')
"""What JSON text never holds as it is."""


class Needle:
    """A text to be found."""

    def __init__(self, text: str, *, ignore_case: bool = False) -> None:
        """``ignore_case`` compares code points without regard to their case."""
        self.text = text
        self.ignore_case = ignore_case
        self._sought = fold(text) if ignore_case else text
        self._plain = max(_NOT_AS_IT_IS.split(self._sought), key=len)
        self._bytes = self._plain.encode()
        self._overlaps = _ends_as_it_begins(self._sought)

    def __len__(self) -> int:
        """Characters."""
        return len(self.text)

    def first(self, text: str) -> int:
        """Where the needle occurs first in a text; -1 if it does not."""
        return self._form(text).find(self._sought)

    def count(self, text: str, before: int | None = None) -> int:
        """How often it occurs in a text, those that overlap included; ``before`` bounds where an occurrence begins."""
        text = self._form(text if before is None else text[: before + len(self) - 1])
        if not self._overlaps:
            return text.count(self._sought)
        return sum(1 for _ in self._places(text))

    def may_be_in(self, raw: bytes) -> bool:
        """Whether JSON text may hold it: sometimes wrong when it says yes, never when it says no.

        A character may stand there in another form than its own: in a tagged value, or as an escape.
        """
        if not self._plain:
            return True
        found = self._plain in fold(raw.decode("utf-8", "replace")) if self.ignore_case else self._bytes in raw
        return found or b'"$":"' in raw or (b"\\" in raw and (b"\\u" in raw or b"\\/" in raw))

    def question(self) -> str | None:
        """What the index is asked, in the language of FTS5; ``None`` if the needle is too short for it."""
        text = normal(self.text)[:SPAN]
        grams = list(dict.fromkeys(text[place : place + GRAM] for place in range(len(text) - GRAM + 1)))
        if not grams:
            return None
        step = max(1.0, len(grams) / _MOST_GRAMS)
        chosen = [grams[int(number * step)] for number in range(min(len(grams), _MOST_GRAMS))]
        return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in chosen)

    def _form(self, text: str) -> str:
        return fold(text) if self.ignore_case else text

    def _places(self, text: str) -> Iterator[int]:
        place = text.find(self._sought)
        while place != -1:
            yield place
            place = text.find(self._sought, place + 1)


def _ends_as_it_begins(text: str) -> bool:
    """Whether two occurrences of a text can overlap (Knuth, Morris and Pratt's table of borders)."""
    borders = [0] * len(text)
    border = 0
    for place in range(1, len(text)):
        while border and text[place] != text[border]:
            border = borders[border - 1]
        border += text[place] == text[border]
        borders[place] = border
    return border > 0


def fold(text: str) -> str:
    """A text in lower case, every code point for itself."""
    if not text.isascii():
        # The one letter that grows, and the one whose form depends on what stands around it.
        text = text.replace("\u0130", "i").replace("\u03a3", "\u03c3").replace("\u03c2", "\u03c3")
    return text.lower()


def normal(text: str) -> str:
    """A text as the index holds it: of the same length, without case, and without what it cannot hold."""
    text = fold(text)
    return text.replace("\0", "\ufffd") if text.isascii() else _STRANGE.sub("\ufffd", text)
