"""The documentation builds as a site, strictly, and asks nobody for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(?P<url>(?:https?:)?//[^\" >]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_is_built_strictly(site: Path) -> None:
    """A dead link, a page that nothing leads to, or a wrong anchor fails the build; every page is in the site."""
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_the_site_fetches_nothing(site: Path) -> None:
    """No page loads a font, a script or a picture from anywhere else: it can be read without a network."""
    fetched = {
        f"{page.name}: {match['url']}"
        for page in site.glob("*.html")
        for match in _FETCHED.finditer(page.read_text("utf-8"))
        if "rel=canonical" not in match[0] and 'rel="canonical"' not in match[0]
    }
    assert not fetched


def test_examples_of_tables_are_shown_whole(site: Path) -> None:
    """What stands in a cell of a table keeps its bars and brackets."""
    assert "[none|original]" in (site / "cli.html").read_text("utf-8")
