"""The rules of the page's sources, each with a guard that says how to mend what it found."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from hatch_build import ROOT, install_modules, npm

if TYPE_CHECKING:
    from pathlib import Path

FRONTEND = ROOT / "frontend"
SOURCES = sorted(path for path in (FRONTEND / "src").rglob("*") if path.suffix in {".ts", ".svelte", ".css"})
SHIPPED = [path for path in SOURCES if not path.name.endswith(".test.ts")]

FILE_LINES = 350
MAKES_CODE_OF_TEXT = re.compile(
    r"\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTMLUnsafe|createContextualFragment|createPolicy"
    r"|\beval\(|new Function|srcdoc|javascript:|DOMParser"
)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("check", ["types", "unit", "format:check"])
def test_the_sources_pass_their_own_checks(check: str) -> None:
    """svelte-check finds no error and no warning, the unit tests of the page pass, and prettier changes nothing."""
    install_modules()
    npm("run", "--silent", check)


def test_no_text_becomes_code() -> None:
    """Nothing of a session is ever read as HTML or script: text goes into text nodes, by Svelte's `{value}`."""
    found = [f"{_name(path)}: {hit[0]}" for path in SHIPPED if (hit := MAKES_CODE_OF_TEXT.search(path.read_text()))]
    assert not found, f"{found}; show the text as text"


def test_no_style_stands_in_the_markup() -> None:
    """The policy admits no style attribute: `style:height={…}` sets a property, `style="…"` would be refused."""
    found = [_name(path) for path in SHIPPED if path.suffix == ".svelte" and re.search(r"\sstyle=", path.read_text())]
    assert not found, f"{found}; use a class, or `style:property={{value}}` for a number that is computed"


def test_every_colour_is_a_token() -> None:
    """Colours stand in `tokens.css` only, where their contrast is tested in light and in dark."""
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;,)])|\b(?:rgb|hsl|oklch)a?\(")
    found = [_name(path) for path in SHIPPED if path.name != "tokens.css" and colour.search(path.read_text())]
    assert not found, f"{found}; take a token, or add one to tokens.css and to contrast.test.ts"


def test_every_file_says_what_it_is_for() -> None:
    """A source begins with a comment that is its design note, so that a stranger can read the page file by file."""
    silent = [_name(path) for path in SOURCES if not re.match(r"/\*|<!--\s+@component \w", path.read_text())]
    assert not silent, f"no comment at the beginning of {silent}; say in the first line what the file holds"


def test_no_file_is_too_long_to_read() -> None:
    """A source holds one noun and can be read in one sitting."""
    lengths = {_name(path): len(path.read_text().splitlines()) for path in SOURCES if path.name != "wire.ts"}
    long = {name: lines for name, lines in lengths.items() if lines > FILE_LINES}
    assert not long, f"over {FILE_LINES} lines: {long}; move one of its nouns to a file of its own"


def test_the_lock_file_names_no_host() -> None:
    """Packages come from whatever registry npm is told to use: the lock file holds versions and checksums only."""
    packages = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
    placed = [name for name, package in packages.items() if "resolved" in package]
    assert not placed, f"{placed} have an address; `.npmrc` has `omit-lockfile-registry-resolved`, install with it"
    assert all("integrity" in package for name, package in packages.items() if name)
