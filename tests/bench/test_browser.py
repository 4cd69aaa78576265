"""Promises of :mod:`bench.browser`: what the browser's trace says is what is reported."""

from __future__ import annotations

from typing import Any

from bench.browser import Frames, frames_in

_PAGE, _WINDOW = 7, 3


def _report(pid: int, number: int, start: float, took: float, state: str) -> list[dict[str, Any]]:
    """Both ends of a frame's report, in milliseconds."""
    key = {"pid": pid, "id2": {"local": hex(number)}, "name": "PipelineReporter"}
    begin = {**key, "ph": "b", "ts": start * 1e3, "args": {"frame_reporter": {"state": f"STATE_{state}"}}}
    return [begin, {**key, "ph": "e", "ts": (start + took) * 1e3, "args": {}}]


def test_frames_are_those_that_a_page_drew() -> None:
    """Shown and dropped frames of a page count; a frame with nothing to show, or of the window around it, does not."""
    events = [
        {"ph": "M", "name": "process_name", "pid": _PAGE, "args": {"name": "Renderer"}},
        {"ph": "M", "name": "process_name", "pid": _WINDOW, "args": {"name": "Browser"}},
        *_report(_PAGE, 1, 0, 16, "PRESENTED_ALL"),
        *_report(_PAGE, 2, 16, 80, "DROPPED"),
        *_report(_PAGE, 3, 96, 500, "NO_UPDATE_DESIRED"),
        *_report(_PAGE, 1, 600, 12, "PRESENTED_PARTIAL"),
        *_report(_WINDOW, 9, 0, 900, "PRESENTED_ALL"),
        *_report(_PAGE, 4, 700, 1, "PRESENTED_ALL")[:1],
    ]
    assert frames_in(events) == Frames(times=(12.0, 16.0, 80.0), dropped=1)


def test_shares_and_percentiles() -> None:
    """The 95th percentile is a time that occurred, and a stretch without frames breaks nothing."""
    frames = Frames(times=tuple(float(each) for each in range(1, 101)), dropped=0)
    assert frames.percentile(0.95) == 96.0
    assert frames.percentile(1.0) == 100.0
    assert frames.share_under(50.0) == 0.49
    assert Frames(times=(), dropped=0).percentile(0.95) == 0.0
    assert Frames(times=(), dropped=0).share_under(50.0) == 1.0
