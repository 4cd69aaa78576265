"""Transcripts made by hand, and what an import makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.importers.deposit import store_foreign
from clew.importers.formats import sources
from clew.store.folder import Folder

if TYPE_CHECKING:
    from clew.model.session import Session

SESSION = "0a1b2c3d-0000-4000-8000-000000000001"
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
USAGE = {"input_tokens": 3, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 7}


class Transcript:
    """The lines of one file; each record follows the one before it, a second later."""

    def __init__(self, session: str = SESSION, *, agent: str | None = None) -> None:
        """``agent`` makes it a sub-agent's file."""
        self.lines: list[bytes] = []
        self.seconds = 0.0
        self.last: str | None = None
        self._session = session
        self._agent = agent
        self._count = 0

    def raw(self, line: bytes) -> Transcript:
        """Add a line as it is."""
        self.lines.append(line)
        return self

    def record(self, type_: str, **fields: object) -> Transcript:
        """Add a record with an envelope; fields override it, and those that are ``...`` are left out."""
        self._count += 1
        self.seconds += 1
        sidechain = {"isSidechain": True, "agentId": self._agent} if self._agent else {"isSidechain": False}
        envelope = {
            "parentUuid": self.last,
            **sidechain,
            "cwd": "/home/someone/project",
            "sessionId": self._session,
            "version": "2.1.0",
            "gitBranch": "main",
            "type": type_,
            "uuid": f"{self._agent or 'main'}-{self._count}",
            "timestamp": (START + timedelta(seconds=self.seconds)).isoformat().replace("+00:00", "Z"),
        }
        data = {key: value for key, value in {**envelope, **fields}.items() if value is not ...}
        self.last = str(data.get("uuid", self.last))
        return self.raw(json.dumps(data).encode())

    def user(self, content: object, **fields: object) -> Transcript:
        """Add what a user said, or something in its place."""
        return self.record("user", message={"role": "user", "content": content}, **fields)

    def answer(
        self, message_id: str, *blocks: object, usage: object = None, stop: str | None = None, **fields: object
    ) -> Transcript:
        """Add one line of an answer; a block that is a text becomes a text block."""
        content = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
        message = {
            "id": message_id,
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": content,
            "stop_reason": stop,
            "usage": USAGE if usage is None else usage,
        }
        return self.record("assistant", **{"message": message, "requestId": f"req_{message_id}", **fields})

    def result(self, call_id: str, content: object = "done", *, error: bool = False, **fields: object) -> Transcript:
        """Add the result of a tool call."""
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": call_id, "content": content}
        return self.user([block | ({"is_error": True} if error else {})], **fields)

    def synthetic(self, text: str, **fields: object) -> Transcript:
        """Add a message that the client wrote in the model's name."""
        usage = dict.fromkeys(USAGE, 0)
        message = {"id": f"synthetic-{self._count}", "model": "<synthetic>", "role": "assistant", "usage": usage}
        return self.record("assistant", message=message | {"content": [{"type": "text", "text": text}]}, **fields)

    def api_error(
        self, attempt: int, wait: float, status: int = 529, headers: dict[str, str] | None = None
    ) -> Transcript:
        """Add a retry."""
        body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        error = {"status": status, "headers": headers or {}, "error": body}
        fields = {"error": error, "retryInMs": wait, "retryAttempt": attempt, "maxRetries": 10}
        return self.record("system", subtype="api_error", level="error", **fields)

    def write(self, path: Path) -> Path:
        """Write the file, with all folders above it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(line + b"\n" for line in self.lines))
        return path


def call(call_id: str, name: str = "Read", **request: object) -> dict[str, Any]:
    """A block that calls a tool."""
    return {"type": "tool_use", "id": call_id, "name": name, "input": request}


def imported(path: Path, into: Path, *, verbose: bool = True) -> list[Session]:
    """The root sessions of a file or folder, after a whole import."""
    roots = []
    for source in sources(path):
        for foreign in source.read():
            store_foreign(into, foreign)
            roots += [foreign.session_id] if foreign.parent is None else []
    folder = Folder(into)
    return [folder.load(session_id, verbose_in_tree=verbose) for session_id in roots]


def imported_one(path: Path, into: Path, *, verbose: bool = True) -> Session:
    """The only root session of a file or folder."""
    (session,) = imported(path, into, verbose=verbose)
    return session
