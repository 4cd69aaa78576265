"""A time as a list shows it: as little as tells it apart, local."""

from __future__ import annotations

from datetime import UTC, datetime

_SECOND = 1000
_SINCE_FULL = 300
"""Days after which the year says more than the hour."""


def when(milliseconds: float, now: float) -> str:
    """``14:34:14`` today, ``Nov 09 14:34`` within the year, else ``2024-11-09``; ``now`` is in milliseconds."""
    try:
        moment = datetime.fromtimestamp(milliseconds / _SECOND, UTC).astimezone()
        today = datetime.fromtimestamp(now / _SECOND, UTC).astimezone()
    except (OverflowError, ValueError, OSError):  # a time no calendar has, from a foreign or damaged file
        return ""
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    if abs((today - moment).days) < _SINCE_FULL:
        return f"{_MONTHS[moment.month - 1]} {moment:%d %H:%M}"
    return f"{moment:%Y-%m-%d}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
