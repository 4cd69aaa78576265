"""The demo is what a newcomer sees first: it runs anywhere, and shows what it promises."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import clew
from clew.agent.demo.__main__ import SCENES, play

if TYPE_CHECKING:
    from pathlib import Path


def test_the_demo_runs_without_a_terminal_and_says_what_to_do_next(tmp_path: Path) -> None:
    """In an empty folder with an empty home and no key it exits 0, prints three outlines, and names the files."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    demo = subprocess.run(
        [sys.executable, "-m", "clew.agent.demo"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (demo.returncode, demo.stderr) == (0, b"")
    recorded = list(clew.sessions(dir=tmp_path / "sessions"))
    output = demo.stdout.decode()
    assert len(recorded) == 3
    assert all(session.session_id in output for session in recorded)
    assert str(tmp_path / "sessions") in output
    assert "\x1b" not in output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sessions"]


def test_every_scene_shows_what_its_title_says(tmp_path: Path) -> None:
    """A clean conversation with the memory; a rate limit waited out and a failed tool; a sub-agent's child session."""
    memory, retry, subagent = (clew.load(play(scene, tmp_path), dir=tmp_path) for scene in SCENES)
    assert [session.status for session in (memory, retry, subagent)] == ["ok", "ok", "ok"]
    assert clew.count_retries(memory) == 0
    assert [tool.command for tool in clew.find_tools(memory, "memory", status="ok")] == ["view", "create"]
    assert retry.turns[0].attempts[0].slugs == ("llm.rate_limited",)
    assert clew.find_tool(retry, "memory", status="failed") is not None
    researcher = clew.find_tool(subagent, "researcher")
    assert researcher is not None
    assert researcher.child_session is not None
    assert clew.check(memory) + clew.check(retry) + clew.check(subagent) == []
