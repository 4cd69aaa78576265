"""Promises about what sessions hold: whatever it is, no screen obeys it, and no screen breaks on it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli import records
from tests.tui.stage import staged
from tests.tui.test_screens import SCREENS

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "escapes": "a\x1b]0;owned\x07b\x1b[2Jc\x9b31md\x1bP1$r\x1b\\e\x1b]52;c;b3duZWQ=\x07f",
    "markup": "[red]bold[/red] [@click=app.quit]x[/] \\[b] [link=https://example.com]y[/link]",
    "bidi": "abc \u202etxt.exe\u202c \u2066isolate\u2069 \u200fright",
    "wide": "漢字かな交じり文 한국어 👩‍👩‍👧‍👦 🇩🇪 e\u0301 ✈\ufe0f ﷽ " * 3,
    "long": "x" * 5_000 + " y" * 2_000,
    "lines": "one\ntwo\r\nthree\u2028four\x0bfive\ttab\x00nul",
}
"""What a model, a tool or a web page may send."""

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


@pytest.mark.parametrize(
    "text", [" ".join(TEXTS[name] for name in TEXTS if name != "long"), TEXTS["long"]], ids=["signs", "long"]
)
def test_no_screen_shows_what_a_terminal_would_obey(text: str, folder: Path) -> None:
    """Escape sequences, markup and reversed text are words like any others, and every line keeps its width."""
    records.hostile(folder, text)
    records.write(folder, "20251109_153414_b2c3d4e5", records.conversation())
    asyncio.run(_every_screen(folder))


async def _every_screen(folder: Path) -> None:
    """The hostile session is the last of the list."""
    async with staged(folder) as stage:
        for screen, keys in SCREENS.items():
            await stage.press("end", *keys)
            for strip in stage.app.screen._compositor.render_strips():  # noqa: SLF001 - as the stage does
                line = "".join(segment.text for segment in strip if not segment.control)
                assert _OBEYED.search(line) is None, (screen, line)
                assert strip.cell_length == stage.app.size.width, (screen, line)
            await stage.to_the_list()
        assert stage.app.is_running
