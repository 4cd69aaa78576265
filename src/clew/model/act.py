"""What every act has, whatever it says: a place in its segment, a time, and the values it brings along.

``P`` is what a payload is at that moment: any Python object on its way to the journal, ``msgspec.Raw`` as it comes off
a line, a :class:`~clew.model.payload.Payload` when it enters the fold.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import msgspec

P = TypeVar("P")

ABSENT: Any = None
"""No payload. Typed loosely because msgspec decodes ``Raw`` but not ``Raw | None``."""

NodeRef = int | tuple[int, int]
"""A node of this segment, or ``(segment, n)`` of another one."""


class News(msgspec.Struct, frozen=True, array_like=True):
    """Values first used in a line.

    Table 0 holds long strings and other single values; each further table holds the elements of one growing list.
    """

    table: int
    first: int
    """Number of the first of them; numbers are contiguous within a table."""
    values: list[msgspec.Raw]


class Label(msgspec.Struct, frozen=True):
    """Names the values of the line before, so that a reader who lost that line can label the holes."""

    crc: str
    """The checksum of the line that held them."""
    sizes: list[tuple[int, int, list[int]]]
    """Table, number of the first, and the bytes of each."""


class Act(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="ev", gc=False):
    """What every line has."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ()
    """The fields that hold payloads."""

    seq: int = -1
    """Contiguous from 0 within a segment; given by the journal."""
    at: float = -1.0
    """Milliseconds since the epoch; given by the journal unless the act is imported."""
    new: list[News] = []
    """Values first used in this line."""
    was: Label | None = None
    """Label of the previous line's values."""
    redacted: list[tuple[str, str, int]] = []
    """What was taken out of this line before it was written: rule, JSON pointer into the line, how often."""
