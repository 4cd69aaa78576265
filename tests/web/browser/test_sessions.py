"""Promises of the view of sessions: every state is told apart, a query is helped along, and keys do all of it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from clew.model import event
from tests.web.browser.accessibility import check_accessibility
from tests.web.browser.screens import photograph

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.web.browser.busy import Busy
    from tests.web.browser.conftest import OpenPage
    from tests.web.browser.watch import Watch


def _rows(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Sessions").get_by_role("option")


def test_every_state_is_told_apart(page: Page, busy: Busy) -> None:
    """A live session stands on top; interrupted, damaged, empty, unreadable and large ones say so in words.

    What has no title is called by what its user began with, and where nobody said anything by its id.
    """
    busy.show(page, "")
    rows = _rows(page)
    expect(rows.first).to_contain_text("running")
    expect(rows.first).to_contain_text("“where is it?”")
    expect(rows.filter(has_text="“is anybody there?”")).to_contain_text("interrupted")
    expect(rows.filter(has_text="a damaged record")).to_contain_text("damaged")
    expect(rows.filter(has_text=busy.ids.empty)).to_contain_text("abandoned")
    expect(rows.filter(has_text="a long day")).to_contain_text("3.00k")
    expect(rows.filter(has_text="unreadable")).to_have_count(1)
    expect(page.get_by_role("region", name="Overview")).to_contain_text("unreadable")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440, 3840])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, "")
    expect(_rows(page).first).to_contain_text("running")
    expect(page.get_by_role("region", name="Overview")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        page.set_viewport_size({"width": 1440, "height": 900})
        photograph(page, "sessions")


def test_a_wide_screen_has_more_columns(open_page: OpenPage, busy: Busy) -> None:
    """Where there is room, why a session failed and its id have columns of their own."""
    page = open_page(viewport={"width": 1920, "height": 900})
    busy.show(page, "#/sessions?q=status:failed")
    expect(page.get_by_role("group", name="Order")).to_contain_text("Failure")
    expect(_rows(page).first).to_contain_text(re.compile(r"\d{8}_\d{6}_[0-9a-f]{8}"))
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.get_by_role("group", name="Order")).not_to_contain_text("Failure")


def test_a_server_that_returns_is_asked_again(page: Page, busy: Busy, watch: Watch) -> None:
    """While the server is away the page says so; when it is back, what could not be answered is, without a reload."""
    watch.forgive("ERR_INTERNET_DISCONNECTED")
    busy.show(page, "#/sessions?q=agent:billing")
    expect(_rows(page).first).to_contain_text("billing")
    page.context.set_offline(True)
    page.get_by_role("button", name="Turns").click()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    check_accessibility(page)
    page.context.set_offline(False)
    expect(_rows(page).first).to_contain_text("billing")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_query_is_completed(page: Page, busy: Busy) -> None:
    """`/` leads into the query; fields and values are completed by keys, and what stands there is in the address."""
    busy.show(page, "")
    expect(_rows(page).first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("stat")
    expect(page.get_by_role("option", name="status:")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("fai")
    expect(page.get_by_role("listbox", name="Completions").get_by_role("option", name="failed")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile(r"q=status%3Afailed"))
    expect(_rows(page)).to_have_count(8)
    expect(_rows(page).filter(has_not_text="failed")).to_have_count(0)


def test_a_wrong_query_says_where(page: Page, busy: Busy, watch: Watch) -> None:
    """A query that is none is not asked; the field says what is wrong, and the list stays as it was."""
    busy.show(page, "#/sessions?q=agent:billing")
    expect(_rows(page).first).to_contain_text("billing")
    field = page.get_by_role("combobox", name="Query for sessions")
    field.fill("agnt:x")
    field.press("Escape")
    expect(page.get_by_text("did you mean 'agent'?")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(_rows(page).first).to_contain_text("billing")
    check_accessibility(page)
    watch.forgive("422")
    busy.show(page, "#/sessions?q=agnt:y")
    expect(page.get_by_role("alert")).to_contain_text("web.bad_query")
    expect(page.get_by_text("did you mean 'agent'?")).to_be_visible()


def test_tiles_lead_to_queries(page: Page, busy: Busy) -> None:
    """A figure of the overview is a link to the sessions it counts; the same link takes the term back."""
    busy.show(page, "")
    tiles = page.get_by_role("region", name="Overview")
    failed = tiles.get_by_role("link", name="8 failed").first
    failed.click()
    expect(page).to_have_url(re.compile("q=status%3Afailed"))
    expect(_rows(page)).to_have_count(8)
    expect(page.get_by_role("combobox", name="Query for sessions")).to_have_value("status:failed")
    failed.click()
    expect(_rows(page).first).to_contain_text("running")
    page.go_back()
    expect(_rows(page)).to_have_count(8)
    tiles.get_by_role("link", name="answers unpriced").or_(tiles.get_by_role("link", name="tool.timeout")).first.click()
    expect(page).to_have_url(re.compile("(is%3Aunpriced|slug%3Atool)"))


def test_keys_lead_through_the_list(page: Page, busy: Busy) -> None:
    """`j` and `k` move, `x` marks two, `c` compares them, Enter opens, and the back button returns."""
    busy.show(page, "")
    expect(_rows(page).first).to_be_visible()
    page.keyboard.press("j")
    expect(_rows(page).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("x")
    expect(_rows(page).first).to_contain_text("marked")
    for key in ("j", "j", "k", "x", "c"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(rf"#/compare/{busy.ids.live}/\d"))
    page.go_back()
    expect(page.get_by_role("link", name="compare 2 marked")).to_be_visible()
    expect(_rows(page).first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = _rows(page).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/session/"))
    page.go_back()
    expect(second).to_have_attribute("aria-selected", "true")
    page.keyboard.press("k")
    page.keyboard.press("w")
    expect(page).to_have_url(re.compile(f"#/why/{busy.ids.live}"))


def test_the_list_can_be_ordered(page: Page, busy: Busy) -> None:
    """The name of a column orders by it, and pressed again returns to the usual order; the address carries it."""
    busy.show(page, "")
    turns = page.get_by_role("button", name="Turns")
    turns.click()
    expect(page).to_have_url(re.compile("order=turns"))
    expect(_rows(page).first).to_contain_text("a long day")
    expect(turns).to_have_attribute("aria-pressed", "true")
    turns.click()
    expect(_rows(page).first).to_contain_text("running")


def test_no_match_is_said(page: Page, busy: Busy) -> None:
    """Where no session matches, the page says so and repeats the query."""
    busy.show(page, "#/sessions?q=agent:nobody")
    expect(page.get_by_role("status").filter(has_text="No session matches")).to_contain_text("agent:nobody")
    check_accessibility(page)


def test_a_running_session_is_followed(page: Page, busy: Busy) -> None:
    """What a running session does is seen without asking for it."""
    busy.show(page, "#/sessions?q=status:running")
    expect(_rows(page)).to_have_count(1)
    before = _rows(page).first.inner_text()
    busy.ids.writer.write(event.SessionSet(title="a title that came later", at=time.time() * 1000))
    expect(_rows(page).first).to_contain_text("a title that came later")
    assert "a title that came later" not in before
