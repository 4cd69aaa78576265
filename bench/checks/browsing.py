"""How long the web explorer takes over a session of 100,000 turns and over a payload of 200 MB, in a real browser.

``clew serve`` runs as a process of its own over an index that is warm; Chromium opens the page as a person would. First
paint, frames and heap are the browser's own figures (see :mod:`bench.browser`), the rest is the time from a key to the
words on the screen.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import clew
from bench.browser import chromium, first_paint, frames_of, script_heap
from bench.checks.finding import Finding
from bench.corpus import long_folder
from bench.process import CLEW, environment
from clew.explore.library import Library
from clew.store.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

MOST_SECONDS = 1.0
MOST_FRAME = 50.0
LEAST_SHARE = 0.95
MOST_HEAP = 200.0
_PATIENCE = 120_000
_TREE = "[role=tree] [role=treeitem] .words"
_NEEDLE = "the needle in it"


def browsing(turns: int, payload: int, folder: Path | None = None) -> list[Finding]:
    """Browse a session of so many turns, that of a folder or one that is made, and a payload of so many bytes."""
    with tempfile.TemporaryDirectory() as made:
        place = folder or long_folder(turns)
        large = Path(made) / "large"
        record_payload(large, payload)
        with chromium() as browser:
            return [*_session(browser, place, turns), *_payload(browser, large, payload)]


def record_payload(folder: Path, size: int) -> str:
    """Record one session whose tool answers with a text of so many bytes, the needle near its end. Gives its id."""
    line = "{:09} a line of a very large result, as an agent gets it from a log file or a table\n"
    lines = size // len(line.format(0))
    text = "".join(line.format(number) if number != lines - 10 else f"{_NEEDLE}\n" for number in range(lines))
    with (
        clew.session(agent_id="large", dir=folder, sync="never") as session,
        session.turn(user_input="read it") as turn,
        turn.tool("reader", {"path": "/log"}) as tool,
    ):
        tool.respond(text)
    return session.session_id


def _session(browser: Browser, folder: Path, turns: int) -> list[Finding]:
    with _served(folder) as address, _page(browser, address) as page:
        session_id = _only_session(folder)
        page.goto("about:blank")
        paint = first_paint(page, f"{_root(address)}#/session/{session_id}", _TREE)
        tree = page.get_by_role("tree")
        page.locator("[role=application] .group").first.wait_for()  # the timeline, which comes after the rows
        scrolled = frames_of(browser, lambda: _scroll(page))
        dragged = frames_of(browser, lambda: _drag(page))
        opened = frames_of(browser, lambda: _open_rows(page))
        end = _milliseconds(lambda: _jump(page, f"{turns}-1"))
        count = int(tree.get_by_role("treeitem").first.get_attribute("aria-setsize") or 0)
        heap = script_heap(page)
    limit = f"at least {LEAST_SHARE:.0%} of frames under {MOST_FRAME:.0f} ms"
    found = [
        Finding(
            name=f"a session of {turns:,} turns opened in the browser",
            figure=f"{paint.meaningful:.0f} ms until its rows are there (first paint {paint.contentful:.0f} ms), warm",
            target=f"at most {MOST_SECONDS:g} s",
            met=paint.meaningful <= MOST_SECONDS * 1e3,
        )
    ]
    for name, frames in (("scrolled by the wheel", scrolled), ("its bar dragged", dragged), ("rows opened", opened)):
        share = frames.share_under(MOST_FRAME)
        figure = (
            f"{share:.1%} of {len(frames.times)} frames under {MOST_FRAME:.0f} ms,"
            f" 95th percentile {frames.percentile(LEAST_SHARE):.0f} ms, {frames.dropped} dropped"
        )
        found.append(Finding(name=f"the tree of it {name}", figure=figure, target=limit, met=share >= LEAST_SHARE))
    found += [
        Finding(
            name="any node of it shown by its path",
            figure=f"{end:.0f} ms to the last turn of {count:,} rows",
            target=f"at most {MOST_SECONDS:g} s",
            met=end <= MOST_SECONDS * 1e3,
        ),
        _heap(f"a page that browsed {turns:,} turns", heap),
    ]
    return found


def _payload(browser: Browser, folder: Path, size: int) -> list[Finding]:
    with _served(folder) as address, _page(browser, address) as page:
        where = f"{_root(address)}#/session/{_only_session(folder)}/1-1?tab=response"
        page.goto("about:blank")
        shown = first_paint(page, where, "[data-line]").meaningful
        scrolled = frames_of(browser, lambda: _scroll(page, "[aria-label=response].viewport"))
        found = _milliseconds(lambda: _find(page))
        again = _milliseconds(lambda: _find_json(page))
        heap = script_heap(page)
    share = scrolled.share_under(MOST_FRAME)
    told = f"a payload of {size / 1e6:.0f} MB"
    return [
        Finding(
            name=f"{told} opened in the browser",
            figure=f"{shown:.0f} ms until its first lines are there",
            target=f"at most {MOST_SECONDS:g} s",
            met=shown <= MOST_SECONDS * 1e3,
        ),
        Finding(
            name=f"{told} paged",
            figure=f"{share:.1%} of {len(scrolled.times)} frames under {MOST_FRAME:.0f} ms while it was scrolled",
            target=f"at least {LEAST_SHARE:.0%}",
            met=share >= LEAST_SHARE,
        ),
        Finding(
            name=f"{told} searched",
            figure=f"{found / 1e3:.1f} s to a line at its end as text, {again / 1e3:.1f} s as JSON",
            target="found, and shown",
            met=True,
        ),
        _heap(f"a page that paged and searched {told}", heap),
    ]


def _heap(name: str, megabytes: float) -> Finding:
    return Finding(
        name=f"the heap of {name}",
        figure=f"{megabytes:.1f} MB",
        target=f"at most {MOST_HEAP:.0f} MB",
        met=megabytes <= MOST_HEAP,
    )


def _scroll(page: Page, place: str = "[role=tree]") -> None:
    """Turn the wheel, as a hurried reader does."""
    page.locator(place).hover()
    for _ in range(150):
        page.mouse.wheel(0, 400)
    page.wait_for_timeout(300)


def _drag(page: Page) -> None:
    """Drag the bar through the whole list."""
    tree = page.locator("[role=tree]")
    for step in range(60):
        tree.evaluate("(tree, share) => { tree.scrollTop = tree.scrollHeight * share }", step / 60)
        page.wait_for_timeout(16)
    page.wait_for_timeout(500)


def _open_rows(page: Page) -> None:
    """Open one row after the other, by keys."""
    page.locator("[role=tree]").focus()
    page.keyboard.press("Home")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(30)
    page.wait_for_timeout(500)


def _jump(page: Page, path: str) -> None:
    page.keyboard.press(":")
    page.keyboard.type(path)
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Facts").filter(has_text="claude").wait_for()
    page.locator("[role=treeitem][aria-selected=true]").filter(has_text="→").wait_for()


def _find(page: Page) -> None:
    field = page.get_by_role("searchbox", name="Find in response")
    field.fill(_NEEDLE)
    field.press("Enter")
    page.locator("mark.current").wait_for()


def _find_json(page: Page) -> None:
    page.get_by_role("button", name="JSON").click()
    _find(page)


def _milliseconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1e3


def _root(address: str) -> str:
    return address.partition("#")[0]


def _only_session(folder: Path) -> str:
    return next(folder.glob("session_*.jsonl")).name.removeprefix("session_").removesuffix(".jsonl")


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """``clew serve`` over a folder whose index is warm; the address that it prints, which has the token."""
    Library(Folder(folder)).refresh()
    arguments = [sys.executable, *CLEW, "serve", str(folder), "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment(), text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@contextmanager
def _page(browser: Browser, address: str) -> Iterator[Page]:
    """A page whose browser has exchanged the token."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        page.goto(address)
        page.get_by_role("listbox").or_(page.get_by_role("grid")).or_(page.get_by_role("status")).first.wait_for()
        yield page
