"""Promises about every screen, on a session in every state: what a person sees, as pictures they agreed to.

``UPDATE_GOLDENS=1`` draws the pictures anew; what has to be looked at is the difference.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.tui import folders
from tests.tui.stage import looks_like, played, staged

if TYPE_CHECKING:
    from pathlib import Path

CASES = ("live", "interrupted", "damaged", "empty", "long")

SCREENS = {
    "sessions": (),
    "session": ("enter",),
    "node": ("enter", "enter"),
    "timeline": ("t",),
    "entries": ("l",),
    "costs": ("enter", "u"),
    "search": ("s", *"find", "enter"),
    "comparison": ("home", "m", "end", "c"),
    "why": ("w",),
}
"""The keys that lead from a session in the list to each screen."""


@pytest.mark.parametrize("case", CASES)
def test_every_screen_shows_a_session_in_every_state(case: str, folder: Path) -> None:
    """Live, interrupted, damaged, empty or long: each screen shows what there is and says what there is not."""
    folders.other(folder)
    with getattr(folders, case)(folder):
        asyncio.run(_every_screen(case, folder))


async def _every_screen(case: str, folder: Path) -> None:
    """The session of the case is the last of the list; each screen is left for it."""
    async with staged(folder) as stage:
        for screen, keys in SCREENS.items():
            await stage.press("end", *keys)
            assert looks_like(f"{screen}_{case}", stage.shot())
            await stage.to_the_list()


@pytest.mark.parametrize("light", [False, True])
def test_a_payload_is_shown_as_what_it_is(folder: Path, *, light: bool) -> None:
    """An answer is a conversation, on both grounds; its size is told, and the parts of its node stand above it."""
    with folders.damaged(folder):
        shot = played(folder, "enter", *["down"] * 7, "enter", dark=not light)
    assert "Let me look." in shot.text
    assert "response · as conversation · 51 B" in shot.text
    assert looks_like(f"payload_{'light' if light else 'dark'}", shot)


def test_what_differs_is_shown_with_both_values(folder: Path) -> None:
    """From the comparison a person comes to what a node was in each session, whole."""
    folders.other(folder)
    with folders.damaged(folder):
        shot = played(folder, "home", "m", "end", "c", "enter")
    assert looks_like("difference", shot)


def test_the_help_shows_the_keys_of_the_screen(folder: Path) -> None:
    """``?`` lists the keys that can be pressed, those of the screen first."""
    with folders.interrupted(folder):
        assert looks_like("help", played(folder, "enter", "question_mark"))


def test_an_ascii_terminal_gets_ascii(folder: Path) -> None:
    """Where only ASCII can be shown, signs, frames and letters of other scripts are written with it."""
    with folders.damaged(folder):
        for keys in (["enter"], ["t"], ["w"], ["ctrl+p"]):
            assert played(folder, *keys, ascii_signs=True).text.isascii(), keys
