"""A real browser for the tests of the page: Debian's Chromium, driven by Playwright, one per worker.

Every test has tabs of its own, in a profile that was tidied after the test before. Profiles are kept, one for all tests
of the same looks, each with an empty tab: a window takes the browser longer to open than most pages take to be shown.

The browser lives as long as tests of this folder run in a row and no longer, because Playwright keeps an event loop
running in this thread meanwhile: tests of this folder cannot call ``asyncio.run``, those of other folders can.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import expect

from bench.browser import chromium
from hatch_build import build_page, install_modules
from tests.web.browser.busy import busy as busy  # noqa: PLC0414 - a fixture, handed on
from tests.web.browser.watch import REPORT, Watch

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

_PATIENCE = 120_000
"""Milliseconds to wait for what has to come; a busy machine is no finding."""
_LOOKS = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", "color_scheme": "light"}
_EVERYTHING = "local_storage,indexeddb,cache_storage,service_workers"
"""What a page can leave in a profile, besides cookies."""


class OpenPage(Protocol):
    """Opens an empty page, of the looks that a test asks for, in a tidy browser profile."""

    def __call__(self, *, viewport: ViewportSize | None = None, **looks: str | bool) -> Page:
        """Open one; the looks are those of Playwright's ``new_context``: ``color_scheme``, ``offline`` and so on."""


class _Held:
    """The browser and its profiles, from the first test that asks for it until the last of this folder in a row."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None
        self._contexts: dict[frozenset[tuple[str, str | bool]], BrowserContext] = {}

    def browser(self) -> Browser:
        if self._browser is None:
            build_page()
            install_modules()
            expect.set_options(timeout=_PATIENCE)
            self._browser = self._stack.enter_context(chromium())
        return self._browser

    def context(self, **looks: Any) -> BrowserContext:  # noqa: ANN401 - the options of Playwright's `new_context`
        key = frozenset(looks.items())
        if key not in self._contexts:
            context = self._contexts[key] = self.browser().new_context(**looks)
            context.set_default_timeout(_PATIENCE)
            context.add_init_script(REPORT)
            context.new_page()
        return self._contexts[key]

    def close(self) -> None:
        self._browser = None
        self._contexts.clear()
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
def open_page(browser: Browser, watch: Watch) -> Iterator[OpenPage]:  # noqa: ARG001 - skips where there is none
    """What opens a page, watched, and closes it when the test ends."""
    seen: set[BrowserContext] = set()
    with ExitStack() as stack:

        def open_one(*, viewport: ViewportSize | None = None, **looks: str | bool) -> Page:
            context = _HELD.context(**{**_LOOKS, **looks})
            if context not in seen:
                seen.add(context)
                stack.enter_context(_tidied(context, watch, offline=bool(looks.get("offline"))))
            page = context.new_page()
            if viewport is not None:
                page.set_viewport_size(viewport)
            return page

        yield open_one


@contextmanager
def _tidied(context: BrowserContext, watch: Watch, *, offline: bool) -> Iterator[None]:
    """Watch a profile; at the end, close what was opened in it and take away what was left there."""
    with watch.over(context):
        yield
        empty, *opened = context.pages
        for page in opened:
            page.close()
    context.set_offline(offline)
    context.clear_cookies()
    session = context.new_cdp_session(empty)
    for origin in watch.origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": _EVERYTHING})
    session.detach()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page in light, of the usual size."""
    return open_page()


@pytest.fixture
def single() -> Path:
    """The page as one file, as it was built."""
    build_page()
    return Path(__file__).parents[3] / "src" / "clew" / "page" / "single.html"
