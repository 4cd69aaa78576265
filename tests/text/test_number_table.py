"""One table of numbers that the terminal and the page both show: ``tests/golden/numbers.json``.

Written by :mod:`clew.text.numbers`, read by ``frontend/src/lib/format.test.ts``: whoever changes one side hears of it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from clew.text import numbers
from tests.text.goldens import agrees

V = TypeVar("V")

_DURATIONS = (0, 0.0229, 0.125, 0.375, 0.995, 1, 1.005, 2.125, 842, 999.4, 999.5, 999.6, 9995, 9996, 12_345, 99_949)
_LONG = (99_950, 99_960, 100_500, 125_000, 3_599_500, 3_600_000, 86_399_499, 187_200_000, 1e12, -5, -0.5)
_COUNTS = (0, 1, 412, 999, 1000, 1005, 1015, 1096, 41_234, 999_499, 999_500, 3 * 10**9, 10**15, 10**18, -1500)
_AMOUNTS = ("0", "0.0312", "0.0071", "0.0000123", "0.00001230", "1.2", "1.005", "41.23", "999.5", "1000.5", "1001.5")
_MORE_AMOUNTS = ("1234.5", "1234567.891", "-0.5", "0.000000000001", "123456789012345678901234")
_TIMES = (0.0, 1_762_698_854_123.456, 1_762_698_854_999.9996, 1_795_338_524_171.62, 1e30, 253_402_300_799_000.0)


@pytest.fixture
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC, here as in the tests of the page."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _rows(shown: Callable[[V], object], values: list[V]) -> list[tuple[V, object]]:
    return [(value, shown(value)) for value in values]


@pytest.mark.usefixtures("_utc")
def test_the_page_shows_numbers_as_the_terminal_does() -> None:
    """Durations, counts, sizes, money and times are formatted by one table, at every edge and at random."""
    chance = random.Random(5)
    spread = [10 ** chance.uniform(-3, 11) for _ in range(60)]
    counts = [*_COUNTS, *(int(value) for value in spread)]
    money = [*_AMOUNTS, *_MORE_AMOUNTS, *(f"{value / 1e4:.8f}" for value in spread)]
    table: dict[str, list[tuple[Any, object]]] = {
        "duration": _rows(numbers.duration, [None, *_DURATIONS, *_LONG, *spread]),
        "count": _rows(numbers.count, [None, *counts]),
        "size": _rows(numbers.size, [None, *counts]),
        "money": [(None, numbers.money(None)), *((text, numbers.money(Decimal(text))) for text in money)],
        "clock_time": _rows(numbers.clock_time, list(_TIMES)),
        "utc_time": _rows(numbers.utc_time, [None, *_TIMES]),
    }
    lines = ",\n".join(
        f'"{kind}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for kind, rows in table.items()
    )
    assert agrees("numbers.json", f"{{\n{lines}\n}}\n")
