"""Promises about hostile records: what was recorded is text on every view, whatever it looks like, and never code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from hatch_build import build_page
from tests.web.browser.vectors import FIRED, VECTORS, record, spread
from tests.web.site import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.web.browser.watch import Watch
    from tests.web.site import Site

_COUNT = int(os.environ.get("XSS_VECTORS", "20"))
"""Vectors of all kinds; ``make prove`` tries all 200."""
_TRAP = f"window.{FIRED} = () => {{ window.{FIRED}Times = (window.{FIRED}Times ?? 0) + 1 }}"
_FOREIGN = (
    "script:not([src^='./assets/']), iframe, object, embed, img, video, audio, base, math, marquee, body link,"
    " body style, [style*='url('], [onerror], [onload], [onclick], [onfocus], [onmouseover], form[action],"
    " a[href^='javascript:' i], a[href^='data:' i], a[href^='//'], meta[http-equiv]"
)
"""What a vector would bring into the document, and the page itself never has."""
_FOREIGN_HERE = "(foreign) => [...document.querySelectorAll(foreign)].map((each) => each.outerHTML)"
_ANSWERED = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/api/'))"
"""Whether the server answered anything; a stream that goes on is not among these."""
_TABS = ("facts", "request", "response", "new", "logs", "attributes", "accounting", "log 0 details")
_PATHS = ("", "init", "s1", "1", "1-1", "1-3", "1-4", "1-5", "1-5.1", "fin")
_VIEWS = ("#/sessions", "#/cost", "#/failures", "#/search?text=onerror", "#/search?text=script")


class Hostile(NamedTuple):
    """A server over hostile sessions."""

    site: Site
    ids: list[str]

    def show(self, page: Page, fragment: str) -> None:
        """Open a view as somebody who knows the token."""
        root = f"http://{self.site.host}/"
        name, _, value = self.site.key.cookie.partition(";")[0].partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": root}])
        page.goto(f"{root}{fragment}")

    def check(self, page: Page) -> None:
        """Nothing of a vector is in the document but its text, and nothing was called."""
        page.wait_for_function("() => document.querySelector('main')?.innerText.length > 0")
        assert page.evaluate(f"window.{FIRED}Times ?? 0") == 0, page.url
        assert page.evaluate(_FOREIGN_HERE, _FOREIGN) == []
        assert page.evaluate("'innerHTML' in {} || 'x' in {}") is False, "a prototype was changed"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """Sessions with a vector in every field that the recorder takes."""
    build_page()
    folder = tmp_path_factory.mktemp("hostile")
    ids = record(folder, spread(_COUNT))
    with serving(folder) as site:
        yield Hostile(site, ids)


def test_there_are_two_hundred_vectors() -> None:
    """No vector is there twice."""
    assert len(VECTORS) == len(set(VECTORS)) == 200


def test_no_vector_fires_in_a_session(page: Page, hostile: Hostile) -> None:
    """Tree, timeline and every kind of node show vectors as text: no call, dialog, request or foreign element."""
    page.add_init_script(_TRAP)
    for at, session_id in enumerate(hostile.ids):
        path, tab = _PATHS[at % len(_PATHS)], _TABS[at % len(_TABS)]
        hostile.show(page, f"#/session/{session_id}{f'/{path}' if path else ''}?tab={tab}")
        expect(page.get_by_role("tree")).to_contain_text("fin")
        expect(page.locator("section.detail > header + *")).to_be_visible()
        hostile.check(page)


@pytest.mark.parametrize("tab", _TABS)
def test_no_vector_fires_in_a_node(page: Page, hostile: Hostile, tab: str) -> None:
    """Every way in which a node shows what it holds: facts, conversation, JSON, what is new, log entries."""
    page.add_init_script(_TRAP)
    for session_id in hostile.ids[::4]:
        for path in ("1-3", "1-4"):
            for shown in ("", "json"):
                hostile.show(page, f"#/session/{session_id}/{path}?tab={tab}&as={shown}")
                expect(page.get_by_role("heading", name=path, exact=True)).to_be_visible()
                expect(page.locator("section.detail > header + *")).to_be_visible()
                hostile.check(page)


@pytest.mark.parametrize("view", [*_VIEWS, "why", "compare"])
def test_no_vector_fires_in_any_other_view(page: Page, hostile: Hostile, view: str) -> None:
    """Lists, costs, failures, search, why and comparison show vectors as text, too."""
    page.add_init_script(_TRAP)
    one, other = hostile.ids[:2]
    several = {"why": [f"#/why/{each}" for each in hostile.ids[::5]], "compare": [f"#/compare/{one}/{other}"]}
    for fragment in several.get(view, [view]):
        hostile.show(page, fragment)
        page.wait_for_function(_ANSWERED)
        hostile.check(page)


def test_an_address_is_text(page: Page, hostile: Hostile, watch: Watch) -> None:
    """What stands in the address itself is no more trusted than a record."""
    watch.forgive("40[04]|422")
    page.add_init_script(_TRAP)
    for vector in spread(10):
        page.goto("about:blank")
        hostile.show(page, "#/sessions")
        page.evaluate(
            "(text) => { location.hash = `#/session/${encodeURIComponent(text)}/${encodeURIComponent(text)}"
            "?tab=${encodeURIComponent(text)}&q=${encodeURIComponent(text)}` }",
            vector,
        )
        expect(page.get_by_role("alert")).to_be_visible()
        hostile.check(page)


def test_the_check_sees_what_it_looks_for(page: Page, hostile: Hostile) -> None:
    """A call, and an element that no page of ours has, would both be noticed."""
    page.add_init_script(_TRAP)
    hostile.show(page, "#/sessions")
    page.wait_for_function(_ANSWERED)
    page.evaluate("() => document.body.append(document.createElement('iframe'))")
    with pytest.raises(AssertionError, match="iframe"):
        hostile.check(page)
    page.evaluate(f"() => window.{FIRED}()")
    with pytest.raises(AssertionError, match="sessions"):
        hostile.check(page)
