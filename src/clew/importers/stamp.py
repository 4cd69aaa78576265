"""Times as foreign records write them, turned into milliseconds since the epoch.

A time that is absent, malformed or before 1970 is ``None``: the caller falls back on its neighbours, because a session
never starts in 1970.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_999.0
"""The end of the year 9999."""


def iso_milliseconds(text: object, *, naive_is_local: bool = False) -> float | None:
    """Read an ISO 8601 time; without an offset it is UTC, or this machine's local time where asked for."""
    moment = _moment(text)
    if moment is None:
        return None
    if moment.tzinfo is None and not naive_is_local:
        moment = moment.replace(tzinfo=UTC)
    try:
        return _checked((moment.astimezone(UTC) - _EPOCH) / timedelta(milliseconds=1))
    except (OverflowError, OSError, ValueError):
        return None


def clock_digits(text: object) -> float | None:
    """Milliseconds of the digits as they stand: ids must not depend on the zone in which an import runs."""
    moment = _moment(text)
    return None if moment is None else _checked((moment.replace(tzinfo=UTC) - _EPOCH) / timedelta(milliseconds=1))


def epoch_milliseconds(value: object) -> float | None:
    """Take a number of milliseconds since the epoch, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _checked(value)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _checked(value: float) -> float | None:
    return float(value) if 0 < value <= _LAST and math.isfinite(value) else None
