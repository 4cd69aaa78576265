"""Claude Code: transcripts -> sessions.

A project folder holds one file per session, and a folder beside it with a file per sub-agent; older versions put the
sub-agents' files next to the sessions', or their records into them. A session may also come in slices that overlap.
Files are therefore grouped by session, each record counts once, and a sub-agent becomes the child session of the call
that started it: by the call its records name, by the agent its result names, by the call a file beside it names, or by
the prompt. One that no call explains hangs on a step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clew.importers.family import Family
from clew.importers.foreign import Foreign, Source
from clew.importers.thread import Threads
from clew.importers.transcript import Fragment, object_or_empty, objects_in, text_or, time_of

NAME = "claude-code"
TITLE = "Claude Code transcripts (.jsonl, or a folder of them)"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AGENT_FILE = re.compile(r"agent-(?P<agent>.+)\.jsonl")
_SUBAGENTS = "subagents"
_HEAD = 1 << 16
_TYPES = frozenset({"assistant", "user", "system", "progress", "queue-operation", "attachment"})
_LONG_LINE = re.compile(rb'\s*\{(?=[^\n]*"parentUuid":)(?=[^\n]*"sessionId":)[^\n]*\Z')
"""A first record that is longer than the head."""


def detect(path: Path, head: bytes) -> bool:
    """Whether a file is a transcript, by its content, or a folder holds one."""
    if path.is_dir():
        return any(_is_transcript(_head(file)) for file in _files(path))
    return _is_transcript(head)


def sources(path: Path) -> list[Source]:
    """The foreign sessions in a folder, or the one of a file."""
    return [_source(path, key, files) for key, files in _groups(path).items()]


def read(path: Path) -> Iterator[Foreign]:
    """Every session of a transcript or of a folder: each followed by its child sessions."""
    for source in sources(path):
        yield from source.read()


def _source(path: Path, key: str, files: list[Path]) -> Source:
    size = sum(file.stat().st_size for file in files)
    return Source(path=files[0], format=NAME, size=size, read=lambda: _sessions(path, key, files))


def _sessions(path: Path, key: str, files: list[Path]) -> Iterator[Foreign]:
    threads = Threads()
    for file in sorted(files, key=_order):
        with file.open("rb") as lines:
            threads.add_file(objects_in(lines), _agent_of(file) if file != path else None)
        _add_about(threads, file)
    threads.add_progress()
    threads.promote()
    yield from Family(key, threads).sessions()


def _groups(path: Path) -> dict[str, list[Path]]:
    """The files of each foreign session."""
    groups: dict[str, list[Path]] = {}
    for file in _files(path):
        groups.setdefault(_session_of(file), []).append(file)
    return groups


def _files(path: Path) -> Iterator[Path]:
    """The transcripts of a folder; those of a session for its file."""
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*.jsonl") if file.is_file() and _is_transcript(_head(file)))
        return
    yield path
    beside = path.parent.glob("agent-*.jsonl") if _agent_of(path) is None else ()
    session = _session_of(path)
    yield from sorted((path.parent / path.stem / _SUBAGENTS).glob("*.jsonl"))
    yield from sorted(file for file in beside if file != path and _first(file, "sessionId") == session)


def _session_of(path: Path) -> str:
    """The foreign id of the session that a file belongs to."""
    if path.parent.name == _SUBAGENTS:
        return path.parent.parent.name
    if _UUID.fullmatch(path.stem):
        return path.stem
    return _first(path, "sessionId") or path.stem


def _agent_of(path: Path) -> str | None:
    """The sub-agent whose file this is."""
    match = _AGENT_FILE.fullmatch(path.name)
    if match is None and path.parent.name != _SUBAGENTS:
        return None
    return _first(path, "agentId") or (match["agent"] if match is not None else path.stem)


def _order(path: Path) -> tuple[bool, float, str]:
    """Sub-agents last; slices of a session by their first time."""
    with path.open("rb") as lines:
        times = (time_of(item) for item in objects_in(lines) if not isinstance(item, Fragment))
        first = next((time for time in times if time is not None), 0.0)
    return _agent_of(path) is not None, first, path.name


def _first(path: Path, key: str) -> str | None:
    """The first text under a key of a file's records."""
    with path.open("rb") as lines:
        values = (item.get(key) for item in objects_in(lines) if not isinstance(item, Fragment))
        return next((value for value in values if isinstance(value, str) and value), None)


def _add_about(threads: Threads, file: Path) -> None:
    """Take what a file beside a sub-agent's transcript says of it."""
    agent = _agent_of(file)
    about = file.with_suffix(".meta.json")
    if agent not in threads.agents or not about.is_file():
        return
    try:
        threads.agents[agent].about = object_or_empty(json.loads(about.read_bytes()))
    except (ValueError, RecursionError):
        return


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _is_transcript(head: bytes) -> bool:
    return any(_is_record(item) for item in objects_in(head.split(b"\n"))) or _LONG_LINE.match(head) is not None


def _is_record(item: dict[str, Any] | Fragment) -> bool:
    if isinstance(item, Fragment):
        return False
    if text_or(item.get("type"), "") in _TYPES:
        return isinstance(item.get("sessionId"), str)
    return (item.get("type") == "summary" and "leafUuid" in item) or (
        item.get("type") == "file-history-snapshot" and "snapshot" in item
    )
