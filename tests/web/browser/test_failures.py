"""Promises of the view of failures: what is alike stands together, by day, and each cell leads to its sessions."""

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


def _row(page: Page, slug: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=slug))


def test_a_cell_leads_to_its_sessions(page: Page, busy: Busy) -> None:
    """A count of a day leads to just the sessions it counts, and the back button to where it was."""
    busy.show(page, "#/failures")
    cell = _row(page, "tool.timeout").get_by_role("link", name=re.compile("1 on ")).first
    cell.click()
    expect(page).to_have_url(re.compile("slug%3Atool.timeout"))
    sessions = page.get_by_role("listbox", name="Sessions").get_by_role("option")
    expect(sessions).to_have_count(1)
    expect(sessions).to_contain_text("failed")
    page.go_back()
    expect(cell).to_be_visible()


def test_what_was_made_good_is_told_apart(page: Page, busy: Busy) -> None:
    """A failure that ended its session is not one that was recovered from; what nobody named is said to be so."""
    busy.show(page, "#/failures")
    expect(_row(page, "tool.timeout").get_by_role("cell").nth(3)).to_have_text("8")
    expect(_row(page, "llm.overloaded").get_by_role("cell").nth(4)).to_have_text("8")
    broke_off = _row(page, "nobody was left to say it").filter(has_text="billing")
    expect(broke_off).to_contain_text("host")
    broke_off.get_by_role("link").first.click()
    expect(page.get_by_role("listbox", name="Sessions").get_by_role("option")).to_contain_text(["“is anybody there?”"])


def test_cells_are_walked_by_arrows(page: Page, busy: Busy) -> None:
    """Arrows go from count to count, Enter opens."""
    busy.show(page, "#/failures")
    first = _row(page, "tool.timeout").get_by_role("link").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(_row(page, "tool.timeout").get_by_role("link").nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/sessions"))


def test_days_are_chosen(page: Page, busy: Busy) -> None:
    """So many days as are asked for have a column, and the address carries it."""
    busy.show(page, "#/failures")
    expect(page.get_by_role("columnheader")).to_have_count(8 + 14)
    page.get_by_role("link", name="30 days").click()
    expect(page).to_have_url(re.compile("days=30"))
    expect(page.get_by_role("columnheader")).to_have_count(8 + 30)


def test_today_is_in_sight(open_page: OpenPage, busy: Busy) -> None:
    """Where not all days have room, the last ones are in sight, and the agent stands below the slug."""
    page = open_page(viewport={"width": 400, "height": 900})
    busy.show(page, "#/failures?days=90")
    expect(page.get_by_role("columnheader").last).to_be_in_viewport(ratio=0.9)
    expect(_row(page, "tool.timeout").get_by_role("rowheader")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("rowheader", name=re.compile("support|billing")).first).to_be_visible()


def test_nothing_failed_is_said(page: Page, busy: Busy) -> None:
    """Where nothing failed, the page says so."""
    busy.show(page, "#/failures?q=agent:nobody")
    expect(page.get_by_role("status").filter(has_text="Nothing failed")).to_be_visible()
    check_accessibility(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, "#/failures")
    expect(page.get_by_role("table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        photograph(page, "failures")
