"""Alignment: which element of one sequence corresponds to which of another, in order and by content.

What is equal at both ends is paired first, then what is equal and unique in the middle (patience). The gaps that are
left are paired by likeness with a table of scores, which is bounded to a band along the diagonal: two sessions of a
hundred thousand turns that differ in every one of them are aligned in time that grows with their length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")
Slot = tuple[int | None, int | None]
"""Positions of elements that correspond; ``None`` beside an element that stands alone."""

_WHOLE = 250_000
"""Pairs of elements up to which every one is scored."""
_REACH = 24
"""Elements to each side of the diagonal that are scored otherwise."""
_NEVER = float("-inf")


def align(
    one: Sequence[T], other: Sequence[T], key: Callable[[T], Hashable], likeness: Callable[[T, T], float]
) -> list[Slot]:
    """Pair the elements of two sequences, in order.

    ``key`` is equal for elements that surely correspond; ``likeness`` scores any two, and 0 says never.
    """
    keys = [*map(key, one)], [*map(key, other)]
    slots: list[Slot] = []
    first = low = 0
    for stop, high in (*_anchors(*keys), (len(one), len(other))):
        gap = _by_likeness(one[first:stop], other[low:high], likeness)
        slots += [(_shifted(mine, first), _shifted(its, low)) for mine, its in gap]
        if stop < len(one) and high < len(other):
            slots.append((stop, high))
        first, low = stop + 1, high + 1
    return slots


def match(one: Sequence[T], other: Sequence[T], keys: Iterable[Callable[[T], Hashable]]) -> list[Slot]:
    """Pair elements in any order: first all that agree by the first key, then by the next, each in turn."""
    left, right = dict.fromkeys(range(len(one))), dict.fromkeys(range(len(other)))
    slots: list[Slot] = []
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for its in reversed(right):
            waiting.setdefault(key(other[its]), []).append(its)
        for mine in [*left]:
            found = waiting.get(key(one[mine]))
            if found:
                its = found.pop()
                del left[mine], right[its]
                slots.append((mine, its))
    return [*slots, *((mine, None) for mine in left), *((None, its) for its in right)]


def alike(one: Sequence[object], other: Sequence[object]) -> int:
    """How many elements at the beginning of two sequences are equal."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low + 1 < high:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def in_reading_order(
    slots: Iterable[tuple[str | None, str | None]], before: Sequence[str], after: Sequence[str]
) -> list[tuple[str | None, str | None]]:
    """Pairs of names in the order of the first sequence; what is only in the second comes after its neighbour."""
    of_before, of_after = _by_side(slots)
    following: dict[str | None, list[str]] = {}
    neighbour: str | None = None
    for name in after:
        partner = of_after[name]
        if partner is None:
            following.setdefault(neighbour, []).append(name)
        else:
            neighbour = partner
    ordered: list[tuple[str | None, str | None]] = []
    waiting = following.get(None, [])
    for name in before:
        if of_before[name] is not None:
            ordered += [(None, alone) for alone in waiting]
            waiting = following.get(name, [])
        ordered.append((name, of_before[name]))
    return [*ordered, *((None, alone) for alone in waiting)]


def crossings(slots: Iterable[Slot]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs that cross each other, two and two."""
    pairs = sorted((mine, its) for mine, its in slots if mine is not None and its is not None)
    if [its for _, its in pairs] != sorted(its for _, its in pairs):
        yield from ((first, second) for first, second in combinations(pairs, 2) if first[1] > second[1])


def _by_side(
    slots: Iterable[tuple[str | None, str | None]],
) -> tuple[Mapping[str, str | None], Mapping[str, str | None]]:
    pairs = [*slots]
    return (
        {mine: its for mine, its in pairs if mine is not None},
        {its: mine for mine, its in pairs if its is not None},
    )


def _shifted(place: int | None, by: int) -> int | None:
    return None if place is None else place + by


def _anchors(one: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Positions of elements that surely correspond: equal at both ends, or equal and unique in the middle."""
    head = alike(one, other)
    tail = alike(one[head:][::-1], other[head:][::-1])
    yield from ((place, place) for place in range(head))
    stop, high = len(one) - tail, len(other) - tail
    if (stop - head) * (high - head) > _WHOLE:
        yield from ((mine + head, its + head) for mine, its in _unique(one[head:stop], other[head:high]))
    yield from ((stop + place, high + place) for place in range(tail))


def _unique(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest run of ascending pairs of elements that occur once on each side."""
    counts = Counter(one), Counter(other)
    places = {key: place for place, key in enumerate(other) if counts[1][key] == 1}
    pairs = [(place, places[key]) for place, key in enumerate(one) if counts[0][key] == 1 and key in places]
    ends: list[int] = []
    tails: list[int] = []
    before: list[int | None] = []
    for number, (_, its) in enumerate(pairs):
        at = bisect_left(ends, its)
        before.append(tails[at - 1] if at else None)
        ends[at : at + 1] = [its]
        tails[at : at + 1] = [number]
    chain: list[tuple[int, int]] = []
    link = tails[-1] if tails else None
    while link is not None:
        chain.append(pairs[link])
        link = before[link]
    return chain[::-1]


def _by_likeness(one: Sequence[T], other: Sequence[T], likeness: Callable[[T, T], float]) -> list[Slot]:
    """Pair the elements of a gap so that the sum of their likenesses is the largest there is within the band."""
    rows, columns = len(one), len(other)
    if not rows or not columns:
        return [*((place, None) for place in range(rows)), *((None, place) for place in range(columns))]
    reach = max(rows, columns) if rows * columns <= _WHOLE else max(_REACH, columns // rows + 2)
    ways = _ways(one, other, likeness, reach)
    slots: list[Slot] = []
    row = column = 0
    while row < rows or column < columns:
        low, steps = ways[row] if row < rows else (0, b"")
        step = steps[column - low] if row < rows and 0 <= column - low < len(steps) else _RIGHT
        if step == _PAIR:
            slots.append((row, column))
            row, column = row + 1, column + 1
        elif step == _DOWN:
            slots.append((row, None))
            row += 1
        else:
            slots.append((None, column))
            column += 1
    return slots


_PAIR, _DOWN, _RIGHT = 0, 1, 2


def _ways(
    one: Sequence[T], other: Sequence[T], likeness: Callable[[T, T], float], reach: int
) -> list[tuple[int, bytes]]:
    """For each row where its band begins, and the best step from each of its columns on."""
    rows, columns = len(one), len(other)
    below_low, below = 0, [0.0] * (columns + 1)
    ways: list[tuple[int, bytes]] = []
    for row in range(rows - 1, -1, -1):
        centre = row * columns // rows
        low, high = max(0, centre - reach), min(columns, centre + reach)
        scores, steps = [_NEVER] * (high - low + 1), bytearray(high - low + 1)
        right = _NEVER
        for column in range(high, low - 1, -1):
            place = column - below_low
            down = below[place] if 0 <= place < len(below) else _NEVER
            best, step = (down, _DOWN) if down >= right else (right, _RIGHT)
            if column < columns and 0 <= place + 1 < len(below):
                score = likeness(one[row], other[column])
                if score > 0 and below[place + 1] + score >= best:
                    best, step = below[place + 1] + score, _PAIR
            right = scores[column - low] = best
            steps[column - low] = step
        ways.append((low, bytes(steps)))
        below_low, below = low, scores
    return ways[::-1]
