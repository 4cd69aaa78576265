"""pytest in a process and a folder of its own, with the plugin as an installation would load it, or it alone."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = "clew.testing.plugin"
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


_ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""These runs load only what they name: all that is installed takes longer to load than the tests take."""


class Told(NamedTuple):
    """What a run of pytest said."""

    code: int
    """The exit code: 0 if every test passed, 1 if one failed."""
    text: str
    """All of its output."""


def run(folder: Path, *arguments: str, plugins: tuple[str, ...] = (), **files: str) -> Told:
    """Write test files, by their names without `.py`, and run pytest on them, with the plugin alone and those named."""
    if "-n" in arguments:
        plugins = (*plugins, "xdist.plugin")
    named = chain.from_iterable(("-p", name) for name in (PLUGIN, *plugins))
    return _run(folder, [*named, *arguments], _ALONE, files)


def run_installed(folder: Path, **files: str) -> Told:
    """The same with every plugin that is installed, this one among them if the project is."""
    installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
    return _run(folder, ["-pno:asyncio"] if installed else ["-pno:asyncio", "-p", PLUGIN], {}, files)


def _run(folder: Path, arguments: list[str], environment: dict[str, str], files: dict[str, str]) -> Told:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    plain = ["--import-mode=importlib", "-q", "-W", "error", "-pno:cacheprovider", "--rootdir", str(folder)]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Told(told.returncode, told.stdout + told.stderr)
