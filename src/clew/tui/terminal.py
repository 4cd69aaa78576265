"""What the terminal says of itself: whether it shows more than ASCII, and whether its ground is light."""

from __future__ import annotations

import codecs
import os
from typing import TextIO

_LIGHT = {"7", "15"}
"""Numbers of the colours white and light grey."""


def shows_unicode(stream: TextIO) -> bool:
    """Whether a terminal shows more than ASCII."""
    if os.environ.get("TERM") in {"dumb", "vt100"}:
        return False
    try:
        return codecs.lookup(stream.encoding or "ascii").name.startswith("utf")
    except LookupError:
        return False


def has_light_ground() -> bool:
    """Whether the terminal says that its ground is light, in ``COLORFGBG`` (``0;15``)."""
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT
