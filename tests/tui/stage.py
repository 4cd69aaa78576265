"""A stage for the explorer: keys go in, what is on the screen comes out, as text and as a picture."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from clew.explore.library import Library
from clew.explore.prices import Prices
from clew.store.folder import Folder
from clew.tui.app import Explorer
from tests.cli.records import START
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

SIZE = (110, 30)
NOW = START / 1000 + 60
"""A minute after the sessions began."""

_TRIES = 400
_IDS = re.compile(r"terminal-[0-9a-f-]+")
_WRITER = re.compile(
    r"(byte(?:&#160;| ))\d+|(journal(?:&#160;| ))[\d.]+(?:&#160;| )k?B"
    r"|(>&#160;&#160;)[\d.]+&#160;[kM]?B(?=</text>|&#160;·)"
)
"""What depends on the number of this process: places and sizes of a journal, whose head names its writer."""


class Shot(NamedTuple):
    """What was on the screen."""

    text: str
    """Its lines, without blanks at their ends."""
    svg: str
    """Its picture, without what differs from run to run."""


class Stage:
    """A running explorer."""

    def __init__(self, app: Explorer, pilot: Pilot[None]) -> None:
        """Keep both."""
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before has had its effect."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into the field that has the focus."""
        for letter in text:
            await self.pilot.press(_KEYS.get(letter, letter))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being asked or drawn any more."""
        for _ in range(_TRIES):
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()
            if all(worker.is_finished for worker in self.app.workers):
                return
        message = "the explorer did not come to rest"
        raise AssertionError(message)

    async def to_the_list(self) -> None:
        """Leave every screen but the list."""
        for _ in range(_TRIES):
            if len(self.app.screen_stack) <= 2:
                return
            await self.press("escape")
        message = "the list was not reached"
        raise AssertionError(message)

    async def look(self) -> None:
        """Take in what is new in the folder."""
        self.app.look()
        await self.settle()

    def shot(self) -> Shot:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no other way to its text
        text = "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
        svg = _WRITER.sub(_without_figure, _IDS.sub("terminal", self.app.export_screenshot(simplify=True)))
        return Shot(text, svg)


@asynccontextmanager
async def staged(
    folder: Path, query: str = "", *, size: tuple[int, int] = SIZE, dark: bool = True, ascii_signs: bool = False
) -> AsyncIterator[Stage]:
    """The explorer over a folder, with nothing in it that depends on the machine."""
    prices = Prices.load(_price_file(folder))
    app = Explorer(
        lambda: Library(Folder(folder), prices=prices, now=lambda: NOW),
        query,
        dark=dark,
        ascii_signs=ascii_signs,
        look_every=None,
        now=lambda: NOW,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot)
        await stage.settle()
        yield stage


def played(folder: Path, *keys: str, query: str = "", dark: bool = True, ascii_signs: bool = False) -> Shot:
    """What is on the screen after some keys."""

    async def play() -> Shot:
        async with staged(folder, query, dark=dark, ascii_signs=ascii_signs) as stage:
            await stage.press(*keys)
            return stage.shot()

    return asyncio.run(play())


def looks_like(name: str, shot: Shot) -> bool:
    """Whether a picture is the golden one."""
    return agrees(f"tui/{name}.svg", shot.svg)


def _price_file(folder: Path) -> Path:
    """Prices that do not depend on what is installed."""
    place = folder.parent / "prices.toml"
    place.write_text('[[prices]]\nmatch = "*"\ninput = 3.00\noutput = 15.00\ncache_read = 0.30\n', encoding="utf-8")
    return place


def _without_figure(found: re.Match[str]) -> str:
    return f"{found[1] or found[2] or found[3]}…"


_KEYS = {
    " ": "space",
    "/": "slash",
    ":": "colon",
    "-": "minus",
    ".": "full_stop",
    "*": "asterisk",
    ">": "greater_than_sign",
}
