"""One line of a journal: compact JSON closed by its own checksum.

The checksum is always the last member, ``,"c":"<crc32 of the bytes before it>"}``: sixteen bytes that can be checked
without parsing JSON, and found again inside a line that was fused with a torn one. What a terminal or a line splitter
could trip over (DEL, C1 controls, line separators, bidirectional controls, a byte order mark) is escaped, so that a raw
journal is safe to print.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import re

SUFFIX = 16
"""Bytes of ``,"c":"01234567"}``."""

RECORD_START = b'{"ev":"'
"""How every line begins; salvage looks for it."""

_LEADS = (b"\x7f", b"\xc2", b"\xe2", b"\xd8", b"\xef")
"""The bytes that what is unsafe begins with: whether one occurs is known at once."""

_UNSAFE = rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c|\xef\xbb\xbf"


def seal(body: bytes) -> tuple[bytes, str]:
    """Close an encoded act: the line with its newline, and its checksum. ``body`` is a JSON object."""
    body = printable(body)
    with memoryview(body) as view:
        crc = b"%08x" % crc32(view[:-1])
        return b"".join((view[:-1], b',"c":"', crc, b'"}\n')), crc.decode()


def printable(body: bytes) -> bytes:
    """The same JSON with everything unsafe to print written as an escape."""
    if body.isascii() and b"\x7f" not in body:
        return body
    if not any(lead in body for lead in _LEADS):
        return body
    return _unsafe().sub(_escape, body)


def is_sealed(line: bytes) -> bool:
    """Whether a line, without its newline, is as it was written."""
    end = len(line) - SUFFIX
    return (
        end > 0
        and line.startswith(b',"c":"', end)
        and line.endswith(b'"}')
        and line[-10:-2] == b"%08x" % crc32(memoryview(line)[:end])
    )


def checksum(line: bytes) -> str:
    """The checksum a sealed line carries."""
    return line[-10:-2].decode()


def salvage(line: bytes) -> int | None:
    """Where a whole record begins inside a line that was fused with a torn one, or ``None``."""
    start = line.find(RECORD_START, 1)
    while start != -1:
        if is_sealed(line[start:]):
            return start
        start = line.find(RECORD_START, start + 1)
    return None


@cache
def _unsafe() -> re.Pattern[bytes]:
    import re  # noqa: PLC0415 - compiling it is for those who need it only

    return re.compile(_UNSAFE)


def _escape(match: re.Match[bytes]) -> bytes:
    return f"\\u{ord(match[0].decode()):04x}".encode()
