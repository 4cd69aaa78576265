"""Promises of the frame of the page: it draws, listens to keys and finds its way, under the strictest policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from playwright.sync_api import expect

from clew.explore.listing import SessionRow
from clew.model.usage import Usage
from tests.web.browser.accessibility import accessibility_violations, check_accessibility
from tests.web.browser.site import bare_site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Page
    from starlette.applications import Starlette

    from tests.web.browser.conftest import OpenPage
    from tests.web.browser.watch import Watch

_STATUSES: tuple[Any, ...] = ("ok", "failed", "running", "interrupted")
_MANY = 100_000


def _session(number: int) -> dict[str, Any]:
    """A session as the server tells of it."""
    known: dict[str, Any] = {
        "session_id": f"20251109_143414_{number:08x}",
        "agent_id": "support",
        "status": _STATUSES[number % 4],
        "started_at": 1_762_698_854_000.0,
        "seen_at": 1_762_698_855_000.0,
        "usage": Usage(),
        "tags": (),
    }
    counts = ("turns", "steps", "attempts", "retries", "tools", "tools_failed", "children", "unpriced", "notes")
    nothing: dict[str, Any] = dict.fromkeys(SessionRow.__struct_fields__) | dict.fromkeys(
        (*counts, "damaged", "size"), 0
    )
    told: dict[str, Any] = msgspec.to_builtins(SessionRow(**nothing | known))
    return told


def _site(count: int) -> Starlette:
    """A site of so many sessions, told in pages."""

    def sessions(params: Mapping[str, str]) -> dict[str, Any]:
        offset, limit = int(params.get("offset", "0")), int(params.get("limit", "50"))
        rows = [*map(_session, range(offset, min(count, offset + limit)))]
        return {"rows": rows, "offset": offset, "total": count, "live": 0, "reading": None}

    return bare_site({"sessions": sessions})


@pytest.fixture(autouse=True)
def _bare(watch: Watch) -> None:
    """The sites of this file tell a list of sessions and nothing else."""
    watch.forgive(r"404 .*/api/(live|overview|sessions/.*)\)$")


@pytest.fixture(scope="module")
def few() -> Iterator[str]:
    """A site of twelve sessions."""
    with serving(_site(12)) as address:
        yield address


@pytest.fixture(scope="module")
def many() -> Iterator[str]:
    """A site of a hundred thousand sessions."""
    with serving(_site(_MANY)) as address:
        yield address


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1280, "light"), (1280, "dark"), (3840, "dark")])
def test_the_frame_draws_under_the_strict_policy(open_page: OpenPage, few: str, width: int, scheme: str) -> None:
    """Sessions are shown in light and in dark, on a narrow and on a wide screen, without a finding of axe-core."""
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 720})
    page.goto(few)
    expect(page.get_by_role("option")).to_have_count(12)
    expect(page).to_have_title("Sessions · clew")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(252, 252, 251)", "dark": "rgb(22, 24, 27)"}[scheme]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    check_accessibility(page)


def test_a_chosen_theme_stays(page: Page, few: str) -> None:
    """Who chose dark finds it dark again, whatever the system says."""
    page.goto(few)
    theme = page.get_by_role("button", name="Theme")
    theme.click()
    theme.click()
    page.reload()
    expect(theme).to_have_accessible_name("Theme: dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"


def test_an_empty_folder_says_what_to_do(page: Page) -> None:
    """Where nothing has been recorded, the page says so and how to begin."""
    with serving(_site(0)) as address:
        page.goto(address)
        expect(page.get_by_role("status").filter(has_text="No session has been recorded")).to_be_visible()
        check_accessibility(page)


def test_a_failure_carries_its_incident(page: Page, watch: Watch) -> None:
    """When the server cannot answer, the page names the slug and the incident that its log knows."""
    watch.forgive("404")
    with serving(bare_site({})) as address:
        page.goto(address)
        expect(page.get_by_role("alert")).to_contain_text("web.not_found (incident 7f3a91c2)")
        check_accessibility(page)


def test_a_long_list_is_walked_by_keys(page: Page, many: str) -> None:
    """Of 100,000 rows only those in sight are in the document; keys lead to the last one and open it."""
    page.goto(many)
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("listbox", name="Sessions").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", str(_MANY))
    expect(page.get_by_role("option", selected=True)).to_be_in_viewport()
    assert page.get_by_role("option").count() < 60
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"#/session/20251109_143414_{_MANY - 1:08x}$"))


def test_the_back_button_returns(page: Page, few: str) -> None:
    """What was opened has an address of its own, and the back button leads to where it was opened from."""
    page.goto(few)
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("#/session/"))
    page.go_back()
    expect(page.get_by_role("option")).to_have_count(12)


def test_keys_are_explained(page: Page, few: str) -> None:
    """`?` shows every key in force, those of the view before those that work everywhere, and Escape hides it."""
    page.goto(few)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Go to sessions")
    expect(dialog.get_by_role("heading")).to_have_text(["Keys", "In this view", "Everywhere"])
    expect(dialog.get_by_role("heading", name="Keys")).to_be_in_viewport()
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_something_slow_is_said_to_be_on_its_way(page: Page, few: str) -> None:
    """A view that waits for its answer says what for; it is not an empty page."""
    page.route("**/api/sessions/**", lambda _: None)
    page.goto(f"{few}#/session/20251109_143414_00000000")
    expect(page.get_by_role("status").filter(has_text="Reading the session")).to_be_visible()


def test_the_single_file_works_from_disk(page: Page, single: Path, tmp_path: Path) -> None:
    """One file, opened from disk under its own policy, shows the answers that were put into it and asks nobody."""
    slot = '<script type="application/json" id="answers">null</script>'
    text = single.read_text("utf-8")
    assert text.count(slot) == 1
    row = _session(0) | {"agentId": "</script><b>"}
    known = {
        "api/sessions": {"rows": [row], "offset": 0, "total": 1, "live": 0, "reading": None},
        f"api/sessions/{row['sessionId']}": {"row": row, "above": [], "below": [], "notes": []},
    }
    answers = msgspec.json.encode(known).decode().replace("<", "\\u003c")
    carried = tmp_path / "session.html"
    carried.write_text(text.replace(slot, slot.replace("null", answers)), "utf-8")
    page.goto(carried.as_uri())
    expect(page).to_have_url(re.compile("#/session/20251109_143414_00000000$"))
    expect(page.get_by_role("heading", name="20251109_143414_00000000")).to_be_visible()
    expect(page.get_by_text("</script><b>", exact=True).first).to_be_visible()


def _comes(page: Page, watch: Watch, expected: str) -> bool:
    """Whether a complaint comes within half a minute."""
    for _ in range(600):
        if any(expected in complaint for complaint in watch.complaints):
            return True
        page.wait_for_timeout(50)
    return False


def test_the_watch_sees_what_a_page_must_not_do(page: Page, few: str, watch: Watch) -> None:
    """HTML out of data, an inline style, a foreign origin, an exception and a dialog: none passes unseen."""
    page.goto(few)
    expect(page.get_by_role("option")).to_have_count(12)
    assert not watch.unforgiven()
    watch.forgive("")
    provoked = {
        "TrustedHTML": "document.body.innerHTML = '<b>'",
        "style-src": "document.body.setAttribute('style', 'color: red')",
        "connect-src": "fetch('http://192.0.2.1/').catch(() => 0)",
        "exception: thrown": "setTimeout(() => { throw new Error('thrown') })",
        "dialog: alert": "setTimeout(() => alert(1))",
        "request to http://localhost": f"setTimeout(() => location.assign('{few.replace('127.0.0.1', 'localhost')}'))",
    }
    for expected, deed in provoked.items():
        page.evaluate(f"() => {{ try {{ {deed} }} catch {{ return }} }}")
        assert _comes(page, watch, expected), f"{expected!r} was not seen; {watch.complaints}"


def test_the_check_of_accessibility_finds_something(page: Page, few: str) -> None:
    """axe-core does run: a text that nobody can read and an image without a name are found."""
    page.goto(few)
    expect(page.get_by_role("option")).to_have_count(12)
    page.evaluate("() => { document.querySelector('h1').append(new Image()); document.documentElement.lang = '' }")
    found = accessibility_violations(page)
    assert {each.partition(":")[0] for each in found} >= {"image-alt", "html-has-lang"}
