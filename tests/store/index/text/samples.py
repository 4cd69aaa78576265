"""Sessions to be searched, and an answer that owes nothing to the search: every payload loaded, every leaf compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.event import Header
from clew.model.payload import Payload
from clew.store.blobs import write_blob
from clew.store.index.text.hit import Hit
from clew.store.index.text.search import scan, search
from clew.store.memory import MemoryJournal
from clew.store.names import journal_name, parse_journal_name
from clew.store.segment import SegmentReader
from clew.wire.encoder import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from clew.model.act import Act

_FORM = {"seq", "at", "new", "was", "redacted", "n", "of", "format", "segment", "writer"} | {
    "llm_request",
    "llm_response",
    "tool_request",
    "tool_response",
}


def session_id(number: int) -> str:
    """The id of a session; a higher one is newer."""
    return f"20260101_{number:06d}_0000000a"


def write(folder: Path, number: int, acts: Sequence[Act], *, end: bytes = b"") -> Path:
    """Write a journal of some acts into a folder."""
    memory = MemoryJournal(Header(format=FORMAT, session_id=session_id(number), at=float(number)))
    for act in acts:
        memory.write(msgspec.structs.replace(act))  # payloads are encoded in place
    for data in memory.blobs.values():
        write_blob(folder, data)
    path = folder / journal_name(session_id(number))
    path.write_bytes(bytes(memory.data) + end)
    return path


def both(folder: Path, needle: str, *, ignore_case: bool = False) -> list[Hit]:
    """What the search finds, which has to be what the scan finds."""
    found = list(search(folder, needle, ignore_case=ignore_case))
    assert found == list(scan(folder, needle, ignore_case=ignore_case)), repr(needle)
    return found


def leaves_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every leaf of every session, with its session, from the payloads as a reader of the tree gets them."""
    for path in sorted(folder.glob("session_*.jsonl")):
        parsed = parse_journal_name(path.name)
        assert parsed is not None
        reader = SegmentReader(path)
        streams: dict[tuple[str, str], str] = {}
        for act in reader.read():
            for name, default in _fields(act):
                value = getattr(act, name)
                if value == default:  # it is not on disk
                    continue
                if type(act).__name__ == "AttemptChunk" and name in {"text", "reasoning"} and value is not None:
                    key = repr(act.n), name  # type: ignore[attr-defined]  # chunks have it
                    streams[key] = streams.get(key, "") + value.value
                elif isinstance(value, Payload):
                    yield from ((parsed[0], text) for text in _texts(value.value, keys=True))
                elif name not in _FORM and value is not None:
                    yield from ((parsed[0], text) for text in _texts(msgspec.to_builtins(value), keys=False))
        yield from ((parsed[0], text) for text in streams.values())


def _fields(act: Act) -> Iterator[tuple[str, object]]:
    for item in msgspec.structs.fields(act):
        made = item.default_factory
        yield item.name, item.default if made is msgspec.NODEFAULT else made()


def _texts(value: Any, *, keys: bool) -> Iterator[str]:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode()
    elif isinstance(value, dict):
        for key, item in value.items():
            if keys:
                yield from _texts(key, keys=keys)
            yield from _texts(item, keys=keys)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, keys=keys)
    elif isinstance(value, float) and (value - value) != 0.0:
        yield repr(value)
    elif value is not None and not isinstance(value, bool):
        yield msgspec.json.encode(value).decode() if isinstance(value, float) or abs(value) < 2**63 else str(value)
