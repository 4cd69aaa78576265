"""Where foreign agents keep their records."""

from __future__ import annotations

import os
from pathlib import Path


def claude_code_projects() -> Path:
    """The folder of all Claude Code transcripts: ``projects`` in ``$CLAUDE_CONFIG_DIR``, by default ``~/.claude``."""
    configured = os.environ.get("CLAUDE_CONFIG_DIR")
    return (Path(configured) if configured else Path.home() / ".claude") / "projects"
