"""Promises about the keys at the foot: those that hold here, and each does when clicked what it does when pressed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from clew.tui.help import HelpSheet
from tests.tui import folders
from tests.tui.stage import staged

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_that_is_clicked_is_pressed(folder: Path) -> None:
    """The mouse does what the keyboard does; beside the keys it does nothing."""

    async def click() -> None:
        async with staged(folder, size=(200, 30)) as stage:
            shown = stage.shot().text.splitlines()[-1]
            for column, helped in ((len(shown) + 2, False), (shown.index(" ? ") + 1, True)):
                await stage.pilot.click(offset=(column, 29))
                await stage.settle()
                assert isinstance(stage.app.screen, HelpSheet) == helped, (column, shown)

    with folders.empty(folder):
        asyncio.run(click())


def test_the_keys_are_those_of_what_has_the_focus(folder: Path) -> None:
    """A field to type in has other keys than the list."""

    async def look() -> None:
        async with staged(folder) as stage:
            listed = stage.shot().text.splitlines()[-1]
            await stage.press("slash")
            assert stage.shot().text.splitlines()[-1] != listed
            await stage.press("escape")
            assert stage.shot().text.splitlines()[-1] == listed

    with folders.empty(folder):
        asyncio.run(look())
