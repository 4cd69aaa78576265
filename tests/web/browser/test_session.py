"""Promises of the view of a session: its tree, its timeline and the selected node, by pointer, keys and address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from clew.model import event
from hatch_build import build_page
from tests.explore.recorded import ID, family
from tests.web.browser.accessibility import check_accessibility
from tests.web.browser.screens import photograph
from tests.web.site import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.web.browser.busy import Busy
    from tests.web.browser.conftest import OpenPage
    from tests.web.browser.watch import Watch
    from tests.web.site import Site

_SAYS = {
    "live": "running",
    "interrupted": "interrupted",
    "damaged": "damaged",
    "empty": "abandoned",
    "large": "a long day",
    "failed": "failed",
}
"""A session of every state, and a word that its tree says of it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server over the session that has everything, and its child."""
    build_page()
    with serving(family(tmp_path_factory.mktemp("family"))) as running:
        yield running


def _show(page: Page, site: Site, fragment: str) -> None:
    """Open a place as somebody who knows the token."""
    root = f"http://{site.host}/"
    name, _, value = site.key.cookie.partition(";")[0].partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": root}])
    page.goto(f"{root}{fragment}")


def _tree(page: Page) -> Locator:
    return page.get_by_role("tree")


def _selected(page: Page) -> Locator:
    return _tree(page).get_by_role("treeitem", selected=True)


def _row(page: Page, words: str) -> Locator:
    return _tree(page).get_by_role("treeitem").filter(has_text=words).first


def test_times_are_local_and_exact_on_demand(open_page: OpenPage, site: Site) -> None:
    """A fact that is a time is told in the local time of whoever reads it; the exact one in UTC is behind it."""
    page = open_page(timezone_id="Asia/Tokyo")
    _show(page, site, f"#/session/{ID}")
    began = page.get_by_role("region", name="Facts").locator("time").first
    expect(began).to_have_text("2025-11-09 23:34:14.000")
    expect(began).to_have_attribute("title", re.compile(r"2025-11-09T14:34:14\.0+Z"))


def test_code_in_a_message_looks_like_code(page: Page, site: Site) -> None:
    """What stands between fences in a message has the typeface of payloads, and not a character is lost."""
    said = "See:\n```py\nx = 1\n```\nso."
    block = {"kind": "text", "text": said, "isCut": False, "at": [], "name": None, "callId": None, "isError": False}
    message = {"number": 0, "role": "assistant", "blocks": [block | {"mediaType": None}]}
    answer = {"name": "request", "kind": "conversation", "size": 1, "first": 0, "lines": None, "messages": [message]}
    page.route("**/parts/request?**", lambda route: route.fulfill(json=answer | {"known": 1, "isWhole": True}))
    _show(page, site, f"#/session/{ID}/1-2?tab=request")
    code = page.get_by_role("article").locator("code")
    expect(code).to_have_text("```py\nx = 1\n```\n", use_inner_text=False)
    expect(page.get_by_role("article")).to_contain_text("so.")


@pytest.mark.parametrize("state", _SAYS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_shown_accessibly(open_page: OpenPage, busy: Busy, state: str, scheme: str) -> None:
    """Whatever became of a session, its tree says so, in light and in dark, without a finding of axe-core."""
    page = open_page(color_scheme=scheme)
    busy.show(page, f"#/session/{getattr(busy.ids, state)}")
    expect(_tree(page)).to_contain_text(_SAYS[state])
    expect(page.get_by_role("region", name="Facts")).to_contain_text("session")
    check_accessibility(page)


@pytest.mark.parametrize("state", ["damaged", "large"])
def test_panes_are_stacked_on_a_narrow_screen(open_page: OpenPage, busy: Busy, state: str) -> None:
    """At 400 pixels tree, timeline and node lie above each other, nothing scrolls sideways, axe-core finds nothing."""
    page = open_page(viewport={"width": 400, "height": 800})
    busy.show(page, f"#/session/{getattr(busy.ids, state)}/1-1?tab=request")
    expect(page.get_by_role("region", name="request")).to_contain_text("Be kind.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tree, node = _tree(page).bounding_box(), page.get_by_role("region", name="request").bounding_box()
    assert tree
    assert node
    assert tree["y"] + tree["height"] <= node["y"]
    check_accessibility(page)


def test_a_session_grows_while_it_is_looked_at(page: Page, busy: Busy) -> None:
    """New rows appear at the end; the selected row stays selected, and its node stays open."""
    busy.show(page, f"#/session/{busy.ids.live}/1-1?tab=request")
    expect(_selected(page)).to_contain_text("claude")
    expect(_row(page, "the newest question")).to_have_count(0)
    acts = [event.NodeEnd(n=5), event.TurnStart(n=901, index=3, action="message", content="the newest question")]
    for act in acts:
        busy.ids.writer.write(act)
    expect(_row(page, "the newest question")).to_be_visible()
    expect(_selected(page)).to_contain_text("claude")
    expect(page.get_by_role("region", name="request")).to_contain_text("where is it?")


def test_following_sticks_to_the_end(page: Page, busy: Busy) -> None:
    """Who follows sees what is written last, and moving the selection ends it."""
    busy.show(page, f"#/session/{busy.ids.live}")
    follow = page.get_by_role("button", name="follow")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    _tree(page).focus()
    page.keyboard.press("ArrowDown")
    expect(follow).to_have_attribute("aria-pressed", "false")


def test_every_node_has_an_address(page: Page, site: Site) -> None:
    """An address leads to a node below a child session, with its payload; the back button returns to it."""
    _show(page, site, f"#/session/{ID}/2-3.1-1?tab=response&as=json")
    expect(_selected(page)).to_contain_text("claude-sonnet-4-5")
    expect(_selected(page)).to_have_attribute("aria-level", "5")
    expect(page.get_by_role("region", name="response")).to_contain_text('"content": "no"')
    _row(page, "orders.search").click()
    expect(page).to_have_url(re.compile(r"/2-2\?tab=response"))
    expect(page.get_by_role("heading", name="2-2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="2-3.1-1")).to_be_visible()
    expect(_selected(page)).to_have_attribute("aria-level", "5")


def test_keys_lead_from_the_list_to_a_payload_and_back(page: Page, site: Site) -> None:
    """Without a pointer: from the sessions to a session, a turn, an attempt, its request, and all the way back."""
    _show(page, site, "#/sessions")
    page.get_by_role("listbox").or_(page.get_by_role("grid")).first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(_tree(page)).to_be_focused()
    page.keyboard.press(":")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(_selected(page)).to_have_attribute("aria-expanded", "true")
    _tree(page).focus()
    page.keyboard.press("ArrowRight")
    expect(_selected(page)).to_contain_text("rejected")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Facts")).to_be_focused()
    page.keyboard.press("]")
    expect(page.get_by_role("region", name="request")).to_contain_text("find my order")
    page.keyboard.press("v")
    expect(page.get_by_role("region", name="request")).to_contain_text('"model": "claude-sonnet-4-5"')
    page.keyboard.press("Escape")
    expect(_tree(page)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(_selected(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("#/sessions"))


def test_keys_are_in_the_help(page: Page, site: Site) -> None:
    """Every key of the view stands in the help."""
    _show(page, site, f"#/session/{ID}")
    expect(_tree(page)).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for words in ("Open the row, or go into it", "To the next failure", "Copy the path", "Timeline: the whole session"):
        expect(dialog).to_contain_text(words)
    check_accessibility(page)


def test_a_long_tree_is_walked(page: Page, busy: Busy) -> None:
    """Of thousands of turns those in sight are in the document; keys lead to the last one, open it and climb back."""
    busy.show(page, f"#/session/{busy.ids.large}")
    expect(_tree(page).get_by_role("treeitem").first).to_be_visible()
    _tree(page).focus()
    page.keyboard.press("End")
    expect(_selected(page)).to_contain_text("fin")
    expect(_selected(page)).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(_selected(page)).to_contain_text("question 2999")
    page.keyboard.press("ArrowRight")
    expect(_selected(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(_selected(page)).to_contain_text("claude")
    page.keyboard.press("ArrowLeft")
    expect(_selected(page)).to_contain_text("question 2999")
    assert _tree(page).get_by_role("treeitem").count() < 150


def test_failures_are_gone_to(page: Page, site: Site) -> None:
    """`n` and `N` go through the failures, into child sessions and out, whatever is opened."""
    _show(page, site, f"#/session/{ID}")
    expect(_tree(page)).to_be_focused()
    for path in ("1-1", "2-1", "2-2"):
        page.keyboard.press("n")
        expect(page.get_by_role("heading", name=path, exact=True)).to_be_visible()
    page.keyboard.press("N")
    expect(page.get_by_role("heading", name="2-1", exact=True)).to_be_visible()


def test_rows_are_filtered(page: Page, site: Site) -> None:
    """A query marks what it means and says how many, and the tree can be cut down to it; the address has both."""
    _show(page, site, f"#/session/{ID}?q=tool%3Aorders.search")
    expect(page.get_by_text("1 matching").first).to_be_visible()
    expect(_row(page, "orders.search")).to_contain_text("matches the filter")
    expect(_row(page, "memory view")).to_be_visible()
    page.get_by_role("checkbox", name="only").check()
    expect(_row(page, "memory view")).to_have_count(0)
    expect(page).to_have_url(re.compile("only=1"))
    check_accessibility(page)


def test_a_payload_is_searched_and_folded(page: Page, site: Site) -> None:
    """In the raw JSON a text is found, place after place, and brackets are folded away; it can be downloaded."""
    _show(page, site, f"#/session/{ID}/2-1?tab=request&as=json")
    lines = page.get_by_role("region", name="request")
    field = page.get_by_role("searchbox", name="Find in request")
    field.fill("memor")
    field.press("Enter")
    expect(page.get_by_text(re.compile("1 of 3"))).to_be_visible()
    field.press("Enter")
    expect(page.get_by_text(re.compile("2 of 3"))).to_be_visible()
    expect(page.locator("mark.current")).to_have_text("memor")
    page.get_by_role("button", name="Fold line 4", exact=True).click()
    expect(lines).not_to_contain_text("tool_use")
    expect(lines).to_contain_text('"system": "Be kind."')
    page.get_by_role("button", name="Unfold line 4").click()
    expect(lines).to_contain_text("tool_use")
    with page.expect_download() as download:
        page.get_by_role("link", name="download").click()
    assert download.value.suggested_filename.endswith(".json")


def test_a_request_shows_what_is_new_in_it(page: Page, site: Site) -> None:
    """Beside the request before it: how much is the same, and the new messages, a call together with its result."""
    _show(page, site, f"#/session/{ID}/2-1?tab=new")
    expect(page.get_by_text("2 messages the same")).to_be_visible()
    new = page.get_by_role("region", name="New messages")
    expect(new.get_by_role("article")).to_have_count(1)
    expect(new).to_contain_text("Directory: /memories")
    expect(new).not_to_contain_text("find my order")
    check_accessibility(page)


def test_usage_and_logs_are_told(page: Page, site: Site) -> None:
    """Tokens by how they were read, the cost and how it is known; log entries with slug and what came along."""
    _show(page, site, f"#/session/{ID}/1-2")
    facts = page.get_by_role("region", name="Facts")
    expect(facts.get_by_role("row", name="cache read")).to_contain_text("11.0k")
    expect(facts).to_contain_text("as told by the recorder")
    _show(page, site, f"#/session/{ID}/2-2?tab=logs")
    logs = page.get_by_role("region", name="Log entries")
    expect(logs).to_contain_text("test.slow")
    logs.get_by_role("button", name="tool request").click()
    expect(page.get_by_role("region", name="log 0 tool_request")).to_contain_text("my order")


def test_the_timeline_is_walked_and_zoomed(page: Page, site: Site) -> None:
    """Arrows go from bar to bar, the wheel and keys zoom, `0` shows everything again."""
    _show(page, site, f"#/session/{ID}")
    timeline = page.get_by_role("application")
    expect(timeline).to_have_accessible_name(re.compile("31.0 s shown, session selected"))
    timeline.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(timeline).to_have_accessible_name(re.compile("1-1 selected"))
    expect(_selected(page)).to_contain_text("failed 429")
    page.keyboard.press("+")
    expect(timeline).to_have_accessible_name(re.compile("15.5 s shown"))
    page.keyboard.press("0")
    expect(timeline).to_have_accessible_name(re.compile("31.0 s shown"))
    timeline.locator(".bars").hover()
    page.mouse.wheel(0, -400)
    expect(timeline).not_to_have_accessible_name(re.compile("31.0 s shown"))


def test_the_panes_keep_their_size(page: Page, site: Site) -> None:
    """The edge between tree and node moves by arrows, and stays where it was put."""
    _show(page, site, f"#/session/{ID}")
    edge = page.get_by_role("separator", name="Width of the tree")
    edge.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "54")
    page.reload()
    expect(edge).to_have_attribute("aria-valuenow", "54")


def test_what_is_not_there_is_said(page: Page, site: Site, watch: Watch) -> None:
    """A session or a node that does not exist is named as such; the rest of the view works."""
    watch.forgive("404")
    _show(page, site, f"#/session/{ID}/77")
    expect(page.get_by_role("alert")).to_contain_text("web.no_node")
    expect(_tree(page)).to_contain_text("find my order")
    _show(page, site, "#/session/20251109_000000_ffffffff")
    expect(page.get_by_role("alert")).to_contain_text("web.no_session")


def test_pictures_of_a_session(open_page: OpenPage, site: Site) -> None:
    """The documentation shows the view as it is."""
    for name, width, height in (("session", 1440, 900), ("session-narrow", 400, 800)):
        page = open_page(viewport={"width": width, "height": height})
        _show(page, site, f"#/session/{ID}/2-1?tab=request")
        expect(page.get_by_role("region", name="request")).to_contain_text("Directory: /memories")
        expect(page.get_by_role("application")).to_have_accessible_name(re.compile("31.0 s"))
        photograph(page, name)


def test_the_printed_address_opens_the_page(page: Page, site: Site) -> None:
    """The token in the address is exchanged at once, and neither the address nor the history keeps it."""
    page.goto(f"http://{site.host}/#token={site.key.token}")
    expect(page.get_by_role("option").first).to_be_visible()
    assert site.key.token not in page.url
    page.reload()
    expect(page.get_by_role("option").first).to_be_visible()
