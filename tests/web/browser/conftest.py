"""A real browser for the tests of the page: Debian's Chromium, driven by Playwright, one per worker.

The browser lives as long as tests of this folder run in a row and no longer, because Playwright keeps an event loop
running in this thread meanwhile: tests of this folder cannot call ``asyncio.run``, those of other folders can.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import expect

from bench.browser import chromium
from hatch_build import build_page, install_modules
from tests.web.browser.busy import busy as busy  # noqa: PLC0414 - a fixture, handed on
from tests.web.browser.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser, Page

_PATIENCE = 30_000
"""Milliseconds to wait for what has to come; a busy machine is no finding."""


class OpenPage(Protocol):
    """Opens an empty page, of the looks that a test asks for, in a browser profile of its own."""

    def __call__(self, **looks: Any) -> Page:  # noqa: ANN401 - the options of Playwright's `new_context`
        """Open one; the looks are those of Playwright: ``color_scheme``, ``viewport``, ``offline`` and so on."""


class _Held:
    """The browser, from the first test that asks for it until the last test of this folder in a row."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None:
            build_page()
            install_modules()
            expect.set_options(timeout=_PATIENCE)
            self._browser = self._stack.enter_context(chromium())
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._stack.close()


_HELD = _Held()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None]:
    """Close the browser when the next test is of another folder."""
    yield
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _HELD.close()


@pytest.fixture
def browser() -> Browser:
    """The browser that the tests of this folder share."""
    if shutil.which("chromium") is None:
        pytest.skip("there is no `chromium` on PATH; Debian's package of that name has it")
    return _HELD.browser()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Sees to it that no page of the test does what it must not."""
    watch = Watch()
    yield watch
    assert not watch.unforgiven(), "\n".join(watch.unforgiven())


@pytest.fixture
def open_page(browser: Browser, watch: Watch) -> Iterator[OpenPage]:
    """What opens a page, watched, and closes it when the test ends."""
    with ExitStack() as stack:

        def open_one(**looks: Any) -> Page:  # noqa: ANN401 - as in the protocol
            usual = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", "color_scheme": "light"}
            context = stack.enter_context(browser.new_context(**{**usual, **looks}))
            context.set_default_timeout(_PATIENCE)
            watch.over(context)
            return context.new_page()

        yield open_one


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page in light, of the usual size."""
    return open_page()


@pytest.fixture
def single() -> Path:
    """The page as one file, as it was built."""
    build_page()
    return Path(__file__).parents[3] / "src" / "clew" / "page" / "single.html"
