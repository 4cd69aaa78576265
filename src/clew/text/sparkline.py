"""A sparkline: figures as heights, one sign each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.text.signs import ENTRY, LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence


def sparkline(figures: Sequence[float]) -> str:
    """The highest figure is as high as a sign can be; a point stands for none."""
    most = max(figures, default=0)
    return "".join(LEVELS[round(figure / most * (len(LEVELS) - 1))] if figure > 0 else ENTRY for figure in figures)
