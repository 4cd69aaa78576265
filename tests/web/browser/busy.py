"""A fortnight of sessions behind the real server, for the views that look at many of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from clew.explore.library import Library
from clew.store.folder import Folder
from hatch_build import build_page
from tests.web.browser.workload import Workload, workload
from tests.web.site import Site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

LARGE = "LARGE_TURNS"
"""The variable that says how many turns the large session has; the proofs at full size ask for 100,000."""
_TURNS = 3_000


class Busy(NamedTuple):
    """The server, and what it serves."""

    site: Site
    ids: Workload

    def show(self, page: Page, fragment: str) -> None:
        """Open a view as somebody who knows the token."""
        root = f"http://{self.site.host}/"
        name, _, value = self.site.key.cookie.partition(";")[0].partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": root}])
        page.goto(f"{root}{fragment}")


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    """The server over the workload. No test changes the folder, but by the writer of the live session."""
    build_page()
    folder = tmp_path_factory.mktemp("busy")
    ids = workload(folder, turns=int(os.environ.get(LARGE, _TURNS)))
    Library(Folder(folder)).refresh()
    with serving(folder) as site:
        yield Busy(site, ids)
    ids.writer.close()
