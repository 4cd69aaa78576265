"""The conversation that requests carry: compared once, and later only by what is new in it.

A request repeats the whole conversation before it. Of two requests that follow compared ones only what neither repeats
is looked at, so that a session costs what is new in it. A request that carries another conversation (a compaction, a
step with messages of its own) is compared from where it departs, with the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.explore.comparison.alignment import align
from clew.explore.comparison.findings import joined
from clew.explore.comparison.fingerprint import fingerprint, steady
from clew.explore.comparison.payload_changes import MISSING, changes, gathered, opcodes
from clew.explore.comparison.sketch import message_likeness, sketch_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Findings, Place
    from clew.wire.items import Items

_INSTRUCTIONS = frozenset({"system", "developer"})


class _Hunk(NamedTuple):
    """Messages that differ: those of A from ``first`` to before ``stop``, and those of B."""

    first: int
    stop: int
    low: int
    high: int

    def stands(self, kept_a: int, kept_b: int) -> bool:
        """Whether it is still so when only so many messages are kept: one that lacks messages may get them later."""
        between = self.first == self.stop or self.low == self.high
        return self.stop + between <= kept_a and self.high + between <= kept_b


class _Side:
    """The messages of the last request of one session."""

    def __init__(self) -> None:
        self.items: Items | None = None
        self.names: list[bytes] = []
        """Their fingerprints."""

    def follow(self, items: Items) -> int:
        """Take the messages of the next request; how many of the old ones it begins with."""
        kept = min(items.shared(self.items), len(self.names)) if self.items is not None else 0
        names = [fingerprint(steady(message)) for message in items.load(kept)]
        old, kept_before = self.names, kept
        while kept < len(old) and kept - kept_before < len(names) and old[kept] == names[kept - kept_before]:
            kept += 1
        del old[kept:]
        old += names[kept - kept_before :]
        self.items = items
        return kept


class History:
    """The conversation of one agent in both sessions, as far as it was compared."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._a, self._b = _Side(), _Side()
        self._hunks: list[_Hunk] = []

    def compare(self, place: Place, what: str, a: Items, b: Items, findings: Findings) -> None:
        """Report the messages of two requests that differ, and that nothing known before explains."""
        kept = self._a.follow(a), self._b.follow(b)
        known = [hunk for hunk in self._hunks if hunk.stands(*kept)]
        first, low = (known[-1].stop, known[-1].high) if known else (0, 0)
        equal = min(kept[0] - first, kept[1] - low)
        if len(known) < len(self._hunks):
            dropped = self._hunks[len(known)]
            equal = max(0, min(equal, dropped.first - first, dropped.low - low))
        fresh = [*self._fresh(first + equal, low + equal)]
        self._hunks = known + fresh
        echoed = bool(known)
        for hunk in fresh:
            echoed |= not _report(place, what, a, b, hunk, findings)
        findings.echoes += echoed

    def _fresh(self, first: int, low: int) -> Iterator[_Hunk]:
        """What differs from these messages on."""
        for tag, begin, stop, start, high in opcodes(self._a.names[first:], self._b.names[low:]):
            if tag != "equal":
                yield _Hunk(begin + first, stop + first, start + low, high + low)


def _report(place: Place, what: str, a: Items, b: Items, hunk: _Hunk, findings: Findings) -> bool:
    """Report what of a hunk is no echo; returns whether anything is."""
    one, other = steady(a.load(hunk.first, hunk.stop)), steady(b.load(hunk.low, hunk.high))
    reported = False
    gone: list[int] = []
    come: list[int] = []
    for mine, its in _aligned(one, other, findings):
        if mine is not None and its is not None:
            index = hunk.low + its
            reported |= _changed(place, joined(what, f"[{index}]"), one[mine], other[its], findings)
        elif mine is not None and not findings.echo.is_removed(one[mine]):
            gone.append(mine)
        elif its is not None and not findings.echo.is_added(other[its]):
            come.append(its)
    _runs(place, what, "request_message_removed", [(hunk.first + mine, one[mine]) for mine in gone], findings)
    _runs(place, what, "request_message_added", [(hunk.low + its, other[its]) for its in come], findings)
    return reported or bool(gone or come)


def _aligned(one: list[Any], other: list[Any], findings: Findings) -> list[tuple[int | None, int | None]]:
    """Messages side by side; those that are known to be added or removed stand alone."""
    if len(one) == len(other) and all(map(_alike, one, other)):
        return [(place, place) for place in range(len(one))]
    left = [place for place, message in enumerate(one) if not findings.echo.is_removed(message)]
    right = [place for place, message in enumerate(other) if not findings.echo.is_added(message)]
    sketches = [sketch_message(one[place]) for place in left], [sketch_message(other[place]) for place in right]
    slots = align(*sketches, key=id, likeness=message_likeness)
    return [(left[mine] if mine is not None else None, right[its] if its is not None else None) for mine, its in slots]


def _alike(one: object, other: object) -> bool:
    return sketch_message(one).role == sketch_message(other).role


def _changed(place: Place, what: str, before: Any, after: Any, findings: Findings) -> bool:  # noqa: ANN401 - JSON values
    found = findings.echo.new(changes(before, after))
    if found:
        role = after.get("role") if isinstance(after, dict) else None
        kind: Kind = "system_prompt_changed" if role in _INSTRUCTIONS else "request_message_changed"
        inner, old, new = gathered(found, before, after)
        findings.add(place, kind, joined(what, inner), old, new)
        findings.echo.learn(before, after)
    return bool(found)


def _runs(place: Place, what: str, kind: Kind, messages: Sequence[tuple[int, Any]], findings: Findings) -> None:
    """Report messages that stand alone; those that follow one another are one difference."""
    run: list[tuple[int, Any]] = []
    for number, message in messages:
        if run and run[-1][0] + 1 != number:
            _run(place, what, kind, run, findings)
            run = []
        run.append((number, message))
    if run:
        _run(place, what, kind, run, findings)


def _run(place: Place, what: str, kind: Kind, run: list[tuple[int, Any]], findings: Findings) -> None:
    first, last = run[0][0], run[-1][0]
    value = run[0][1] if len(run) == 1 else [message for _, message in run]
    index = f"[{first}]" if first == last else f"[{first}:{last + 1}]"
    before, after = (MISSING, value) if kind == "request_message_added" else (value, MISSING)
    findings.add(place, kind, joined(what, index), before, after)
    for _, message in run:
        findings.echo.learn(*((MISSING, message) if kind == "request_message_added" else (message, MISSING)))
