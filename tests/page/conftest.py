"""What the tests of the page share: that it is built, and where from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hatch_build import ROOT, build_page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the built page; ``make test`` has built it already."""
    build_page()
    return ROOT / "src" / "clew" / "page"
