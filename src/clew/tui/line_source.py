"""Where the lines of a list come from: how many there are, and those that are in sight."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.text.row import Row


class LineSource(ABC):
    """Lines to be shown."""

    @abstractmethod
    def __len__(self) -> int:
        """How many there are."""

    @abstractmethod
    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:
        """Those of a range, for so many columns; longer ones can be scrolled sideways."""

    def fit(self, width: int) -> None:  # noqa: B027 - most sources need not know
        """Hear how many columns there are, for a source whose number of lines depends on it."""


class FixedLines(LineSource):
    """Lines that are there already."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        """Keep the rows."""
        self._rows = rows

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def rows(self, start: int, stop: int, width: int) -> Sequence[Row]:  # noqa: ARG002 - a line source's signature
        """Those of a range."""
        return self._rows[start:stop]
