"""Both ends of a trace: INIT from its head, FIN from its end, and what is to be said of the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clew.importers.prompt import title_of
from clew.importers.stamp import iso_milliseconds
from clew.importers.trace_file import TraceFile
from clew.importers.transcript import object_or_empty, text_or
from clew.model.act import Act
from clew.model.event import ConfigSet, FinEnd, FinStart, InitEnd, SessionStart


def title_of_trace(file: TraceFile) -> str | None:
    """The first thing the user said."""
    inputs = (event for event in file.events if object_or_empty(event).get("event_type") == "user_input")
    return title_of(text_or(object_or_empty(next(inputs, None)).get("content"), ""))


def acts_of_init(file: TraceFile, format: str) -> Iterator[Act]:
    """INIT: everything the head says, and the first list of tools."""
    at = file.started_at
    yield SessionStart(
        at=at,
        title=title_of_trace(file),
        model=text_or(file.head.get("model"), "") or None,
        system_prompt=file.head.get("system_prompt"),
        attributes={"format": format, "foreign_id": file.key, "naive_times": True, **file.extra},
    )
    tools = next((event["tools"] for event in file.events if isinstance(event, dict) and "tools" in event), None)
    if tools is not None:
        yield ConfigSet(at=at, tools=tools)
    yield InitEnd(at=at)


def acts_of_fin(file: TraceFile) -> Iterator[Act]:
    """FIN, if the file has an end; a session whose last event is an error has failed."""
    ended = iso_milliseconds(file.head.get("end_time"), naive_is_local=True)
    if ended is None:
        return
    final = object_or_empty(file.events[-1] if file.events else None)
    error = text_or(final.get("message"), "?") if final.get("event_type") == "error" else None
    yield FinStart(at=ended)
    yield FinEnd(at=ended, success=error is None, error=error)


def warnings_of(file: TraceFile, cut_results: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is missing in the source itself."""
    if cut_results:
        yield (
            f"{cut_results} tool results are cut in the source; each says how long it was.",
            {"tools": cut_results},
        )
    if file.rest is not None:
        yield "The file is cut in the middle of an event.", {"events": len(file.events), "rest": file.rest}
