"""A script: the acts of one session while an importer puts them together.

A source tells things in another order than they have to be written: that a turn is over is known only when the next one
begins, and what a request held only when the answer is there. So every act is given a place, which is the position of
the record it comes from and a rank among the acts of that record, and the acts are handed over by place. An act may be
given as a function that makes it: requests would fill the memory if all of them were put together at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter

from clew.model.act import ABSENT, Act
from clew.model.event import Logged
from clew.model.slug import Severity

BEFORE, HERE, END, AFTER = -1, 0, 1, 2
"""Ranks among the acts of one record: what precedes it, its own acts, the ends of what it closes, the beginning of what
it led to.
"""


class Script:
    """Acts with their places; iterating hands them over in order, as often as asked."""

    def __init__(self) -> None:
        self._acts: list[tuple[tuple[int, int], Act | Callable[[], Act]]] = []
        self._last = 0

    def number(self) -> int:
        """A new number for a node."""
        self._last += 1
        return self._last

    def add(self, place: int, act: Act | Callable[[], Act], rank: int = HERE) -> None:
        """Put an act, or what makes it, at a place."""
        self._acts.append(((place, rank), act))

    def log(
        self,
        place: int,
        at: float,
        slug: str,
        severity: Severity,
        message: str,
        details: object = ABSENT,
        of: int = 0,
        request: int | None = None,
    ) -> None:
        """Put a log entry at a place; ``request`` is the attempt in force."""
        entry = Logged(
            at=at, of=of, slug=slug, severity=severity, message=message, details=details, llm_request=request
        )
        self.add(place, entry)

    def entry(self, place: int, at: float, message: str, details: object, of: int = 0) -> None:
        """Keep what is not represented otherwise as a verbose entry."""
        self.log(place, at, "import.entry", "VRB", message, details, of)

    def __iter__(self) -> Iterator[Act]:
        for _, act in sorted(self._acts, key=itemgetter(0)):
            yield act if isinstance(act, Act) else act()
