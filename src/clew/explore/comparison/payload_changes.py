"""Where two JSON values differ: the innermost places, each with what stood there and what stands there now.

Lists are aligned by their elements, so that an element put in between is one change. Nothing here recurses: a payload
may nest deeper than the interpreter's stack.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clew.explore.comparison.alignment import alike
from clew.explore.comparison.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
Opcode = tuple[str, int, int, int, int]


class _Missing:
    """Stands for a value that is not there, where ``None`` would be JSON's null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

_DEEP = 24
"""Levels below which lists are compared element by element: to name each would read the rest at every level."""
_MOST_PAIRS = 4_000_000
"""Pairs of elements beyond which lists are not aligned but compared element by element."""


class PayloadChange(NamedTuple):
    """One place that is not the same."""

    path: Path
    """Keys and indexes as in the second value, as in the first for what is missing in the second."""
    path_before: Path
    """Keys and indexes as in the first value."""
    before: Any
    """What stood there; ``MISSING`` if nothing did."""
    after: Any
    """What stands there; ``MISSING`` if nothing does."""
    moved: bool = False
    """Whether these are lists of the same elements in another order."""


_Task = tuple[Path, Path, Any, Any]


def changes(before: object, after: object) -> list[PayloadChange]:
    """Every innermost place where two values differ, in the order of the document."""
    found: list[PayloadChange] = []
    stack: list[_Task] = [((), (), before, after)]
    while stack:
        path, was, one, other = stack.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            stack.extend(reversed([*_of_objects(path, was, one, other)]))
        elif isinstance(one, list) and isinstance(other, list):
            if _is_moved(path, one, other):
                found.append(PayloadChange(path, was, one, other, moved=True))
            else:
                stack.extend(reversed([*_of_lists(path, was, one, other)]))
        elif not _equal(one, other):
            found.append(PayloadChange(path, was, one, other))
    return found


def gathered(found: Sequence[PayloadChange], before: object, after: object) -> tuple[str, Any, Any]:
    """Several changes as one: the innermost place that holds them all, and its two values."""
    if len(found) == 1:
        return where(found[0].path), found[0].before, found[0].after
    path = found[0].path
    for change in found[1:]:
        path = path[: alike(path, change.path)]
    if any(len(change.path) == len(path) for change in found):
        path = path[:-1]
    return where(path), at(before, found[0].path_before[: len(path)]), at(after, path)


def where(path: Path) -> str:
    """A path as people write it: ``messages[3].content[0].text``."""
    words = []
    for part in path:
        if isinstance(part, int):
            words.append(f"[{part}]")
        elif str(part).replace("-", "_").isidentifier():
            words.append(f".{part}" if words else part)
        else:
            words.append(f"[{part!r}]")
    return "".join(words)


def at(value: Any, path: Path) -> Any:  # noqa: ANN401 - a JSON value
    """What stands at a path of a value; ``MISSING`` if nothing does."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def opcodes(one: Sequence[Any], other: Sequence[Any]) -> list[Opcode]:
    """How one sequence becomes another, as :mod:`difflib` says it; what is equal at both ends costs next to nothing."""
    head = alike(one, other)
    tail = alike(one[head:][::-1], other[head:][::-1])
    middle = (one[head : len(one) - tail], other[head : len(other) - tail])
    inner = [
        (tag, first + head, stop + head, low + head, high + head) for tag, first, stop, low, high in _middle(*middle)
    ]
    ends: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    if tail:
        inner.append(("equal", len(one) - tail, len(one), len(other) - tail, len(other)))
    return ends + inner


def _middle(one: Sequence[Any], other: Sequence[Any]) -> list[Opcode]:
    if not one and not other:
        return []
    if not one or not other or len(one) * len(other) > _MOST_PAIRS:
        tag = "replace" if one and other else "delete" if one else "insert"
        return [(tag, 0, len(one), 0, len(other))]
    return [*SequenceMatcher(None, one, other, autojunk=False).get_opcodes()]


def _of_objects(path: Path, was: Path, one: dict[Any, Any], other: dict[Any, Any]) -> Iterator[_Task]:
    for key, item in one.items():
        yield (*path, key), (*was, key), item, other.get(key, MISSING)
    for key, item in other.items():
        if key not in one:
            yield (*path, key), (*was, key), MISSING, item


def _of_lists(path: Path, was: Path, one: list[Any], other: list[Any]) -> Iterator[_Task]:
    if len(path) > _DEEP or (len(one) <= 1 and len(other) <= 1):
        yield from _paired(path, was, (one, 0, len(one)), (other, 0, len(other)))
        return
    names = [*map(fingerprint, one)], [*map(fingerprint, other)]
    for tag, first, stop, low, high in opcodes(*names):
        if tag != "equal":
            yield from _paired(path, was, (one, first, stop), (other, low, high))


def _paired(
    path: Path, was: Path, one: tuple[list[Any], int, int], other: tuple[list[Any], int, int]
) -> Iterator[_Task]:
    """Elements side by side; those that one list has more are missing in the other."""
    (left, first, stop), (right, low, high) = one, other
    for place in range(max(stop - first, high - low)):
        mine, its = first + place, low + place
        before = left[mine] if mine < stop else MISSING
        after = right[its] if its < high else MISSING
        yield (*path, its if after is not MISSING else mine), (*was, mine), before, after


def _is_moved(path: Path, one: list[Any], other: list[Any]) -> bool:
    if len(one) != len(other) or len(one) <= 1 or len(path) > _DEEP:
        return False
    names = [*map(fingerprint, one)], [*map(fingerprint, other)]
    return names[0] != names[1] and Counter(names[0]) == Counter(names[1])


def _equal(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - NaN is what differs from itself
