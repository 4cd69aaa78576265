"""Promises of the view that says why: the first cause, its evidence, the chain to the end, each a link to its node."""

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
    from tests.web.browser.watch import Watch


def test_a_failure_is_explained(page: Page, busy: Busy) -> None:
    """What, where, whose, what to do; the chain, what was recovered from, and what was not. A link opens its node."""
    busy.show(page, f"#/why/{busy.ids.failed}")
    main = page.get_by_role("main")
    for words in ("no answer in 10 s", "tool.timeout", "Try the call by hand", "incident", "llm.overloaded"):
        expect(main).to_contain_text(words)
    for heading in ("Chain", "Recovered", "Besides"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.get_by_role("list").first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(rf"#/session/{busy.ids.failed}/2-2$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Chain")).to_be_visible()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(rf"#/session/{busy.ids.failed}/2-2$"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("live", "is running"),
        ("interrupted", "the process died here"),
        ("damaged", "the record is incomplete"),
        ("empty", "abandoned"),
        ("large", "went well"),
        ("fine", "Nothing is wrong"),
    ],
)
def test_every_state_has_an_answer(page: Page, busy: Busy, state: str, words: str) -> None:
    """A session that runs, broke off, is damaged, empty, large or went well is answered for, each in its words."""
    busy.show(page, f"#/why/{getattr(busy.ids, state)}")
    expect(page.get_by_role("main")).to_contain_text(words)
    check_accessibility(page)


def test_an_unknown_session_is_said(page: Page, busy: Busy, watch: Watch) -> None:
    """There is an answer for an id that no session has, and for none."""
    watch.forgive("404")
    busy.show(page, "#/why/20200101_000000_00000000")
    expect(page.get_by_role("alert")).to_contain_text("There is no session of this id")
    busy.show(page, "#/why")
    expect(page.get_by_role("status")).to_contain_text("Which session?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_it_can_be_read(open_page: OpenPage, busy: Busy, width: int, scheme: str) -> None:
    """In light and dark, on a narrow and a wide screen, axe-core finds nothing and nothing scrolls sideways."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    busy.show(page, f"#/why/{busy.ids.failed}")
    expect(page.get_by_role("heading", name="Chain")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)
    if width == 1440 and scheme == "light":
        photograph(page, "why")
