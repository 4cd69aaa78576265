"""Promises of a recorded result: it has the form that the function's annotation names, or the one of the record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pydantic
import pytest

from clew.instrument.given_back import given_back
from clew.record.standin import Found


@dataclasses.dataclass
class Parcel:
    """Something that is no JSON."""

    number: int


class Order(pydantic.BaseModel):
    """A model of a validation library."""

    number: int


def _parcels() -> list[Parcel]:
    return []


def _order() -> Order:
    return Order(number=0)


def _day() -> dt.date:
    return dt.date.min


def _words() -> str:
    return ""


def _anything() -> Any:  # noqa: ANN401 - as applications have it
    return None


def _nothing_known():  # type: ignore[no-untyped-def]  # noqa: ANN202 - as applications have it
    return None


def _unknown() -> NotImported:  # type: ignore[name-defined]  # noqa: F821 - as what only a type checker knows
    return None


@pytest.mark.parametrize(
    ("function", "recorded", "given"),
    [
        (_parcels, [{"number": 7}], [Parcel(7)]),
        (_order, {"number": 7}, Order(number=7)),
        (_day, "2026-11-22", dt.date(2026, 11, 22)),
        (_words, "tea", "tea"),
        (_words, {"tea": 1}, {"tea": 1}),
        (_parcels, [{"weight": 7}], [{"weight": 7}]),
        (_anything, {"tea": 1}, {"tea": 1}),
        (_nothing_known, [1], [1]),
        (_unknown, [1], [1]),
    ],
)
def test_a_result_has_the_annotated_form(function: Any, recorded: object, given: object) -> None:  # noqa: ANN401 - any function
    """What fits is made of it; what does not fit, or is not annotated, stays JSON."""
    assert given_back(Found(recorded), function) == Found(given)


def test_a_failure_stays_one() -> None:
    """There is no result to give a form to."""
    failed = Found(status="failed", error="ValueError: no")
    assert given_back(failed, _parcels) is failed
