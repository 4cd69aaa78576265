"""What the environment tells the recorder.

=============== =================================================================================================
``CLEW_DIR``    where sessions go; ``./sessions`` without it
``CLEW_RECORD`` ``0`` turns recording into nothing
``CLEW_TRACE``  ``0`` leaves the trace document to ``clew trace``
``CLEW_PARENT`` the tool call that started this process: its session id, its path, and the id to take
=============== =================================================================================================
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from clew.model.session import Parent
from clew.model.session_id import is_session_id

if TYPE_CHECKING:
    from pathlib import Path

_OFF = frozenset({"0", "false", "no", "off"})
_PARENT = "CLEW_PARENT"


def folder_of(wanted: Path | str | None) -> Path:
    """Where sessions go: where the application says, else where the environment says, else ``./sessions``.

    The path is absolute, so that a session stays where it began when the application changes its working directory.
    """
    from pathlib import Path  # noqa: PLC0415 - 5 ms that an application need not pay before it records

    folder = Path(wanted if wanted is not None else os.environ.get("CLEW_DIR") or "sessions")
    try:
        return folder.absolute()
    except OSError:  # the working directory is gone
        return folder


def is_recording() -> bool:
    """Whether recording is wanted at all."""
    return os.environ.get("CLEW_RECORD", "1").lower() not in _OFF


def is_tracing() -> bool:
    """Whether trace documents are written at the end of a session."""
    return os.environ.get("CLEW_TRACE", "1").lower() not in _OFF


def parent_variable(parent: Parent, session_id: str) -> dict[str, str]:
    """The variable that makes another process's session a child."""
    return {_PARENT: f"{parent.session_id} {parent.path} {session_id}"}


def inherited_parent() -> tuple[Parent, str] | None:
    """The tool call that started this process, and the session id it expects."""
    words = os.environ.get(_PARENT, "").split(" ")
    if len(words) != 3 or not is_session_id(words[0]) or not is_session_id(words[2]):  # noqa: PLR2004 - as written above
        return None
    return Parent(session_id=words[0], path=words[1]), words[2]
