"""Events of a trace: what they share with each other, and what they say between the lines."""

from __future__ import annotations

from typing import Any

from clew.importers.transcript import Record
from clew.model.usage import Usage

_CUT_AT = 1000
"""Characters after which older writers cut a tool result."""
_LARGEST = 1 << 60


def pair(record: Record) -> object:
    """What a tool event shares with its partner."""
    call_id = record.data.get("call_id")
    return call_id if isinstance(call_id, str) else (str(record.data.get("tool_name")), str(record.data.get("command")))


def is_cut(result: object, length: object) -> bool:
    """Whether a result is shorter than the writer says; the suffix of a cut one names the whole length."""
    if not isinstance(result, str) or not isinstance(length, int) or isinstance(length, bool):
        return False
    return length > len(result) or (length > _CUT_AT and length != len(result) and str(length) in result[_CUT_AT:])


def usage_of(counts: dict[str, Any]) -> Usage:
    """The counts of one request; a count that is null is none."""
    known = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    return Usage(
        **{name: count for name in known if isinstance(count := counts.get(name), int) and 0 <= count < _LARGEST}
    )


def rest(record: Record, *known: str) -> dict[str, Any]:
    """What an event holds beside its time, its type and what is known of it."""
    return {key: value for key, value in record.data.items() if key not in {"timestamp", "event_type", *known}}
