"""Promises of the search: hits of all sessions, below the session they are in, each opened at its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.browser.accessibility import check_accessibility
from tests.web.browser.screens import photograph

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.web.browser.busy import Busy
    from tests.web.browser.conftest import OpenPage


def _lines(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Hits").get_by_role("option")


def test_hits_are_grouped_and_opened_at_their_place(page: Page, busy: Busy) -> None:
    """A text is found while it is typed; a hit leads to its node, its part, and the text in it, and back returns."""
    busy.show(page, "#/search")
    expect(page.get_by_role("status").filter(has_text="Write what to look for")).to_be_visible()
    page.keyboard.type("orders.md")
    expect(_lines(page).first).to_contain_text(busy.ids.live)
    expect(_lines(page).nth(1)).to_contain_text("orders.md")
    expect(page).to_have_url(re.compile("text=orders.md"))
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"#/session/{busy.ids.live}/1-2\?.*part=response&find=orders.md"))
    page.go_back()
    expect(_lines(page).nth(1)).to_contain_text("orders.md")


@pytest.mark.parametrize("state", ["live", "interrupted", "damaged", "large"])
def test_every_state_is_searched(page: Page, busy: Busy, state: str) -> None:
    """Sessions that run, broke off, are damaged or large are searched like any other; an empty one has nothing."""
    session_id = getattr(busy.ids, state)
    busy.show(page, f"#/search?text=Let+me+look&q=id:{session_id}")
    expect(_lines(page).first).to_contain_text(session_id)
    expect(_lines(page).nth(1)).to_contain_text("Let me look")
    busy.show(page, f"#/search?text=Let+me+look&q=id:{busy.ids.empty}")
    expect(page.get_by_role("status").filter(has_text="Nowhere is this text")).to_be_visible()
    check_accessibility(page)


def test_more_hits_come_as_one_scrolls(page: Page, busy: Busy) -> None:
    """Of many hits those are asked for that somebody scrolls to."""
    busy.show(page, f"#/search?text=question&q=id:{busy.ids.large}")
    expect(_lines(page).first).to_have_attribute("aria-setsize", re.compile("^(51|101)$"))
    page.get_by_role("listbox", name="Hits").focus()
    page.keyboard.press("End")
    expect(_lines(page).first).to_have_attribute("aria-setsize", re.compile("^1[05]1$"))


def test_the_case_matters_only_if_asked(page: Page, busy: Busy) -> None:
    """Upper and lower case are alike unless the box says otherwise."""
    busy.show(page, "#/search?text=LET+ME+LOOK")
    expect(_lines(page).nth(1)).to_contain_text("Let me look")
    page.get_by_role("checkbox", name="Match case").check()
    expect(page.get_by_role("status").filter(has_text="Nowhere is this text")).to_be_visible()
    expect(page).to_have_url(re.compile("case=exact"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, "#/search?text=memories")
    expect(_lines(page).nth(1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        photograph(page, "search")
