"""A folder of this user: what a server puts into it, nobody else can exchange for something of theirs."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from clew.errors import UnreadableFolder

if TYPE_CHECKING:
    from pathlib import Path


def check_own(folder: Path) -> None:
    """See that a folder is this user's, and that no other one may write to it. Raises ``UnreadableFolder``."""
    found = folder.stat()
    if found.st_uid != os.geteuid():
        message = f"{folder} belongs to another user; choose a folder of your own."
        raise UnreadableFolder(message)
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = f"{folder} can be written by others; make it private with chmod 700, or choose another one."
        raise UnreadableFolder(message)
