"""Echoes: what follows from differences that are known already.

A conversation is copied into every later request, so one changed message changes all of them. What was changed, added
or removed is learned where it is reported; a later place that differs in just that way, as it is, inside a longer text,
cut short, or as JSON within a string, is an echo. Only copies are ever taken for echoes: what a model or a tool says
anew is compared for itself.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from clew.explore.comparison.alignment import alike
from clew.explore.comparison.fingerprint import VOLATILE, fingerprint
from clew.explore.comparison.payload_changes import MISSING, PayloadChange, changes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

Standing = Literal["same", "new", "echo"]

_RECENT = 64
"""Texts that are looked for inside longer ones."""
_LONGEST = 200_000
"""Characters of a text beyond which nothing is looked for inside it."""
_CUT_FROM = 32
"""Characters from which the beginning of a text can stand for the whole."""
_STRUCTURE = VOLATILE | {"type", "role", "is_error", "cache_control", "status", "annotations", "refusal", "index"}
"""Fields of a message that say what it is, not what it says."""
_MARKS = frozenset({"is_error", "cache_control", "status", "type"})

_decode = msgspec.json.Decoder().decode


class Echo:
    """What is known to differ, in the order in which it was found."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._changed: set[tuple[bytes, bytes]] = set()
        self._by_core: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._recent: deque[tuple[str, str]] = deque(maxlen=_RECENT)
        self._added, self._removed = _Kept(), _Kept()
        self._settings: dict[tuple[Hashable, Hashable], _Setting] = defaultdict(_Setting)
        self._moved = False

    def learn(self, before: object, after: object) -> None:
        """Something became something else."""
        if before is MISSING and after is MISSING:
            return
        if before is MISSING or after is MISSING:
            (self._added if before is MISSING else self._removed).learn(after if before is MISSING else before)
            return
        self._changed.add((fingerprint(before), fingerprint(after)))
        for change in changes(before, after):
            if change.moved:
                self._moved = True
            elif change.path:
                self.learn(change.before, change.after)
            elif isinstance(change.before, str) and isinstance(change.after, str):
                self._recent.append((change.before, change.after))
                self._by_core[_core(change.before, change.after)].append((change.before, change.after))

    def learn_added(self, *values: object) -> None:
        """Something is there that was not."""
        for value in values:
            self._added.learn(value)

    def learn_removed(self, *values: object) -> None:
        """Something is not there any more."""
        for value in values:
            self._removed.learn(value)

    def learn_moved(self) -> None:
        """Things stand in another order."""
        self._moved = True

    def new(self, found: Iterable[PayloadChange]) -> list[PayloadChange]:
        """The changes that are no echoes; that a copied message is marked as an error follows from what it says."""
        told = [(change, self.explains(change)) for change in found]
        new = [change for change, is_echo in told if not is_echo]
        marks_only = all(change.path[-1:] and change.path[-1] in _MARKS for change in new)
        return [] if marks_only and any(is_echo for _, is_echo in told) else new

    def explains(self, change: PayloadChange) -> bool:
        """Whether a change of a copy follows from what is known."""
        before, after = change.before, change.after
        if change.moved:
            return self._moved
        if before is MISSING:
            return self._added.has(after)
        if after is MISSING:
            return self._removed.has(before)
        if (fingerprint(before), fingerprint(after)) in self._changed:
            return True
        if isinstance(before, str) and isinstance(after, str) and self._explains_text(before, after):
            return True
        return self._removed.has(before) and self._added.has(after)

    def is_added(self, value: object) -> bool:
        """Whether a part of a copy is there because of something that was added."""
        return self._added.has(value)

    def is_removed(self, value: object) -> bool:
        """Whether a part of a copy is missing because of something that was removed."""
        return self._removed.has(value)

    def standing(self, scope: Hashable, key: Hashable, before: object, after: object) -> Standing:
        """How a setting stands that is told again and again: the same, newly changed, or still changed as before.

        ``scope`` is whose setting it is. One that changed for an agent is an echo where another agent has it too.
        """
        pair = (fingerprint(_told(before)), fingerprint(_told(after)))
        mine = self._settings[scope, key]
        if pair[0] == pair[1]:
            mine.active -= {known for known in mine.active if pair[0] in known}
            return "same"
        everywhere = self._settings[None, key]
        is_echo = pair in mine.active or (pair in everywhere.active and pair not in mine.ever)
        for one in (mine, everywhere):
            one.active.add(pair)
            one.ever.add(pair)
        return "echo" if is_echo else "new"

    def _explains_text(self, before: str, after: str) -> bool:
        if max(len(before), len(after)) > _LONGEST:
            return False
        known = self._by_core.get(_core(before, after), ())
        if any(old and before.replace(old, new, 1) == after for old, new in known):
            return True
        if self._by_json(before, after):
            return True
        told = before
        for old, new in self._recent:
            if old and old in told:
                told = told.replace(old, new)
            if told == after or (_is_cut(before, old) and _is_cut(after, new)):
                return True
        return False

    def _by_json(self, before: str, after: str) -> bool:
        """Whether two texts are JSON whose differences are known."""
        one, other = _container(before), _container(after)
        return one is not None and other is not None and all(self.explains(change) for change in changes(one, other))


