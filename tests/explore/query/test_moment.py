"""Promises about moments: what is said stays as it was said, and becomes a time when it is compared."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from clew.explore.query.moment import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOUR = 3_600_000


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place whose clocks were set back at three o'clock on 25 October 2026, said without a data base of zones."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def utc(*parts: int) -> float:
    """A time in milliseconds since the epoch."""
    return datetime(*parts, tzinfo=UTC).timestamp() * 1000  # type: ignore[misc, arg-type]  # year, month, day and so on


def at(text: str, now: float) -> float:
    """The time that a text means."""
    moment = read_moment(text)
    assert moment is not None
    return moment.at(now)


@pytest.mark.usefixtures("berlin")
def test_dates_are_local() -> None:
    """A date begins at midnight where the reader is; a time with a zone is that time everywhere."""
    now = utc(2026, 11, 2, 12)
    assert at("2026-11-01", now) == utc(2026, 10, 31, 23)
    assert at("2026-11-01T10:00", now) == utc(2026, 11, 1, 9)
    assert at("2026-11-01T10:00:30.5", now) == utc(2026, 11, 1, 9, 0, 30) + 500
    assert at("2026-11-01T10:00Z", now) == utc(2026, 11, 1, 10)
    assert at("2026-11-01T10:00-05:30", now) == utc(2026, 11, 1, 15, 30)


@pytest.mark.usefixtures("berlin")
def test_days_begin_at_midnight() -> None:
    """Today and yesterday begin at local midnights, also where the clocks were set back in between."""
    now = utc(2026, 10, 25, 20)
    assert at("today", now) == utc(2026, 10, 24, 22)
    assert at("yesterday", now) == utc(2026, 10, 23, 22)
    assert at("today", now) == at("2026-10-25", now)
    assert at("yesterday", now + 24 * _HOUR) == at("2026-10-25", now)


def test_an_age_moves_with_the_clock() -> None:
    """Two days ago is two days before now, whenever it is asked."""
    assert at("2d", 1e12) == 1e12 - 48 * _HOUR
    assert at("2d", 2e12) == 2e12 - 48 * _HOUR
    assert at("90s", 1e12) == 1e12 - 90_000


@pytest.mark.parametrize(
    "text",
    ["", "2", "d", "2026", "2026-1-1", "20261101", "2026-W01", "2026-11-01T", "2026-11-01T25:00", "1899-12-31", "-2d"],
)
def test_what_is_no_moment(text: str) -> None:
    """What could be meant in several ways, or in none, is refused."""
    assert read_moment(text) is None
