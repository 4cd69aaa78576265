"""Names of files for tests: a test's id may hold anything, and two tests must never share a file."""

from __future__ import annotations

import re
from hashlib import sha256

_LONGEST = 120
"""Characters of a name, so that every file system takes it."""
_DIGITS = 8
"""Hexadecimal digits that tell two ids apart that are written alike."""


def file_name(text: str) -> str:
    """A readable name for a text, and another one for every other text; ``::`` becomes a point.

    A text of which something had to be replaced or cut off is told apart by a checksum.
    """
    wanted = text.replace("::", ".")
    plain = re.sub(r"[^\w.-]+", "_", wanted, flags=re.ASCII).strip("_.")[:_LONGEST]
    if plain and plain == wanted:
        return plain
    return f"{plain.rstrip('_.') or 'test'}-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"
