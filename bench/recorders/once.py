"""The floor: the least that writes everything once and is safe against changes in place.

A request's messages are compared with a deep copy of those sent before; only what is new is encoded, and each operation
is one line and one ``write(2)``. There is no checksum, no tree, no turn, no crash in the middle of an operation.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.conversation import Call, Exchange
    from bench.recorders.recorder import Recorder

NAME = "once.jsonl"


class Once:
    """One file, one line per operation."""

    def __init__(self, folder: Path) -> None:
        """Begin the file."""
        self._file = os.open(folder / NAME, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._kept: list[Any] = []
        self._user_input: str | None = None

    def turn(self, index: int, user_input: str | None) -> None:
        """Nothing: the floor knows no turns, and the user's words are the newest message."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """What is new in a request, encoded before the application changes it."""
        request = exchange.request
        messages, kept = request["messages"], self._kept
        same = len(kept)
        if messages[:same] != kept:
            same = next((n for n, pair in enumerate(zip(messages, kept, strict=False)) if pair[0] != pair[1]), same)
            same = min(same, len(messages))
            del kept[same:]
        new = orjson.dumps(messages[same:])
        kept += orjson.loads(new)
        rest = {name: value for name, value in request.items() if name != "messages"}
        return {"at": time.time_ns(), "same": same, "new": orjson.Fragment(new), **rest}

    def answer(self, handle: dict[str, Any], exchange: Exchange) -> None:
        """Write the operation."""
        os.write(
            self._file,
            orjson.dumps({"op": "attempt", **handle, "answer": exchange.answer, "end": time.time_ns()}) + b"\n",
        )

    def call(self, _: Call) -> int:
        """The time it began."""
        return time.time_ns()

    def result(self, handle: int, call: Call) -> None:
        """Write the operation."""
        line = {
            "op": "tool",
            "at": handle,
            "id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
            "result": call.result,
            "end": time.time_ns(),
        }
        os.write(self._file, orjson.dumps(line) + b"\n")

    def finish(self) -> None:
        """Close the file."""
        os.close(self._file)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Every operation of such a file, requests with their whole message lists."""
    kept: list[Any] = []
    with path.open("rb") as file:
        for line in file:
            operation = orjson.loads(line)
            if operation["op"] == "attempt":
                kept = kept[: operation.pop("same")] + operation.pop("new")
                operation["messages"] = kept
            yield operation


def make(folder: Path) -> Recorder:
    """The recorder."""
    return Once(folder)
