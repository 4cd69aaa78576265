"""Incidents: eight hexadecimal digits that a user was told instead of an error, and the session they lead to."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

from clew.errors import SessionNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from clew.store.folder import Folder


def is_incident(text: str) -> bool:
    """Whether a text has the shape of an incident."""
    return re.fullmatch(r"[0-9a-f]{8}", text) is not None


def find_incident(folder: Folder, incident: str) -> str:
    """The session whose journal names an incident: newest first, by its bytes alone. Raises ``SessionNotFound``."""
    for session_id in folder.ids():
        if any(_names(path, incident) for path in reversed(folder.segments(session_id))):
            return session_id
    message = f"No session in {folder.path} has the incident {incident}, and none has an id like this."
    raise SessionNotFound(message)


def _names(path: Path, incident: str) -> bool:
    """Whether a journal names an incident; one that cannot be read names none."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(b'"incident":"%b"' % incident.encode()) != -1
    except (OSError, ValueError):
        return False
