"""What a page costs a real browser: the time of its frames, the heap of its scripts, and when it first shows something.

The figures are the browser's own. Frames come from its trace: each ``PipelineReporter`` spans one frame from its
beginning to its end, and says whether the frame was shown or dropped. A frame that had nothing new to show is no frame,
so a list that shows empty ground while it is scrolled has few: look at their number too. The heap is read after a
garbage collection, as the browser counts it.
"""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, CDPSession, Page

_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_CATEGORIES = ["cc", "benchmark", "disabled-by-default-devtools.timeline.frame"]
_DROPPED = "STATE_DROPPED"
_DRAWN = {"STATE_PRESENTED_ALL", "STATE_PRESENTED_PARTIAL", _DROPPED}
_MIB = 1 << 20


class Frames(msgspec.Struct, frozen=True, kw_only=True):
    """The frames of a stretch of time."""

    times: tuple[float, ...]
    """How long each frame took from its beginning until it was shown or dropped, milliseconds, ascending."""
    dropped: int
    """How many of them were dropped: something was to be shown, and was not in time."""

    def percentile(self, share: float) -> float:
        """The time that this share of the frames did not exceed, in milliseconds; 0 without frames."""
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))] if self.times else 0.0

    def share_under(self, limit: float) -> float:
        """The share of the frames that were shown in less than ``limit`` milliseconds; 1 without frames."""
        under = sum(each < limit for each in self.times)
        return under / len(self.times) if self.times else 1.0


class FirstPaint(msgspec.Struct, frozen=True, kw_only=True):
    """When a page showed itself, milliseconds after its navigation began."""

    contentful: float
    """When the first text or picture was painted."""
    meaningful: float
    """When the element was there that the caller waited for."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the system; the caller opens pages in it."""
    path = shutil.which("chromium")
    assert path, "there is no `chromium` on PATH; Debian's package of that name has it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


def frames_of(browser: Browser, deed: Callable[[], None]) -> Frames:
    """The frames of all pages of a browser while something is done, by its own trace."""
    session = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    done: list[bool] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: done.append(True))
    session.send(
        "Tracing.start",
        {"traceConfig": {"includedCategories": _CATEGORIES}, "transferMode": "ReportEvents"},
    )
    deed()
    session.send("Tracing.end")
    _wait(session, done)
    session.detach()
    return frames_in(events)


def frames_in(events: Sequence[dict[str, Any]]) -> Frames:
    """The frames of a trace that pages drew, not the window around them."""
    pages = {event["pid"] for event in events if event.get("args", {}).get("name") == "Renderer"}
    began: dict[tuple[int, str], tuple[float, str]] = {}
    times: list[tuple[float, str]] = []
    for event in events:
        if event.get("name") != "PipelineReporter" or event["pid"] not in pages:
            continue
        key = event["pid"], str(event.get("id2", event.get("id")))
        if event["ph"] == "b":
            began[key] = event["ts"], event["args"]["frame_reporter"]["state"]
        elif key in began:
            start, state = began.pop(key)
            times.append(((event["ts"] - start) / 1e3, state))
    seen = sorted((took, state) for took, state in times if state in _DRAWN)
    return Frames(times=tuple(took for took, _ in seen), dropped=sum(state == _DROPPED for _, state in seen))


def script_heap(page: Page) -> float:
    """What the scripts of a page hold, in MiB, after a garbage collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    used: float = next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
    return used / _MIB


def first_paint(page: Page, address: str, selector: str) -> FirstPaint:
    """Open an address, and tell when it was painted first and when an element that means something could be seen."""
    page.add_init_script(
        """((selector) => {
          const look = () => {
            if (document.querySelector(selector)) performance.mark('clew-meaningful');
            else requestAnimationFrame(look);
          };
          look();
        })("""
        + msgspec.json.encode(selector).decode()
        + ")"
    )
    page.goto(address)
    page.wait_for_function("() => performance.getEntriesByName('clew-meaningful').length > 0")
    contentful = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    return FirstPaint(
        contentful=page.evaluate(contentful),
        meaningful=page.evaluate("performance.getEntriesByName('clew-meaningful')[0].startTime"),
    )


def scroll_through(page: Page, *, steps: int, pixels: int) -> None:
    """Turn the wheel over the middle of the window, once per frame or so, as a hurried reader does."""
    size = page.viewport_size or {"width": 800, "height": 600}
    page.mouse.move(size["width"] / 2, size["height"] / 2)
    for _ in range(steps):
        page.mouse.wheel(0, pixels)


def _wait(session: CDPSession, done: list[bool]) -> None:
    """Let the trace arrive; any command lets Playwright hear what has come."""
    limit = time.monotonic() + 60
    while not done:
        assert time.monotonic() < limit, "the trace did not come to its end"
        session.send("Browser.getVersion")
