"""Promises of :mod:`clew.text.numbers`."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.text import numbers


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0 ms"),
        (0.0229, "0.02 ms"),
        (1.4321, "1.43 ms"),
        (842, "842 ms"),
        (999.6, "1.00 s"),
        (9996, "10.0 s"),
        (12_345, "12.3 s"),
        (99_960, "1 min 40 s"),
        (125_000, "2 min 05 s"),
        (3_600_000, "1 h 00 min"),
        (187_200_000, "2 d 04 h"),
        (-5, "-5.00 ms"),
    ],
)
def test_durations(milliseconds: float | None, shown: str) -> None:
    """A duration has three significant digits and the unit a person would choose."""
    assert numbers.duration(milliseconds) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, "–"), (0, "0"), (412, "412"), (1096, "1.10k"), (41_234, "41.2k"), (999_600, "1.00M"), (3 * 10**9, "3.00G")],
)
def test_counts(number: int | None, shown: str) -> None:
    """Small counts are exact, large ones have three significant digits, unknown is no zero."""
    assert numbers.count(number) == shown


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        (None, "–"),
        ("0", "$0"),
        ("0.0312", "$0.0312"),
        ("0.0071", "$0.0071"),
        ("0.0000123", "$0.0000123"),
        ("1.2", "$1.20"),
        ("41.23", "$41.2"),
        ("1234.5", "$1,234"),
        ("-0.5", "-$0.500"),
    ],
)
def test_money(dollars: str | None, shown: str) -> None:
    """An amount has three significant digits, however small; an unknown cost is never $0."""
    assert numbers.money(None if dollars is None else Decimal(dollars)) == shown


def test_one_is_no_plural() -> None:
    """What is counted in words is exact, and one of it has its own word."""
    assert [numbers.counted(number, "session") for number in (0, 1, 1204)] == [
        "0 sessions",
        "1 session",
        "1,204 sessions",
    ]
    assert [numbers.counted(number, "retry", "retries") for number in (1, 2)] == ["1 retry", "2 retries"]


def test_sizes_are_decimal() -> None:
    """Bytes are counted in thousands, as disks are."""
    assert [numbers.size(octets) for octets in (812, 2100, 1_050_000)] == ["812 B", "2.10 kB", "1.05 MB"]


@given(st.integers(1, 10**15))
def test_a_count_is_at_most_half_a_percent_off(number: int) -> None:
    """What is shown is what is meant, to three digits."""
    shown = numbers.count(number)
    digits = float(shown.rstrip("kMGT").replace(",", ""))
    factor = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}.get(shown[-1], 1)
    assert digits * factor == pytest.approx(number, rel=0.005)


@given(st.floats(1, 1e14))
def test_a_duration_is_short(milliseconds: float) -> None:
    """No duration breaks its column."""
    assert re.fullmatch(r"[\d.,]+ (ms|s)|\d+ (min|h|d) \d\d (s|min|h)", numbers.duration(milliseconds))


def test_times_in_data_are_utc() -> None:
    """Data has ISO 8601 in UTC to the microsecond, and a time that no calendar has does no harm."""
    assert numbers.utc_time(1_762_698_854_123.456) == "2025-11-09T14:34:14.123456Z"
    assert numbers.utc_time(1e30) == "1970-01-01T00:00:00.000000Z"
