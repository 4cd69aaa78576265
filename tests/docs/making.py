"""What a page should say where it is made: the whole of it, or some of its regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.docs.api_page import api_page
from tests.docs.command_page import command_page, exit_code_page
from tests.docs.page import regions, with_region
from tests.docs.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable

MADE: dict[str, Callable[[], str]] = {"cli.md": command_page, "exit-codes.md": exit_code_page, "api.md": api_page}
"""The pages that are made as a whole."""


def made(name: str, text: str) -> str:
    """A page with everything in it that is made, made anew."""
    if name in MADE:
        return MADE[name]()
    for region in regions(text):
        text = with_region(text, region, PARTS[region]())
    return text
