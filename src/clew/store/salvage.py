"""What is still whole in a damaged line.

Only two places are trusted: the line's beginning, from which a checksum counts, and its end. A record in the middle of
foreign bytes could as well be a payload that looks like one.
"""

from __future__ import annotations

from zlib import crc32

from clew.wire.line import RECORD_START, SUFFIX, salvage

_CLOSING = b',"c":"'


def whole_records(line: bytes) -> list[tuple[int, int]]:
    """Beginning and end of every record that stands whole at the beginning or the end of a line."""
    found = []
    start = 0
    while (end := _sealed_until(line, start)) is not None:
        found.append((start, end))
        start = end
    begin = salvage(b" " + line[start:])
    if begin is not None:
        found.append((start + begin - 1, len(line)))
    return found


def _sealed_until(line: bytes, start: int) -> int | None:
    """The end of the record that begins at a place, if it is as it was written."""
    if not line.startswith(RECORD_START, start):
        return None
    crc, position = 0, start
    closing = line.find(_CLOSING, start)
    while closing != -1:
        crc = crc32(line[position:closing], crc)
        position = closing
        if line[closing : closing + SUFFIX] == b'%b%08x"}' % (_CLOSING, crc):
            return closing + SUFFIX
        closing = line.find(_CLOSING, closing + 1)
    return None
