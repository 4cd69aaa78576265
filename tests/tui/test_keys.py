"""Promises about keys: one table, which the screens, the palette, the help and the page in ``docs/`` agree with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from clew.tui import app, keys, lines, sheet
from tests.tui import folders
from tests.tui.stage import staged

PAGE = Path(__file__).parents[2] / "docs" / "tui.md"


def _kinds(kind: type[sheet.Sheet]) -> list[type[sheet.Sheet]]:
    return [below for direct in kind.__subclasses__() for below in (direct, *_kinds(direct))]


@pytest.mark.parametrize("place", keys.KEYS)
def test_every_key_does_something(place: str) -> None:
    """Each action in the table is one that its screen, or the app, has."""
    kinds = [kind for kind in _kinds(sheet.Sheet) if place in {kind.PLACE, "everywhere"}]
    owners = [lines.Lines] if place == "lines" else kinds
    assert owners, f"no screen has the keys of '{place}'"
    for key in keys.KEYS[place]:
        name = key.action.partition("(")[0]
        for owner in owners:
            known = app.Explorer if name.startswith("app.") else owner
            assert hasattr(known, f"action_{name.removeprefix('app.')}"), (place, key, owner)


def test_no_key_means_two_things_on_a_screen() -> None:
    """A key of a screen hides none of those that hold on every screen."""
    everywhere = {name for key in keys.KEYS["everywhere"] for name in key.keys.split(",")}
    for place, table in keys.KEYS.items():
        own = [name for key in table for name in key.keys.split(",")]
        assert len(own) == len(set(own)), place
        assert place == "everywhere" or not everywhere.intersection(own), place


def test_the_page_lists_the_keys() -> None:
    """``docs/tui.md`` has every key as the table has it: replace its tables with what is printed here."""
    page = PAGE.read_text("utf-8")
    for place, title in keys.TITLES.items():
        rows = "".join(f"| `{key.written}` | {key.says} |\n" for key in keys.KEYS[place])
        table = f"### {title}\n\n| key | what it does |\n|---|---|\n{rows}"
        print(table)
        assert table in page, f"docs/tui.md lacks this table:\n{table}"


def test_the_palette_has_every_action_of_the_screen(folder: Path) -> None:
    """Whoever forgot a key finds the action by what it says, with the key beside it."""

    async def look() -> None:
        async with staged(folder) as stage:
            await stage.press("enter")
            for place in ("session", "everywhere"):
                found = {command.title for command in stage.app.get_system_commands(stage.app.screen)}
                wanted = {key.says.removesuffix(".") for key in keys.KEYS[place]}
                assert found >= wanted - {"Find an action by its name"}

    with folders.interrupted(folder):
        asyncio.run(look())
