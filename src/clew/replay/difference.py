"""What differs between two JSON values, and where: the first places, in the order of the recorded value.

A place is written as people write it: ``messages[2].content[0].text``. Tools are told apart by their names, so that one
tool more is one difference: ``tools[weather].input_schema``.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from clew.replay.normaliser import same_leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.replay.normaliser import Comparison

MOST = 20
"""Places that are told of at most."""
SHOWN = 90
"""Characters of a value that are shown."""
BEFORE = 30
"""How many of them stand before the first that differs."""


class Nothing(Struct, frozen=True):
    """Stands where there is no value."""


NOTHING = Nothing()
"""No value."""


class Difference(Struct, frozen=True, kw_only=True):
    """One place where two values differ."""

    where: str
    """The place."""
    steps: tuple[str | int, ...]
    """The same, as the keys and indexes that lead there."""
    recorded: Any
    """What the record has there; ``NOTHING`` where it has nothing."""
    found: Any
    """What there is now."""


def differences(recorded: object, found: object, comparison: Comparison) -> tuple[Difference, ...]:
    """The places where two redacted JSON values differ."""
    return tuple(islice(_walk(recorded, found, (), "", comparison), MOST))


def _walk(recorded: Any, found: Any, steps: tuple[str | int, ...], where: str, how: Comparison) -> Iterator[Difference]:  # noqa: ANN401 - JSON values
    if isinstance(recorded, dict) and isinstance(found, dict):
        for key in chain(recorded, (key for key in found if key not in recorded)):
            there = f"{where}.{key}" if where else key
            yield from _walk(recorded.get(key, NOTHING), found.get(key, NOTHING), (*steps, key), there, how)
    elif isinstance(recorded, list) and isinstance(found, list):
        yield from _lists(recorded, found, steps, where, how)
    elif isinstance(recorded, str) and isinstance(found, str):
        if not how.same_text(recorded, found):
            yield Difference(where=where, steps=steps, recorded=recorded, found=found)
    elif not same_leaf(recorded, found):
        yield Difference(where=where, steps=steps, recorded=recorded, found=found)


def _lists(
    recorded: list[Any], found: list[Any], steps: tuple[str | int, ...], where: str, how: Comparison
) -> Iterator[Difference]:
    names, others = _names(recorded), _names(found)
    if names and others and set(names) != set(others):
        for name in chain(names, (name for name in others if name not in names)):
            one, other = names.get(name, NOTHING), others.get(name, NOTHING)
            yield from _walk(one, other, (*steps, name), f"{where}[{name}]", how)
        return
    for place in range(max(len(recorded), len(found))):
        one = recorded[place] if place < len(recorded) else NOTHING
        other = found[place] if place < len(found) else NOTHING
        label = next((name for name, item in names.items() if item is one), str(place))
        yield from _walk(one, other, (*steps, place), f"{where}[{label}]", how)


def _names(items: list[Any]) -> dict[str, Any]:
    """The items by name, if each of them has one of its own; those of OpenAI's tools are within a function."""
    named = {_name(item): item for item in items}
    return named if len(named) == len(items) and all(named) else {}


def _name(item: Any) -> str:  # noqa: ANN401 - a JSON value
    if not isinstance(item, dict):
        return ""
    inner = item.get("function")
    name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    return name if isinstance(name, str) else ""


def excerpts(difference: Difference) -> tuple[str, str]:
    """Both values as people compare them: on one line, from a little before the first character that differs."""
    one, other = _shown(difference.recorded), _shown(difference.found)
    pairs = enumerate(zip(one, other, strict=False))
    same = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, same - BEFORE)
    return _cut(one, start), _cut(other, start)


def _shown(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if isinstance(value, Nothing):
        return "nothing"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _cut(text: str, start: int) -> str:
    end = start + SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
