"""Promises about exploring: what keys, the mouse and growing sessions do, from the list to any place and back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

from clew.cli.exit_codes import ExitCode
from clew.model import event
from clew.tui.lines import Lines
from tests.cli import records
from tests.tui import folders
from tests.tui.stage import Stage, played, staged

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


def _play(folder: Path, act: Callable[[Stage], Awaitable[None]]) -> None:
    async def play() -> None:
        async with staged(folder) as stage:
            await act(stage)

    asyncio.run(play())


def test_the_list_follows_what_is_recorded(folder: Path) -> None:
    """A session that begins while one looks comes on top; the cursor stays on the session where it was."""

    async def act(stage: Stage) -> None:
        with folders.live(folder):
            await stage.look()
            text = stage.shot().text
            assert "2 sessions · 1 running" in text
            assert text.index("→ running") < text.index("✗ failed")
            assert "> ✗ failed" in text

    folders.other(folder)
    _play(folder, act)


def test_a_tree_grows_and_keeps_its_place(folder: Path) -> None:
    """What is written while one looks appears; the cursor stays on its row, or at the end if one follows."""

    async def act(stage: Stage) -> None:
        with folders.live(folder) as journal:
            await stage.look()
            await stage.press("enter", "down", "down")
            journal.write(event.ToolEnd(n=6, response="found", at=records.START + 20_000))
            journal.write(event.TurnStart(n=8, index=3, action="message", content="more", at=records.START + 21_000))
            await stage.look()
            text = stage.shot().text
            assert "“more”" in text
            assert ">" in next(line for line in text.splitlines() if "“find my order”" in line)
            await stage.press("f")
            journal.write(event.TurnStart(n=9, index=4, content="again", action="message", at=records.START + 22_000))
            await stage.look()
            assert "following" in stage.shot().text
            assert stage.app.screen.query_one("#tree", Lines).is_at_end

    _play(folder, act)


def test_a_path_is_jumped_to_and_copied(folder: Path) -> None:
    """Any node of a long session is reached by its path; ``y`` copies it, ``Y`` the command that shows it."""

    async def act(stage: Stage) -> None:
        await stage.press("enter", "colon")
        await stage.type("2900-2")
        await stage.press("enter", "y")
        assert stage.app.clipboard == "2900-2"
        line = next(line for line in stage.shot().text.splitlines() if line.startswith(">"))
        assert "/memories/2899" in line
        await stage.press("Y")
        assert stage.app.clipboard == f"clew show {folders.ID} --path 2900-2"

    with folders.long(folder):
        _play(folder, act)


def test_failures_and_matches_are_gone_through(folder: Path) -> None:
    """``n`` and ``N`` go through failures; a filter leaves what it means, with what that stands under."""

    async def act(stage: Stage) -> None:
        await stage.press("enter", "n", "y")
        assert stage.app.clipboard == "251-2"
        await stage.press("n", "n", "N", "y")
        assert stage.app.clipboard == "751-2"
        await stage.press("slash")
        await stage.type("tool:*:failed")
        await stage.press("enter")
        text = stage.shot().text
        assert "filter: tool:*:failed" in text
        assert "“question 250”" in text
        assert "“question 251”" not in text

    with folders.long(folder):
        _play(folder, act)


def test_a_query_is_completed_and_refused_in_words(folder: Path) -> None:
    """``tab`` takes the first candidate; a query that is wrong says what is, and the list stays."""

    async def act(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("status:fai")
        await stage.press("tab", "enter")
        assert "1 session" in stage.shot().text
        await stage.press("slash", *["backspace"] * 20)
        await stage.type("cost:much")
        await stage.press("enter")
        assert "cost" in stage.shot().text
        assert "dollars" in stage.shot().text

    folders.other(folder)
    with folders.live(folder):
        _play(folder, act)


def test_a_hit_opens_at_its_place(folder: Path) -> None:
    """A text is found across sessions, and chosen it is shown where it stands, in the payload that holds it."""
    with folders.damaged(folder):
        shot = played(folder, "s", *"Directory", "enter", "enter")
    assert shot.text.splitlines()[0].split()[:2] == ["1-3", "tool"]
    assert "Directory: /memories" in shot.text
    assert "response · as text" in shot.text


def test_a_text_is_found_in_a_payload(folder: Path) -> None:
    """``/`` in a payload goes to the first place, ``n`` to the next, and says when there is none."""
    with folders.damaged(folder):
        shot = played(folder, "enter", *["down"] * 7, "enter", "slash", *"look", "enter", "n")
    assert "there is no further place" in shot.text


def test_a_large_payload_is_read_to_its_end_in_pages(folder: Path) -> None:
    """No line of a payload is out of reach: what does not fit a page is on the next."""
    lines = "\n".join(f"line {number}" for number in range(2_500))
    acts = records.conversation()
    acts[11] = event.ToolEnd(n=4, response=lines)
    records.write(folder, folders.ID, acts)
    shot = played(folder, "enter", *["down"] * 6, "enter", "greater_than_sign", "greater_than_sign", "end")
    assert "line 2499" in shot.text
    assert "lines 2,001 to 2,500" in shot.text


def test_why_leads_to_the_node(folder: Path) -> None:
    """From the answer, ``enter`` goes to the node that the line speaks of, in the tree."""

    async def act(stage: Stage) -> None:
        await stage.press("w", "enter", "y")
        assert stage.app.clipboard == "2-1"

    records.write(folder, folders.ID, records.conversation())
    _play(folder, act)


def test_the_mouse_chooses_and_opens(folder: Path) -> None:
    """A click puts the cursor on a line, a second one opens it."""

    async def act(stage: Stage) -> None:
        await stage.pilot.click("#sessions", offset=(10, 2))
        await stage.settle()
        line = next(line for line in stage.shot().text.splitlines() if line.startswith(">"))
        assert "interrupted" in line
        await stage.pilot.click("#sessions", offset=(10, 2), times=2)
        await stage.settle()
        assert stage.app.screen.query("#tree")

    folders.other(folder)
    with folders.interrupted(folder):
        _play(folder, act)


def test_the_ground_changes(folder: Path) -> None:
    """``T`` changes between a dark and a light ground, and everything is painted for it."""

    async def act(stage: Stage) -> None:
        before = stage.shot().svg
        await stage.press("T")
        assert stage.app.current_theme.dark is False
        assert stage.shot().svg != before

    with folders.damaged(folder):
        _play(folder, act)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    """A folder that is not there is no reason to break: the sentence stands on the screen."""
    assert "no sessions" in played(tmp_path / "none").text


def test_a_plain_installation_says_what_it_needs(tmp_path: Path) -> None:
    """Without Textual the command names the extra it needs; without a terminal, the commands that need none."""
    start = "from clew.cli.main import main; main()"
    for code, before, words in (
        (ExitCode.MISSING_EXTRA, "import sys; sys.modules['textual'] = None; ", "clew[tui]"),
        (ExitCode.USAGE, "", "clew ls"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", before + start, "tui"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert words in done.stderr
        assert done.stderr.startswith("clew: ")
        assert done.stderr.count("\n") == 1
