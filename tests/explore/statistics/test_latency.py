"""Promises of percentiles: each is a time that was measured."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clew.explore.statistics.latency import percentile

times = st.lists(st.floats(0, 1e9), min_size=1, max_size=300).map(sorted)


@given(times, st.integers(1, 100))
def test_so_many_in_a_hundred_do_not_exceed_it(ordered: list[float], share: int) -> None:
    """It is the shortest such time, and one of those measured."""
    found = percentile(ordered, share)
    assert found in ordered
    assert sum(time <= found for time in ordered) * 100 >= share * len(ordered)
    assert sum(time < found for time in ordered) * 100 < share * len(ordered)


def test_of_ten_the_ninth_is_the_ninetieth_percentile() -> None:
    """As a person counts."""
    ordered = [float(number) for number in range(1, 11)]
    assert [percentile(ordered, share) for share in (50, 90, 99, 100)] == [5, 9, 10, 10]
