"""What is made in the documentation says what the sources say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.command_page import COMMAND
from tests.docs.making import MADE, made
from tests.docs.page import DOCS, pages, regions

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`((?:tests|bench|src|examples)/[\w/.-]+\.\w+)`")
"""A file of the project that a page names."""

MADE_HERE = [path.name for path in pages() if path.name in MADE or regions(path.read_text("utf-8"))]


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MADE_HERE)
def test_what_is_made_in_a_page_is_fresh(name: str) -> None:
    """Commands, exit codes, the API, acts and agent files stand in the documentation as they are in the sources."""
    assert made(name, _text(name)) == _text(name), f"docs/{name} is out of date; write it anew with: {COMMAND}"


@pytest.mark.parametrize("name", [path.name for path in pages()])
def test_files_that_a_page_names_are_there(name: str) -> None:
    """Whoever follows a page into the sources finds what it speaks of."""
    gone = [file for file in _NAMED.findall(_text(name)) if not (ROOT / file).exists()]
    assert not gone, f"docs/{name} names {gone}"


def test_the_rules_name_where_they_are_built_and_what_holds_them() -> None:
    """Each of the ten rules of the architecture has a section, with the files that keep it."""
    page = _text("OBSERVABILITY.md")
    sections = re.findall(r"^## Rule (\d+): .+?\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _ in sections] == list(range(1, 11))
    for number, text in sections:
        built, held = (re.search(rf"\*{word} \w+\*([^*]+)", text) for word in ("Built", "Held"))
        assert built is not None, f"rule {number} does not say where it is built"
        assert held is not None, f"rule {number} does not say what holds it"
        gone = [file for file in re.findall(r"`(\w+/[\w/]+\.py)`", built[1]) if not (ROOT / "src/clew" / file).exists()]
        assert not gone, f"rule {number} names {gone}"
