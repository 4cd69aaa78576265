"""The values of a large segment, looked up where the catalog says that they lie, without reading the rest."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from clew.wire.decoder import Envelope
from clew.wire.line import is_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from clew.wire.table import Key

Rows: TypeAlias = "Callable[[str, Sequence[object]], list[Any]]"
"""Runs a query and gives its rows."""

_LINES = 64
"""Lines whose values are kept: the elements of a conversation are asked for one after the other."""

_decode = msgspec.json.Decoder(Envelope).decode


class SegmentShelf:
    """Finds values of one segment. Implements :class:`clew.wire.table.Shelf`."""

    def __init__(self, rows: Rows, segment: int, path: Path) -> None:
        """``rows`` runs a query on the catalog, ``segment`` is its id of the segment at ``path``."""
        self._rows = rows
        self._segment = segment
        self._path = path
        self._lines: OrderedDict[int, dict[Key, msgspec.Raw]] = OrderedDict()
        self._here: tuple[int, int, int, int] = (-1, 0, 0, 0)
        """Table, first, stop and offset of the row found last."""

    @property
    def identity(self) -> object:
        """Equal for shelves of the same segment."""
        return str(self._path), self._segment

    def raw(self, key: Key) -> msgspec.Raw | None:
        """One value as it was written; ``None`` if it is lost."""
        table, first, stop, offset = self._here
        if key[0] != table or not first <= key[1] < stop:
            found = self._rows(
                "SELECT numbers, first, first + count, offset FROM value"
                " WHERE segment = ? AND numbers = ? AND first <= ? ORDER BY first DESC LIMIT 1",
                (self._segment, *key),
            )
            if not found or key[1] >= found[0][2]:
                return None
            self._here = found[0]
            offset = self._here[3]
        return self._values(offset).get(key)

    def span(self, table: int, first: int, stop: int) -> tuple[int, int, int]:
        """The sizes of values from ``first`` on, before ``stop``, summed as far as whole lines make them up.

        The sum, and the first and the last but one number it stands for.
        """
        ((total, low, high),) = self._rows(
            "SELECT sum(bytes), min(first), max(first + count) FROM value"
            " WHERE segment = ? AND numbers = ? AND first >= ? AND first < ? AND first + count <= ?",
            (self._segment, table, first, stop, stop),
        )
        return (0, first, first) if low is None else (total, low, high)

    def _values(self, offset: int) -> dict[Key, msgspec.Raw]:
        known = self._lines.get(offset)
        if known is None:
            known = self._lines[offset] = self._read(offset)
            if len(self._lines) > _LINES:
                self._lines.popitem(last=False)
        return known

    def _read(self, offset: int) -> dict[Key, msgspec.Raw]:
        line = read_line(self._path, offset)
        if line is None:
            return {}
        return {
            (news.table, number): value
            for news in _decode(line).new
            for number, value in enumerate(news.values, news.first)
        }


def read_line(path: Path, offset: int) -> bytes | None:
    """The sealed line that begins at an offset, without its newline; ``None`` if none does."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            line = file.readline().removesuffix(b"\n")
    except OSError:
        return None
    return line if is_sealed(line) else None
