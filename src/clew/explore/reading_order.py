"""The order in which a session is read: to go from one node to the next that is meant, or to the one before."""

from __future__ import annotations

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.explore.view import SessionView

_ENDS = {"": -2.0, "init": -1.0, "fin": inf}


class ReadingOrder:
    """The order of the nodes of one session, those of the sessions below it included."""

    def __init__(self, view: SessionView) -> None:
        """Nothing is read yet."""
        self._view = view

    def next(self, paths: Iterable[str], here: str, *, back: bool = False) -> str | None:
        """The one of some paths that comes next after a place, or the one before; ``None`` if there is none."""
        now = self.rank(here)
        if back:
            return max((path for path in paths if self.rank(path) < now), key=self.rank, default=None)
        return min((path for path in paths if self.rank(path) > now), key=self.rank, default=None)

    def rank(self, path: str) -> tuple[float, ...]:
        """What paths are ordered by."""
        ranks: list[float] = []
        for level, part in enumerate(path.split(".")):
            label, _, number = part.partition("-")
            ranks += [self._of_round(label, outermost=not level), float(number) if number.isdecimal() else 0.0]
        return tuple(ranks)

    def _of_round(self, label: str, *, outermost: bool) -> float:
        if label in _ENDS:
            return _ENDS[label]
        if outermost:
            return self._places.get(label, inf)
        digits = label.removeprefix("s")
        return float(digits) if digits.isdecimal() else inf

    @cached_property
    def _places(self) -> dict[str, int]:
        return {path: place for place, path in enumerate(self._view.round_paths())}
