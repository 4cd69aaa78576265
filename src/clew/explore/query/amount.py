"""Amounts and spans of them: ``>100k``, ``<=0.5``, ``1..5``, ``>90s``.

An amount is exact, in the unit of its field: a count, US dollars, or milliseconds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

import msgspec

Measure = Literal["count", "money", "duration"]
"""What is measured, and so which units may be written."""

_COUNT = {"G": Decimal(10**9), "M": Decimal(10**6), "k": Decimal(1000), "": Decimal(1)}
_DURATION = {
    "d": Decimal(86_400_000),
    "h": Decimal(3_600_000),
    "m": Decimal(60_000),
    "s": Decimal(1000),
    "ms": Decimal(1),
}
_UNITS: dict[Measure, dict[str, Decimal]] = {"count": _COUNT, "money": _COUNT, "duration": _DURATION}
"""How many of a measure's own unit each unit is; the largest first, which is how amounts are written."""
_READ: dict[Measure, dict[str, Decimal]] = {
    "count": {unit.lower(): size for unit, size in _COUNT.items()},
    "money": {unit.lower(): size for unit, size in _COUNT.items()},
    "duration": {"w": Decimal(604_800_000), **_DURATION},
}
_AMOUNT = re.compile(r"\$?(?P<number>[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})(?P<unit>[a-zA-Z]*)")
_TOO_LARGE = Decimal(10**15)
_SIGNS = (">=", "<=", ">", "<", "=")

EXAMPLES: dict[Measure, tuple[str, str, str]] = {
    "count": ("5", ">100k", "1..5"),
    "money": ("0.5", ">0.01", "0.1..2"),
    "duration": (">90s", "<500ms", "5m..2h"),
}
"""How a span of each measure may be written."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """All amounts between two bounds."""

    low: Decimal | None = None
    """The lower bound; ``None`` if there is none."""
    high: Decimal | None = None
    """The upper bound; ``None`` if there is none."""
    low_open: bool = False
    """Whether the lower bound itself lies outside."""
    high_open: bool = False
    """Whether the upper bound itself lies outside."""

    def holds(self, amount: Decimal | float | None) -> bool:
        """Whether an amount lies in the span; what is unknown lies in none."""
        if amount is None:
            return False
        low, high = _like(amount, self.low), _like(amount, self.high)
        above = low is None or amount > low or (amount == low and not self.low_open)
        below = high is None or amount < high or (amount == high and not self.high_open)
        return above and below


def read_span(text: str, measure: Measure) -> Span | None:
    """A span as a person writes it; ``None`` if it is none, or an empty one."""
    sign = next((sign for sign in _SIGNS if text.startswith(sign)), "")
    if sign or ".." not in text:
        return _signed(sign, read_amount(text.removeprefix(sign), measure))
    left, _, right = text.partition("..")
    low, high = read_amount(left, measure), read_amount(right, measure)
    known = (bool(left), bool(right)) == (low is not None, high is not None) and (left or right)
    if not known or (low is not None and high is not None and low > high):
        return None
    return Span(low=low, high=high)


def read_amount(text: str, measure: Measure) -> Decimal | None:
    """An amount in its measure's own unit; ``None`` if the text is none, or beyond all that can be meant."""
    found = _AMOUNT.fullmatch(text)
    if found is None or (text.startswith("$") and measure != "money"):
        return None
    size = _READ[measure].get(found["unit"].lower())
    amount = Decimal(found["number"]) * size if size is not None else None
    return amount if amount is not None and amount < _TOO_LARGE else None


def written_span(span: Span, measure: Measure) -> str:
    """A span as :func:`read_span` reads it."""
    low = "" if span.low is None else written_amount(span.low, measure)
    high = "" if span.high is None else written_amount(span.high, measure)
    if span.low is not None and span.high is not None:
        return low if span.low == span.high else f"{low}..{high}"
    if span.low is not None:
        return f"{'>' if span.low_open else '>='}{low}"
    return f"{'<' if span.high_open else '<='}{high}"


def written_amount(amount: Decimal, measure: Measure) -> str:
    """An amount in the largest unit of which it is a whole number, else in the smallest."""
    units = _UNITS[measure]
    for unit, size in units.items():
        if amount and amount % size == 0:
            return f"{amount // size:f}{unit}"
    return f"{amount.normalize():f}{[*units][-1]}"


def _like(amount: Decimal | float, bound: Decimal | None) -> Decimal | float | None:
    """A bound as exact as the amount it is compared with: a float meets the nearest float, as in the database."""
    return float(bound) if isinstance(amount, float) and bound is not None else bound


def _signed(sign: str, amount: Decimal | None) -> Span | None:
    if amount is None:
        return None
    if sign in {">", ">="}:
        return Span(low=amount, low_open=sign == ">")
    if sign in {"<", "<="}:
        return Span(high=amount, high_open=sign == "<")
    return Span(low=amount, high=amount)
