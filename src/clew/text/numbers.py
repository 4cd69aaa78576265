"""Numbers for people: three significant digits and a unit; what is unknown is ``–``, never ``0``.

Screens show local time, data shows ISO 8601 in UTC. Exact values stay in the data; nothing here is ever read back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

UNKNOWN = "–"
"""What stands for a number nobody knows."""

_SECOND = 1000
_LONGEST_IN_SECONDS = 100
_CENTS = 4
"""Decimals of a small amount of which the last may be zero."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def duration(milliseconds: float | None) -> str:
    """A span of time: ``842 ms``, ``12.3 s``, ``2 min 05 s``, ``3 h 07 min``, ``2 d 04 h``."""
    if milliseconds is None or milliseconds != milliseconds:  # noqa: PLR0124 - NaN is what differs from itself
        return UNKNOWN
    if milliseconds < 0:
        return f"-{duration(-milliseconds)}"
    if _rounded(milliseconds) < _SECOND:
        return f"{three_digits(milliseconds) if milliseconds >= 1 or not milliseconds else f'{milliseconds:.2f}'} ms"
    seconds = milliseconds / _SECOND
    return f"{three_digits(seconds)} s" if _rounded(seconds) < _LONGEST_IN_SECONDS else _long_duration(round(seconds))


def elapsed(started_at: float, ended_at: float | None) -> float | None:
    """Milliseconds between two times, or ``None`` for what has not ended."""
    return None if ended_at is None else ended_at - started_at


def count(number: int | None) -> str:
    """How many: ``412``, ``41.2k``, ``1.20M``, ``3.00G``."""
    return UNKNOWN if number is None else _scaled(number, ("", "k", "M", "G", "T"))


def counted(number: int, noun: str, plural: str = "") -> str:
    """How many of what, exactly: ``1 session``, ``1,204 sessions``; ``plural`` if it is not the noun with an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def size(octets: int | None) -> str:
    """How many bytes: ``812 B``, ``2.10 kB``, ``1.05 MB``."""
    return UNKNOWN if octets is None else _scaled(octets, (" B", " kB", " MB", " GB", " TB"))


def money(dollars: Decimal | None) -> str:
    """US dollars: ``$0.0312``, ``$1.20``, ``$41.2``, ``$1,234``."""
    if dollars is None:
        return UNKNOWN
    if dollars < 0:
        return f"-{money(-dollars)}"
    text = three_digits(float(dollars))
    while text.endswith("0") and len(text.partition(".")[2]) > _CENTS:
        text = text[:-1]
    return f"${text}"


def clock_time(milliseconds: float) -> str:
    """A time of day for a screen: local, to the millisecond."""
    return _date(milliseconds).astimezone().strftime("%H:%M:%S.%f")[:-3]


def utc_time(milliseconds: float | None) -> str | None:
    """A time for data: ISO 8601 in UTC, to the microsecond."""
    return None if milliseconds is None else _date(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def three_digits(value: float) -> str:
    """A number of at least 0 with three significant digits and no exponent; thousands are grouped."""
    rounded = _rounded(value)
    if rounded == 0:
        return "0"
    whole_digits = len(str(int(rounded))) if rounded >= 1 else -_leading_zeros(rounded)
    return f"{rounded:,.{max(0, 3 - whole_digits)}f}"


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if value < _SECOND else float(round(value))


def _leading_zeros(fraction: float) -> int:
    """Zeros between the point and the first digit of a number below 1."""
    return -int(f"{fraction:e}".partition("e")[2]) - 1


def _scaled(number: int, units: tuple[str, ...]) -> str:
    if abs(number) < _SECOND:
        return f"{number}{units[0]}"
    value, unit = float(number), 0
    while abs(float(f"{value:.3g}")) >= _SECOND and unit < len(units) - 1:
        value, unit = value / _SECOND, unit + 1
    sign = "-" if value < 0 else ""
    return f"{sign}{three_digits(abs(value))}{units[unit]}"


def _long_duration(seconds: int) -> str:
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE:02} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR:02} h"


def _date(milliseconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / _SECOND, UTC)
    except (OverflowError, ValueError, OSError):  # a time no calendar has, from a foreign or damaged file
        return datetime.fromtimestamp(0, UTC)
