"""Lines as JSON, appended to a file: one ``write(2)`` each, so that several processes can share it.

The file is opened anew when it was moved or removed (log rotation). A line that the disk took only a part of is fenced
off by a newline and counts as lost. Waiting for a reader (a FIFO, a terminal that is held) is never an option.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Any

import msgspec

from clew.sinks.line import Line, portion
from clew.sinks.loss import Loss

if TYPE_CHECKING:
    from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
_encode = msgspec.json.Encoder().encode


class JsonLines:
    """Appends lines to a file."""

    instant = True
    """It never waits, so a line is with the kernel when the call returns."""

    def __init__(self, path: Path | str, *, limit: int | None = None) -> None:
        """``limit`` is where payloads of warnings and errors are cut, in bytes; they are whole without it."""
        self.path = os.path.abspath(path)  # noqa: PTH100 - importing pathlib costs an application 5 ms
        """The file."""
        self.loss = Loss()
        """What could not be written."""
        self._limit = limit
        self._handle = -1
        self._identity: tuple[int, int] | None = None
        self._guard = b""

    def write(self, line: Line) -> None:
        """Append a line, or count it as lost."""
        self.loss.deliver(line, self._put)

    def close(self) -> None:
        """Tell of what was lost, if there is room, and let go of the file."""
        self.loss.tell(time.time_ns() / 1e6, self._put)
        self._release()

    def _put(self, line: Line) -> str | None:
        try:
            self._follow_rotation()
            data = self._guard + _encode(facts(line, self._limit)) + b"\n"
            written = os.write(self._handle, data)
        except OSError as problem:
            return errno.errorcode.get(problem.errno or 0, "EIO")
        self._guard = b"" if written == len(data) else b"\n"
        return None if written == len(data) else "short write"

    def _follow_rotation(self) -> None:
        """Have the file open that has the name now."""
        if self._handle >= 0 and _identity(self.path) != self._identity:
            self._release()
        if self._handle < 0 or _identity(self._handle) != self._identity:  # the application closed what was not its own
            self._guard = b""
            self._handle = os.open(self.path, _FLAGS, 0o600)
            self._identity = _identity(self._handle)

    def _release(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0 and _identity(handle) == self._identity:
            os.close(handle)


def _identity(file: str | int) -> tuple[int, int] | None:
    """What tells one file from another, whatever its name or descriptor; ``None`` if there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116 - it may be a descriptor
    except OSError:
        return None
    return found.st_dev, found.st_ino


def facts(line: Line, limit: int | None = None) -> dict[str, Any]:
    """A line as a JSON object: its fields by name, payloads as objects, or cut with size and checksum."""
    known: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(line, payloads={}))
    if line.payloads:
        known["payloads"] = {name: _payload(payload, limit) for name, payload in line.payloads.items()}
    return known


def _payload(payload: bytes, limit: int | None) -> dict[str, Any]:
    text, size, digest = portion(payload, limit)
    if digest is None:
        return {"size": size, "value": msgspec.Raw(payload)}
    return {"size": size, "sha256": digest, "cut": text}
