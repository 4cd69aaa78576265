"""Promises of the comparison: two sessions beside each other, where they first diverge, and what is not the same."""

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


def _lines(page: Page, name: str = "Differences") -> Locator:
    return page.get_by_role("listbox", name=name).get_by_role("option")


def test_the_first_divergence_is_shown(page: Page, busy: Busy) -> None:
    """Sums stand beside each other, and the first difference is open with both of its values."""
    busy.show(page, f"#/compare/{busy.ids.fine}/{busy.ids.failed}")
    expect(_lines(page).first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("retries")).to_be_visible()
    detail = page.get_by_role("region", name="What differs")
    expect(detail.get_by_role("heading")).to_have_count(1)
    page.keyboard.press("j")
    expect(detail).to_contain_text("user_message_changed")
    expect(detail.get_by_role("group", name="Values").first).to_contain_text("+")


def test_keys_lead_through_the_nodes(page: Page, busy: Busy) -> None:
    """`a` shows every node of both, `n` and `p` go from difference to difference, `z` changes sides."""
    busy.show(page, f"#/compare/{busy.ids.fine}/{busy.ids.failed}")
    expect(_lines(page).first).to_be_visible()
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("show=all"))
    expect(_lines(page, "Nodes of both").first).to_be_visible()
    page.keyboard.press("n")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_be_visible()
    first = chosen.inner_text()
    page.keyboard.press("n")
    expect(chosen).not_to_have_text(first)
    page.keyboard.press("p")
    page.keyboard.press("z")
    expect(page).to_have_url(re.compile(rf"#/compare/{busy.ids.failed}/{busy.ids.fine}"))
    page.go_back()
    expect(page).to_have_url(re.compile(rf"#/compare/{busy.ids.fine}/{busy.ids.failed}"))


def test_a_difference_leads_to_its_nodes(page: Page, busy: Busy) -> None:
    """The node of either session is a link away."""
    busy.show(page, f"#/compare/{busy.ids.fine}/{busy.ids.failed}")
    _lines(page).filter(has_text="user_message_changed").click()
    page.get_by_role("region", name="What differs").get_by_role("link", name="B 1").click()
    expect(page).to_have_url(re.compile(rf"#/session/{busy.ids.failed}/1$"))


def test_the_same_session_does_not_differ(page: Page, busy: Busy) -> None:
    """A session beside itself says that nothing differs."""
    busy.show(page, f"#/compare/{busy.ids.fine}/{busy.ids.fine}")
    expect(page.get_by_role("status").filter(has_text="Nothing differs")).to_be_visible()
    check_accessibility(page)


@pytest.mark.parametrize("state", ["live", "interrupted", "damaged", "empty", "large"])
def test_every_state_can_be_compared(page: Page, busy: Busy, state: str) -> None:
    """Sessions that are written, broke off, are damaged, empty or large stand beside one that went well."""
    busy.show(page, f"#/compare/{busy.ids.fine}/{getattr(busy.ids, state)}")
    expect(_lines(page).first).to_be_visible()
    expect(page.get_by_role("region", name="What differs").get_by_role("heading").first).to_be_visible()
    check_accessibility(page)


def test_two_sessions_are_asked_for(page: Page, busy: Busy) -> None:
    """Without two ids the view asks for them."""
    busy.show(page, "#/compare")
    check_accessibility(page)
    page.get_by_label("A", exact=True).fill(busy.ids.fine)
    page.get_by_label("B", exact=True).fill(busy.ids.failed)
    page.get_by_role("button", name="Compare").click()
    expect(_lines(page).first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, f"#/compare/{busy.ids.fine}/{busy.ids.failed}")
    _lines(page).filter(has_text="answer_text_changed").click()
    expect(page.get_by_role("region", name="What differs")).to_contain_text("answer_text_changed")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        photograph(page, "compare")
