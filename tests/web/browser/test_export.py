"""Promises of the exported file: opened from disk, without any network, it shows a session as the server does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.explore.recorded import CHILD, ID
from tests.web.browser.accessibility import check_accessibility
from tests.web.browser.exported import COUNT, QUERIES
from tests.web.browser.exported import exports as exports  # noqa: PLC0414 - a fixture, handed on
from tests.web.browser.vectors import FIRED
from tests.web.folder import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.web.browser.conftest import OpenPage
    from tests.web.browser.exported import Exports
    from tests.web.browser.watch import Watch

_TRAP = f"window.{FIRED} = () => {{ window.{FIRED}Times = (window.{FIRED}Times ?? 0) + 1 }}"
_FOREIGN = (
    "iframe, object, embed, img, video, audio, base, math, marquee, body style, [onerror], [onload], form[action]"
)
"""What hostile text would bring into the document, and the page itself never has."""


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page that has no network at all, and would tell of a vector that runs."""
    page = open_page(offline=True)
    page.add_init_script(_TRAP)
    return page


@pytest.fixture(autouse=True)
def _asks_for_one_file(watch: Watch, page: Page) -> Iterator[None]:
    """Whatever a test does, the browser asks for the file itself and for nothing else."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.partition("#")[0]))
    yield
    assert len([each for each in asked if not each.startswith(("data:", "about:"))]) <= COUNT
    assert watch.origins <= {"file://"}
    assert all(each.startswith(("file://", "data:", "about:")) for each in asked)


def _show(page: Page, file: Path, fragment: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}{fragment}")


def _tree(page: Page) -> Locator:
    return page.get_by_role("tree")


def _row(page: Page, words: str) -> Locator:
    return _tree(page).get_by_role("treeitem").filter(has_text=words).first


def test_the_file_opens_with_its_session(page: Page, exports: Exports) -> None:
    """It is shown at once; its tree opens and closes, and the session below a call stands in it."""
    _show(page, exports.whole)
    expect(_tree(page)).to_contain_text("find my order")
    assert page.evaluate("location.hash") == f"#/session/{ID}"
    expect(_row(page, "429")).to_be_visible()
    turn = _row(page, "find my order")
    turn.click()
    expect(turn).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(_tree(page)).not_to_contain_text("429")
    page.keyboard.press("ArrowRight")
    expect(_tree(page)).to_contain_text("429")
    _row(page, "researcher").click()
    page.keyboard.press("ArrowRight")
    expect(_tree(page)).to_contain_text("“look”")
    check_accessibility(page)


def test_failures_are_gone_to(page: Page, exports: Exports) -> None:
    """`n` and `N` go from failure to failure, without a server that knows where they are."""
    _show(page, exports.whole, f"#/session/{ID}")
    expect(_tree(page)).to_be_focused()
    for path in ("1-1", "2-1", "2-2"):
        page.keyboard.press("n")
        expect(page.get_by_role("heading", name=path, exact=True)).to_be_visible()
    page.keyboard.press("N")
    expect(page.get_by_role("heading", name="2-1", exact=True)).to_be_visible()


def test_rows_are_filtered(page: Page, exports: Exports) -> None:
    """Names, states and words mark rows, alone or with what stands above; of figures it is said who finds them."""
    _show(page, exports.whole, f"#/session/{ID}?q=tool%3Aorders.*")
    expect(page.get_by_text("1 matching").first).to_be_visible()
    expect(_row(page, "orders.search")).to_contain_text("matches the filter")
    page.get_by_role("checkbox", name="only").check()
    expect(_row(page, "memory view")).to_have_count(0)
    expect(_row(page, "orders.search")).to_be_visible()
    _show(page, exports.whole, f"#/session/{ID}?q=cost%3A%3E1")
    expect(page.get_by_role("alert")).to_contain_text("clew serve")


@pytest.mark.parametrize("query", QUERIES)
def test_a_filter_means_what_it_means_to_a_server(open_page: OpenPage, exports: Exports, query: str) -> None:
    """The same rows are left, in the same order, led to by the same lines, and the same ones are marked."""
    page = open_page(offline=True, viewport={"width": 1440, "height": 2_000})
    _show(page, exports.whole, f"#/session/{ID}?{query.replace('only=true', 'only=1')}")
    told = exports.told[query]
    rows = _tree(page).get_by_role("treeitem")
    expect(rows).to_have_count(told["total"])
    found = rows.evaluate_all(
        """(rows) => rows.map((row) => [row.querySelector('.words').textContent, row.querySelectorAll('i').length,
        row.querySelectorAll('i.last').length, row.querySelector('.matched') !== null])"""
    )
    assert found == [
        [
            "".join(words for words, _ in row["label"]),
            len(row["guide"]) // 3,
            row["guide"].count("└"),
            row["matched"],
        ]
        for row in told["rows"]
    ]


def test_payloads_are_read(page: Page, exports: Exports) -> None:
    """A request as conversation and as JSON, whatever part of it other requests repeat; a picture is named."""
    _show(page, exports.whole, f"#/session/{ID}/7-1?tab=request")
    request = page.get_by_role("region", name="request")
    expect(request.get_by_role("article")).to_have_count(18)
    expect(request).to_contain_text("remember 0")
    expect(request).to_contain_text("question 4")
    expect(request).to_contain_text("image/png")
    expect(request).to_contain_text("</script><img src=x onerror=alert(1)>")
    page.get_by_role("button", name=re.compile("All of more than")).click()
    expect(page.get_by_role("region", name="The whole text")).to_contain_text("line 3 of a long answer")
    expect(page.get_by_role("link", name="download")).to_have_count(0)
    check_accessibility(page)
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(request).to_contain_text('"content": "remember 0"')


def test_a_payload_is_searched(page: Page, exports: Exports) -> None:
    """A text is found in thousands of lines, and the next place of it; brackets fold away."""
    _show(page, exports.whole, f"#/session/{ID}/3-2?tab=response")
    expect(page.get_by_text("3.00k lines")).to_be_visible()
    field = page.get_by_role("searchbox", name="Find in response")
    field.fill("LINE 2999")
    field.press("Enter")
    expect(page.get_by_text(re.compile("1 of 1"))).to_be_visible()
    expect(page.locator("mark.current")).to_have_text("line 2999")
    _show(page, exports.whole, f"#/session/{ID}/7-1?tab=request&as=json")
    field = page.get_by_role("searchbox", name="Find in request")
    field.fill("remember 1")
    field.press("Enter")
    expect(page.get_by_text(re.compile("1 of 3"))).to_be_visible()
    field.press("Enter")
    expect(page.get_by_text(re.compile("2 of 3"))).to_be_visible()


def test_what_is_new_in_a_request_is_told(page: Page, exports: Exports) -> None:
    """Beside the request before it: the new messages, and a field that changed, before and now."""
    _show(page, exports.whole, f"#/session/{ID}/7-1?tab=new")
    new = page.get_by_role("region", name="New messages")
    expect(new.get_by_role("article")).to_have_count(1)
    expect(new).to_contain_text("question 4")
    _show(page, exports.whole, f"#/session/{ID}/2-1?tab=new")
    expect(page.get_by_role("region", name="New messages")).to_contain_text("Directory: /memories")
    _show(page, exports.whole, f"#/session/{ID}/1-2?tab=new")
    expect(page.get_by_text("No new message")).to_be_visible()
    _show(page, exports.whole, f"#/session/{ID}/3-1?tab=new")
    page.get_by_role("button", name="system", exact=True).click()
    expect(page.get_by_role("region", name="before · 2-1", exact=True)).to_contain_text('"Be kind."')
    expect(page.get_by_role("region", name="now · 3-1", exact=True)).to_contain_text("There is nothing of this name")


def test_entries_and_facts_are_told(page: Page, exports: Exports) -> None:
    """Usage, cost, links and log entries of a node, with what came along."""
    _show(page, exports.whole, f"#/session/{ID}/1-2")
    expect(page.get_by_role("region", name="Facts")).to_contain_text("as told by the recorder")
    _show(page, exports.whole, f"#/session/{ID}/2-2?tab=logs")
    logs = page.get_by_role("region", name="Log entries")
    expect(logs).to_contain_text("test.slow")
    logs.get_by_role("button", name="tool request").click()
    expect(page.get_by_role("region", name="log 0 tool_request")).to_contain_text("my order")


def test_the_timeline_is_walked_and_zoomed(page: Page, exports: Exports) -> None:
    """Arrows go from bar to bar, keys zoom into what the file holds, `0` shows everything again."""
    _show(page, exports.whole, f"#/session/{ID}")
    timeline = page.get_by_role("application")
    expect(timeline).to_have_accessible_name(re.compile("shown, session selected"))
    whole = page.get_by_role("application").get_attribute("aria-label") or ""
    timeline.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(timeline).to_have_accessible_name(re.compile("1-1 selected"))
    page.keyboard.press("+")
    expect(timeline).not_to_have_accessible_name(re.compile(re.escape(whole.split(" shown", maxsplit=1)[0])))
    page.keyboard.press("0")
    expect(timeline).to_have_accessible_name(re.compile(re.escape(whole.split(" shown", maxsplit=1)[0])))


def test_costs_and_the_reason_are_told(page: Page, exports: Exports) -> None:
    """Costs of the session by each key, and why it failed, with links to the nodes."""
    _show(page, exports.whole, f"#/cost/{ID}?by=turn")
    expect(page.get_by_role("region", name="Totals")).to_contain_text("$0.00")
    expect(page.get_by_role("main")).to_contain_text(re.compile("7"))
    _show(page, exports.whole, f"#/why/{ID}")
    expect(page.get_by_role("main")).to_contain_text("tool.timeout")
    expect(page.get_by_role("main")).to_contain_text("7f3a91c2")
    page.get_by_role("main").get_by_role("link", name=re.compile("^2-2 tool.timeout")).click()
    expect(page.get_by_role("heading", name="2-2", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "fragment", ["#/session/20251109_000000_ffffffff", "#/cost", "#/failures", "#/search?text=memory", "#/compare"]
)
def test_what_only_a_server_knows_is_said(page: Page, exports: Exports, fragment: str) -> None:
    """Another session, all sessions, a search: one sentence says that the file holds one session, and nothing else."""
    _show(page, exports.whole, fragment)
    expect(page.get_by_role("alert")).to_contain_text("This file holds one session")
    expect(page.get_by_role("main").locator("input")).to_have_count(0)


def test_nothing_is_offered_that_the_file_does_not_have(page: Page, exports: Exports) -> None:
    """Every link of every view leads to something that is there; the navigation has the views of the session alone."""
    _show(page, exports.child)
    ways = page.get_by_role("navigation", name="Views").get_by_role("link")
    expect(ways).to_have_text(["Session", "Cost", "Why"])
    for start in ("", "/1", "/1-1"):
        for view in ("session", "cost", "why"):
            _show(page, exports.child, f"#/{view}/{CHILD}{start if view == 'session' else ''}")
            page.wait_for_function("() => document.querySelector('main h1')")
            links = page.get_by_role("link").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
            for link in set(links) - {"#content"}:
                assert re.match(rf"#/(session|cost|why)/{CHILD}\b", link), link
    _show(page, exports.child, f"#/session/{CHILD}")
    expect(_tree(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(_tree(page)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("region", name="Totals")).to_be_visible()
    expect(page.get_by_role("link", name="of all sessions")).to_have_count(0)
    page.go_back()
    expect(_tree(page)).to_be_visible()


def test_sessions_in_sessions_are_walked_into(page: Page, exports: Exports) -> None:
    """A link to a call of a session below a session below leads to it, with all above it opened."""
    _show(page, exports.nested, f"#/session/{exports.nested.stem}/1-2.1-2.1-1?tab=response")
    expect(page.get_by_role("heading", name="1-2.1-2.1-1", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="response")).to_contain_text("no")
    expect(_tree(page).get_by_role("treeitem", selected=True)).to_contain_text("ok")
    _show(page, exports.nested, f"#/session/{exports.nested.stem}/1-2.1-2")
    page.get_by_role("link", name="1-2.1-2.", exact=True).click()
    expect(page.get_by_role("heading", name="1-2.1-2.", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Facts")).to_contain_text("researcher")


@pytest.mark.parametrize("kind", ["interrupted", "empty", "live"])
def test_a_session_that_did_not_end_is_shown(page: Page, exports: Exports, kind: str) -> None:
    """One that broke off, one of which nothing but the beginning is there, one that was running: each says so."""
    file = getattr(exports, kind)
    _show(page, file)
    expect(_row(page, "init")).to_be_visible()
    expect(_tree(page)).to_contain_text({"live": "running", "empty": "abandoned"}.get(kind, kind))
    expect(page.get_by_role("button", name="follow")).to_have_count(0)
    expect(page.get_by_role("application")).to_be_visible()
    _show(page, file, f"#/why/{file.stem}")
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_it_is_readable_by_day_and_night(open_page: OpenPage, exports: Exports, scheme: str, width: int) -> None:
    """Light or dark as the system says, on a screen or a telephone: nothing to complain about, nothing cut off."""
    page = open_page(offline=True, color_scheme=scheme, viewport={"width": width, "height": 800})
    _show(page, exports.whole, f"#/session/{ID}/7-1?tab=request")
    expect(page.get_by_role("region", name="request").get_by_role("article")).to_have_count(18)
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    assert (sum(ground) < 3 * 128) is (scheme == "dark")


def test_a_conversation_that_slides_is_read(page: Page, exports: Exports) -> None:
    """A request that dropped the oldest messages shows those that it had, with what is new in it."""
    _show(page, exports.sliding, f"#/session/{exports.sliding.stem}/60-1?tab=request")
    request = page.get_by_role("region", name="request")
    expect(request.get_by_role("article").first).to_contain_text("answer 43")
    expect(request.get_by_role("article", name="user, message 4", exact=True)).to_contain_text("question 45")
    field = page.get_by_role("searchbox", name="Find in request")
    _show(page, exports.sliding, f"#/session/{exports.sliding.stem}/60-1?tab=request&as=json")
    field.fill("question 59")
    field.press("Enter")
    expect(page.get_by_text(re.compile("1 of 1"))).to_be_visible()


def test_what_was_left_out_is_said(page: Page, exports: Exports) -> None:
    """A payload that did not fit into the file is named as such; the node itself is there."""
    _show(page, exports.small, f"#/session/{ID}/8-1?tab=response")
    expect(page.get_by_role("heading", name="8-1", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Node 8-1").get_by_role("alert")).to_contain_text("--most")


def test_a_damaged_session_is_shown(page: Page, exports: Exports) -> None:
    """What was lost of a record is said in the file, too, and what is left can be read."""
    _show(page, exports.damaged, f"#/session/{DAMAGED}")
    expect(page.get_by_role("note")).to_contain_text("record")
    expect(_tree(page)).to_contain_text("damaged")
    page.keyboard.press("n")
    expect(page.locator("section.detail > header + *")).to_be_visible()


def test_no_vector_fires(page: Page, exports: Exports) -> None:
    """What was recorded is text in every view of a file: no call, no dialog, no foreign element."""
    for file in exports.hostile:
        session_id = file.stem
        for fragment in (
            "",
            f"#/session/{session_id}",
            f"#/session/{session_id}/1-3?tab=request",
            f"#/session/{session_id}/1-3?tab=request&as=json",
            f"#/session/{session_id}/1-4?tab=log%200%20details",
            f"#/cost/{session_id}",
            f"#/why/{session_id}",
        ):
            _show(page, file, fragment)
            page.wait_for_function("() => document.querySelector('main')?.innerText.length > 0")
            assert page.evaluate(f"window.{FIRED}Times ?? 0") == 0, page.url
            assert page.evaluate("(foreign) => document.querySelectorAll(foreign).length", _FOREIGN) == 0, page.url
