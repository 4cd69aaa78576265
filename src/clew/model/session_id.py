"""Session ids: ``YYYYMMDD_HHMMSS_<8 hex>``, local time at the start and 32 random bits (seed 003).

An id becomes part of a file name, so nothing else is ever accepted as one.
"""

from __future__ import annotations

import os
import re
import time

SHAPE = r"[0-9]{8}_[0-9]{6}_[0-9a-f]{8}"
"""What every session id looks like."""


def new_session_id(seconds: float | None = None) -> str:
    """Make an id for a session that starts now, or at a time in seconds since the epoch."""
    return _id(seconds, os.urandom(4).hex())


def derived_session_id(milliseconds: float, key: str) -> str:
    """Make the id of an imported session: always the same for the same start (UTC, ms) and foreign key."""
    import hashlib  # noqa: PLC0415 - only importers need it, and it costs a recorder 10 ms

    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return time.strftime("%Y%m%d_%H%M%S_", time.gmtime(max(0.0, milliseconds) / 1000)) + digest


def is_session_id(text: str) -> bool:
    """Whether a text has the shape of an id."""
    return re.fullmatch(SHAPE, text) is not None


def time_in(session_id: str) -> float:
    """When a session began as its id says it, in milliseconds since the epoch; 0 for an id that names no time."""
    try:
        return time.mktime(time.strptime(session_id[:15], "%Y%m%d_%H%M%S")) * 1000
    except (ValueError, OverflowError):
        return 0.0


def _id(seconds: float | None, suffix: str) -> str:
    return time.strftime("%Y%m%d_%H%M%S_", time.localtime(seconds)) + suffix
