"""Pictures of the page for the documentation: ``docs/screens/NAME-light.png`` and ``-dark.png``.

``make screens`` takes them anew. Otherwise a test only makes sure that they are there: fonts differ between machines,
so pictures are for people to look at, not for tests to compare.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parents[3] / "docs" / "screens"
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def photograph(page: Page, name: str) -> None:
    """Take a picture of what the page shows, in light and in dark; the page is left in light."""
    for scheme in reversed(_SCHEMES):
        path = FOLDER / f"{name}-{scheme}.png"
        page.emulate_media(color_scheme=scheme)
        if os.environ.get("UPDATE_SCREENS") == "1":
            page.screenshot(path=path, animations="disabled", caret="hide")
        assert path.is_file(), f"docs/screens/{path.name} is missing; `make screens` takes it"
