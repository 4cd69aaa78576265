"""Findings: what a comparison has found so far, node by node in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.explore.comparison.difference import Difference, Pair
from clew.explore.comparison.echo import Echo
from clew.explore.comparison.payload_changes import MISSING, changes, gathered

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from clew.explore.comparison.difference import Change, Kind, NodeName
    from clew.model.log import LogEntry
    from clew.model.payload import Payload

_LOUD = frozenset({"WRN", "ERR"})


class Place(NamedTuple):
    """A node of A beside one of B."""

    number: int
    """Its place in reading order."""
    path_a: str | None
    path_b: str | None
    node: NodeName


class Findings:
    """What was found, and what of it makes echoes."""

    def __init__(self, ignore: Iterable[Kind] = (), *, replayed: bool = False) -> None:
        """Nothing was found. Differences of the kinds to ``ignore`` are not reported, and their echoes neither.

        ``replayed`` says that one session replays the other, or both the same.
        """
        self.echo = Echo()
        """What is known to differ."""
        self.echoes = 0
        """Places that differ only because of another difference."""
        self.count = 0
        """Differences found so far."""
        self.replayed = replayed
        """Whether what a replay cannot do again is no difference."""
        self._ignore = frozenset(ignore)
        self._places: list[Place] = []
        self._changes: list[Change] = []
        self._found: dict[int, list[Difference]] = {}
        self._partner: dict[str, str | None] = {}

    def place(self, path_a: str | None, path_b: str | None, node: NodeName) -> Place:
        """The next pair of nodes in reading order."""
        place = Place(len(self._places), path_a, path_b, node)
        self._places.append(place)
        self._changes.append("same" if None not in {path_a, path_b} else "added" if path_a is None else "removed")
        if path_a is not None:
            self._partner[path_a] = path_b
        return place

    def partner(self, path_a: str | None) -> str | None:
        """The path in B of what has a path in A; ``None`` if it has no counterpart."""
        return None if path_a is None else self._partner.get(path_a)

    def add(self, place: Place, kind: Kind, what: str = "", before: Any = None, after: Any = None) -> None:  # noqa: ANN401 - any values
        """Report a difference."""
        if kind in self._ignore:
            return
        if self._changes[place.number] == "same":
            self._changes[place.number] = "changed"
        difference = Difference(
            kind=kind,
            node=place.node,
            path_a=place.path_a,
            path_b=place.path_b,
            what=what,
            before=None if before is MISSING else before,
            after=None if after is MISSING else after,
        )
        self._found.setdefault(place.number, []).append(difference)
        self.count += 1

    def field(self, place: Place, kind: Kind, what: str, before: object, after: object) -> bool:
        """Report a field that is not the same; returns whether it is not."""
        if before != after:
            self.add(place, kind, what, before, after)
        return before != after

    def words(self, place: Place, kind: Kind, what: str, before: str | None, after: str | None) -> None:
        """Report a text that is not the same, unless it copies what is known to differ."""
        self.values(place, kind, what, MISSING if before is None else before, MISSING if after is None else after)

    def payload(
        self, place: Place, kind: Kind, before: Payload | None, after: Payload | None, *, what: str = "", copy: bool
    ) -> None:
        """Report a payload that is not the same, unless it is a ``copy`` of what is known to differ."""
        if before is not None or after is not None:
            self.values(place, kind, what, opened(before), opened(after), copy=copy)

    def values(self, place: Place, kind: Kind, what: str, before: object, after: object, *, copy: bool = True) -> None:
        """The same for values at hand."""
        all_changes = changes(before, after)
        found = self.echo.new(all_changes) if copy else all_changes
        if found:
            inner, old, new = gathered(found, before, after)
            self.add(place, kind, joined(what, inner), old, new)
            self.echo.learn(before, after)
        self.echoes += bool(all_changes) and not found

    def setting(
        self,
        place: Place,
        kind: Kind,
        what: str,
        setting: tuple[Hashable, Hashable],
        before: object,
        after: object,
        *,
        copy: bool = False,
    ) -> None:
        """Report a setting where it changes; that it stays changed is an echo.

        ``setting`` says whose it is, and its key.
        """
        standing = self.echo.standing(*setting, before, after)
        if standing == "new":
            self.values(place, kind, what, before, after, copy=copy)
        self.echoes += standing == "echo"

    def logs(
        self,
        place: Place,
        before: Iterable[LogEntry],
        after: Iterable[LogEntry],
        told: Iterable[str | None] = (),
    ) -> None:
        """Report warnings and errors that only one of two nodes has, but for slugs that are ``told`` otherwise."""
        known = frozenset(told)
        one, other = (
            [entry for entry in entries if entry.severity in _LOUD and entry.slug not in known]
            for entries in (before, after)
        )
        for entry in _more(one, other):
            self.add(place, "log_removed", entry.slug, entry.message, None)
        for entry in _more(other, one):
            self.add(place, "log_added", entry.slug, None, entry.message)

    def pairs(self) -> tuple[Pair, ...]:
        """Every pair of nodes, in reading order."""
        return tuple(
            Pair(path_a=place.path_a, path_b=place.path_b, node=place.node, change=change)
            for place, change in zip(self._places, self._changes, strict=True)
        )

    def differences(self) -> tuple[Difference, ...]:
        """Every difference, in reading order."""
        return tuple(difference for number in sorted(self._found) for difference in self._found[number])


def opened(payload: Payload | None) -> Any:  # noqa: ANN401 - a JSON value
    """The value of a payload; ``MISSING`` if there is none."""
    return MISSING if payload is None else payload.value


def joined(what: str, inner: str) -> str:
    """A place within a place."""
    return f"{what}{'.' if what and inner and not inner.startswith('[') else ''}{inner}"


def _more(entries: list[LogEntry], others: list[LogEntry]) -> list[LogEntry]:
    """The entries whose slug stands here more often than there."""
    left = [entry.slug for entry in others]
    more = []
    for entry in entries:
        if entry.slug in left:
            left.remove(entry.slug)
        else:
            more.append(entry)
    return more
