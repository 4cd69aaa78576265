"""A moment: ``2d`` (ago), ``today``, ``yesterday``, ``2026-11-01``, ``2026-11-01T10:00``.

It is kept as it was said and becomes a time only when it is compared: "two days ago" in a saved query, or on a screen
that stays open, goes on meaning two days before now. Dates and times are local unless they say otherwise.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import msgspec

from clew.explore.query.amount import read_amount, written_amount

_DAYS = {"today": 0, "yesterday": 1}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DATE.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_YEARS = range(1900, 9999)
"""Years in which every date is a time, in every zone."""

EXAMPLES = ("today", "yesterday", "2d", "2026-11-01", "2026-11-01T10:00")
"""How a moment may be written; ``2d`` is two days ago."""


class Moment(msgspec.Struct, frozen=True):
    """A time, as it was said."""

    text: str
    """As :func:`read_moment` writes it."""

    def at(self, now: float) -> float:
        """The time that is meant, when it is ``now``; both in milliseconds since the epoch."""
        if self.text in _DAYS:
            today = datetime.fromtimestamp(now / 1000).astimezone().date()
            return datetime.combine(today - timedelta(days=_DAYS[self.text]), time.min).timestamp() * 1000
        ago = read_amount(self.text, "duration")
        return now - float(ago) if ago is not None else datetime.fromisoformat(self.text).timestamp() * 1000


def read_moment(text: str) -> Moment | None:
    """A moment as a person writes it; ``None`` if it is none."""
    if text.lower() in _DAYS:
        return Moment(text.lower())
    ago = read_amount(text, "duration")
    if ago is not None:
        return Moment(written_amount(ago, "duration"))
    iso = text.upper()
    if _DATE.fullmatch(iso) is None and _TIME.fullmatch(iso) is None:
        return None
    try:
        return Moment(iso) if datetime.fromisoformat(iso).year in _YEARS else None
    except ValueError:  # a day that its month does not have
        return None
