"""Names of files in a folder of sessions.

Nothing that comes from outside becomes part of one unless it has the shape of a session id.
"""

from __future__ import annotations

import re

BLOBS = "blobs"
"""The folder of large values, inside the folder of sessions."""

_SECOND = len("20260101_000000")
_JOURNAL = r"session_(?P<id>[0-9]{8}_[0-9]{6}_[0-9a-f]{8})(?:\.(?P<segment>[1-9][0-9]{0,8}))?\.jsonl"


def journal_name(session_id: str, segment: int = 1) -> str:
    """The name of a segment's file."""
    return f"session_{session_id}.jsonl" if segment == 1 else f"session_{session_id}.{segment}.jsonl"


def trace_name(session_id: str) -> str:
    """The name of a session's trace document."""
    return f"session_{session_id}.json"


def blob_name(digest: str) -> str:
    """The name of a blob's file, by the SHA-256 of its bytes."""
    return f"{digest}.json"


def parse_journal_name(name: str) -> tuple[str, int] | None:
    """Session id and segment of a journal's file name; ``None`` for any other file."""
    match = re.fullmatch(_JOURNAL, name)
    return (match["id"], int(match["segment"] or 1)) if match is not None else None


def second_of(session_id: str) -> str:
    """The second in which a session began, as its id says it."""
    return session_id[:_SECOND]
