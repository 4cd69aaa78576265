"""Promises of the view of costs: by every key, of all sessions or of one, with what has no price named as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.browser.accessibility import check_accessibility
from tests.web.browser.screens import photograph

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.browser.busy import Busy
    from tests.web.browser.conftest import OpenPage


def test_every_key_adds_up_to_the_same(page: Page, busy: Busy) -> None:
    """By model, agent, tool, kind and day the total is the same; `]` takes the next key, and back returns."""
    busy.show(page, "#/cost")
    total = page.locator("tfoot td.number").first
    expect(total).to_contain_text("$")
    told = total.inner_text()
    for title in ("Agent", "Tool", "Cache kind", "Day"):
        page.keyboard.press("]")
        expect(page.get_by_role("table").get_by_role("columnheader").first).to_have_text(title)
        expect(page.get_by_role("table").get_by_role("rowheader").nth(1)).to_be_visible()
        expect(total).to_have_text(told)
    page.go_back()
    expect(page.get_by_role("table").get_by_role("columnheader").first).to_have_text("Cache kind")


def test_what_has_no_price_is_named(page: Page, busy: Busy) -> None:
    """A model without a price costs `–`, never nothing, and its answers are counted; a row leads to its sessions."""
    busy.show(page, "#/cost")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="our-model"))
    expect(row.get_by_role("cell").nth(1)).to_have_text("–")
    expect(row.get_by_role("cell").nth(3)).to_have_text("16")
    page.get_by_role("link", name="our-model").click()
    expect(page).to_have_url(re.compile(r"#/sessions\?q=model%3Aour-model"))
    expect(page.get_by_role("listbox", name="Sessions").get_by_role("option").first).to_contain_text("our-model")


def test_a_period_is_a_term_of_the_query(page: Page, busy: Busy) -> None:
    """A period is chosen by a link, stands in the query, and leaves the rest of it alone."""
    busy.show(page, "#/cost?q=agent:support")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("combobox", name="Query for sessions")).to_have_value("agent:support after:7d")
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="always").click()
    expect(page.get_by_role("combobox", name="Query for sessions")).to_have_value("agent:support")


@pytest.mark.parametrize("state", ["live", "interrupted", "damaged", "large", "empty"])
def test_one_session_is_shared_out_too(page: Page, busy: Busy, state: str) -> None:
    """Of one session, in whatever state, turns and children are told; of an empty one that nothing was used."""
    session_id = getattr(busy.ids, state)
    busy.show(page, f"#/cost/{session_id}?by=turn")
    if state == "empty":
        expect(page.get_by_role("status").filter(has_text="Nothing was used")).to_be_visible()
    else:
        expect(page.get_by_role("rowheader").first).to_have_text("1")
        expect(page.get_by_role("link", name="1", exact=True)).to_have_attribute("href", f"#/session/{session_id}/1")
    if state == "large":
        page.get_by_role("link", name="next").click()
        expect(page.get_by_role("rowheader").first).to_have_text("201")
    check_accessibility(page)


def test_nothing_used_is_said(page: Page, busy: Busy) -> None:
    """Where a query means no session, nothing is added up."""
    busy.show(page, "#/cost?q=agent:nobody")
    expect(page.get_by_role("status").filter(has_text="Nothing was used")).to_contain_text("agent:nobody")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, "#/cost?as=tokens")
    expect(page.get_by_role("table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        photograph(page, "cost")
