"""A long string read in passages, so that one of 200 MB is never in memory as a whole.

It is read through a function that gives bytes of its JSON, whether they lie in a blob or in a journal. Passages are cut
where no character and no escape is cut in two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.store.index.text.hit import CONTEXT, found_in
from clew.store.index.text.leaf import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clew.store.index.text.hit import Found
    from clew.store.index.text.needle import Needle

    Read = Callable[[int, int], bytes]
    """Gives the bytes from a place to another, as far as there are any."""

WIDEST = 12
"""Bytes of the longest escape of one character."""

_ESCAPE = 6
_NEAR = 64


def passages(read: Read, size: int, step: int, start: int = 1) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of passages of about ``step`` bytes, of a JSON string of ``size`` bytes with its quotes.

    A step is longer than two of the longest escapes, so that every passage holds something.
    """
    last = size - 1
    while start < last:
        stop = last if start + step >= last else settle(read, start + step)
        yield start, stop
        start = stop


def opening(read: Read, size: int, start: int, characters: int) -> str:
    """The first characters of what begins at a place."""
    stop = min(size - 1, start + characters * WIDEST)
    return unescape(read(start, stop if stop == size - 1 else settle(read, stop)))[:characters]


def look_through(read: Read, size: int, needle: Needle, ranges: Iterable[tuple[int, int]]) -> Found | None:
    """Look for what begins in some passages of a JSON string, in ascending order."""
    found: Found | None = None
    count = 0
    reach = len(needle) + CONTEXT
    for start, stop in ranges:
        if not needle.may_be_in(read(start, min(size - 1, stop + reach * WIDEST))):
            continue
        own = unescape(read(start, stop))
        text = own + opening(read, size, stop, reach)
        here = needle.count(text, before=len(own))
        count += here
        if here and found is None:
            ahead = _before(read, start)
            found = found_in(ahead + text, len(ahead) + needle.first(text), needle, 0)
    return found and found._replace(times=count)


def settle(read: Read, place: int) -> int:
    """The last place up to a given one at which no character and no escape is cut in two."""
    start = max(1, place - _NEAR)
    near = read(start, place + _ESCAPE)
    at = place - start
    while at > 0 and at < len(near) and near[at] & 0xC0 == 0x80:  # noqa: PLR2004 - inside a character of UTF-8
        at -= 1
    at = _out_of_escape(read, near, at, start)
    if near[at : at + 2] == b"\\u" and near[at + 2 : at + 4].lower() in _LOW and _is_high(near[at - 6 : at]):
        at -= _ESCAPE
    return start + at


_LOW = {b"dc", b"dd", b"de", b"df"}
_HIGH = {b"d8", b"d9", b"da", b"db"}


def _is_high(escape: bytes) -> bool:
    return escape[:2] == b"\\u" and escape[2:4].lower() in _HIGH


def _out_of_escape(read: Read, near: bytes, at: int, start: int) -> int:
    slash = near.rfind(b"\\", max(0, at - _ESCAPE + 1), at)
    if slash == -1 or _slashes(read, start + slash) % 2:
        return at  # the second of a pair: what is behind it stands for itself
    size = _ESCAPE if near[slash + 1 : slash + 2] == b"u" else 2
    return slash if slash + size > at else at


def _slashes(read: Read, place: int) -> int:
    """How many backslashes stand right before a place."""
    count, size = 0, _NEAR
    while True:
        start = max(1, place - count - size)
        data = read(start, place - count)
        run = len(data) - len(data.rstrip(b"\\"))
        count += run
        if run < len(data) or start == 1:
            return count
        size *= 2


def _before(read: Read, start: int) -> str:
    """The last characters of the text before a place."""
    if start <= 1:
        return ""
    return unescape(read(settle(read, max(1, start - CONTEXT * WIDEST)), start))[-CONTEXT:]
