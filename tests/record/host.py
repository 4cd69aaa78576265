"""An application in a process of its own: what happens to it must not depend on the recorder."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def command(code: str) -> list[str]:
    """The command line of an application."""
    return [sys.executable, "-c", textwrap.dedent(code)]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which sessions go to a folder."""
    return {**os.environ, "CLEW_DIR": str(folder), "CLEW_TRACE": "0", **more}


def run(code: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run an application to its end; it must come to one within 30 seconds."""
    return subprocess.run(
        command(code),
        env=environment(folder, **more),
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