class _Setting:
    """How a setting differed: until now, and ever."""

    def __init__(self) -> None:
        self.active: set[tuple[bytes, bytes]] = set()
        self.ever: set[tuple[bytes, bytes]] = set()


class _Kept:
    """Values that were added, or removed: each by itself, and the texts for a look inside longer ones."""

    def __init__(self) -> None:
        self._names: set[bytes] = set()
        self._texts: deque[str] = deque(maxlen=_RECENT)

    def learn(self, value: object) -> None:
        for part in _parts(value):
            self._names.add(fingerprint(part))
            if isinstance(part, str) and part:
                self._texts.append(part)

    def has(self, value: Any) -> bool:  # noqa: ANN401 - a JSON value
        if fingerprint(value) in self._names:
            return True
        if isinstance(value, dict):
            said = [item for key, item in value.items() if key not in _STRUCTURE]
            return bool(said) and all(item in ({}, [], None) or self.has(item) for item in said)
        if isinstance(value, list):
            return bool(value) and all(map(self.has, value))
        return isinstance(value, str) and self._has_text(value)

    def _has_text(self, text: str) -> bool:
        if not text or len(text) > _LONGEST:
            return False
        inner = _container(text)
        if inner is not None and self.has(inner):
            return True
        return any((kept in text and len(kept) * 2 >= len(text)) or _is_cut(text, kept) for kept in self._texts)


def _parts(value: Any) -> Iterator[Any]:  # noqa: ANN401 - a JSON value
    """A value and everything in it."""
    stack = [value]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, dict):
            stack.extend(item for key, item in part.items() if key not in _STRUCTURE)
        elif isinstance(part, list):
            stack.extend(part)


def _core(before: str, after: str) -> tuple[str, str]:
    """What of two texts differs, without what is equal at both ends: the same for the texts and for longer ones."""
    head = alike(before, after)
    one, other = before[head:], after[head:]
    tail = alike(one[::-1], other[::-1])
    return one[: len(one) - tail], other[: len(other) - tail]


def _is_cut(text: str, whole: str) -> bool:
    """Whether a text is the beginning of another one, with a few words about the cut."""
    if len(text) < _CUT_FROM or len(whole) <= len(text):
        return False
    return alike(text, whole) * 4 >= len(text) * 3


def _container(text: str) -> Any:  # noqa: ANN401 - a JSON value
    """The object or list that a text is in JSON; ``None`` for any other text."""
    if not text or text[0] not in "{[":
        return None
    try:
        value = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return value if isinstance(value, dict | list) else None


def _told(value: object) -> object:
    return [] if value is MISSING else [value]
