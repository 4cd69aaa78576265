"""Limits of a page: what a client may ask for at once, checked in one place (rule W10)."""

from __future__ import annotations

from clew.web.asked import MOST_ROWS
from clew.web.refusal import Refusal


def checked_stop(start: int, stop: int, most: int = MOST_ROWS) -> int:
    """Where a page ends, never before it begins. Raises ``Refusal`` for one that is too long."""
    if stop - start > most:
        raise Refusal("web.too_much")
    return max(start, stop)
