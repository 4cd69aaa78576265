"""What a Claude Code session is called: as the user or the client named it, else by its first prompt.

Summaries in a transcript may be of other sessions; only one of a record of this thread counts.
"""

from __future__ import annotations

from clew.importers.prompt import kind_of, title_of
from clew.importers.thread import Thread
from clew.importers.transcript import Record, text_or

_KEYS = {"summary": "summary", "custom-title": "customTitle", "ai-title": "aiTitle"}
"""Kinds of records that name a session, and the key of the name."""
_PREFERENCE = ("custom-title", "ai-title", "summary")


def title_in(thread: Thread) -> str | None:
    """The title of a thread."""
    names = {record.type: name for record in thread.records if (name := _name(record, thread))}
    given = next((names[kind] for kind in _PREFERENCE if kind in names), None)
    return given or _first_prompt(thread)


def _first_prompt(thread: Thread) -> str | None:
    prompts = (
        record for record in thread.records if record.type == "user" and kind_of(record) in {"message", "command"}
    )
    first = next(prompts, None)
    return title_of(first.text) if first is not None else None


def _name(record: Record, thread: Thread) -> str | None:
    key = _KEYS.get(record.type)
    if key is None or (key == "summary" and text_or(record.data.get("leafUuid"), "") not in thread.seen):
        return None
    return text_or(record.data.get(key), "") or None
