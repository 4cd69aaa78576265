"""Chunks: the parts of a value that the index holds one by one, each small enough to be looked at again at once.

Those of a string overlap by what the index may be asked for, so that whatever begins in a chunk is found in it. Those
of any other value hold whole leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.store.index.text.leaf import leaves, unescape
from clew.store.index.text.needle import SPAN
from clew.store.index.text.passage import opening, passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.store.index.text.passage import Read

CHUNK = 2048
"""Bytes of a string, or characters of other leaves, in one chunk."""


class Chunk(NamedTuple):
    """A part of a value's JSON."""

    start: int
    """Its first byte."""
    stop: int
    """The byte behind its last."""
    text: str
    """What the index has to know of it."""


def string_chunks(read: Read, size: int, start: int = 0) -> Iterator[Chunk]:
    """The chunks of a JSON string of ``size`` bytes, from the one on that begins at a place."""
    for begin, stop in passages(read, size, CHUNK, max(1, start)):
        yield Chunk(begin, stop, unescape(read(begin, stop)) + opening(read, size, stop, SPAN - 1))


def container_chunks(raw: bytes, start: int = 0) -> Iterator[Chunk]:
    """The chunks of any other JSON value, from the one on that begins at a place."""
    texts: list[str] = []
    length, begin = 0, start
    for position, text in leaves(raw):
        if position < start:
            continue
        if length >= CHUNK:
            yield Chunk(begin, position, "\n".join(texts))
            texts, length, begin = [], 0, position
        texts.append(text)
        length += len(text) + 1
    if texts:
        yield Chunk(begin, len(raw), "\n".join(texts))
