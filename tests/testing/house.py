"""pytest in a process and a folder of its own, with the plugin as an installation would load it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

AGENT = '''
import clew, pytest

def agent(broken=False):
    """Ask a model, be refused once, use a tool."""
    session = clew.current().session
    with session.turn(user_input="find my order") as turn:
        with turn.attempt(provider="anthropic", model="m-1", request={"messages": []}) as attempt:
            attempt.fail("slow down", slug="llm.rate_limited", http_status=429)
        with turn.attempt(provider="anthropic", model="m-1", request={"messages": []}) as attempt:
            attempt.respond({"id": "msg_" + session.session_id, "content": []}, stop_reason="tool_use")
        with turn.tool("orders.search", {"order": 7}, call_id="call_" + session.session_id) as tool:
            if broken:
                raise LookupError("no such order")
            tool.respond("shipped")
'''


class Told(NamedTuple):
    """What a run of pytest said."""

    code: int
    """The exit code: 0 if every test passed, 1 if one failed."""
    text: str
    """All of its output."""


def run(folder: Path, *arguments: str, **files: str) -> Told:
    """Write test files, by their names without `.py`, and run pytest on them."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    installed = any(point.value == "clew.testing.plugin" for point in entry_points(group="pytest11"))
    loaded = [] if installed else ["-p", "clew.testing.plugin"]
    plain = ["-p", "no:cacheprovider", "-p", "no:asyncio", "--import-mode=importlib", "-q", "-W", "error"]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *loaded, *plain, "--rootdir", str(folder), *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )
    return Told(told.returncode, told.stdout + told.stderr)
