r"""Lines for journald, by its native protocol: one datagram per entry, to a socket in the file system.

A field is ``NAME=value\n``, or, if the value holds a newline, ``NAME\n``, its length as 64 bits, the value and ``\n``.
An entry that is too large for a datagram is put into a sealed file in memory whose descriptor is sent instead. Nothing
here waits: a journald that is stopped or gone costs lines, which are counted, and told of when it is back.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import re
import socket
import time
from typing import TYPE_CHECKING

from clew.sinks.line import PRIORITIES, Line, portion
from clew.sinks.loss import Loss
from clew.sinks.message_id import message_id

if TYPE_CHECKING:
    from collections.abc import Iterator

SOCKET = "/run/systemd/journal/socket"
"""Where journald listens."""

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_TOO_LARGE = frozenset({errno.EMSGSIZE, errno.ENOBUFS})
_NOT_OURS = frozenset({errno.EBADF, errno.ENOTSOCK})
_LONGEST_NAME = 64
_TOOLS = frozenset({"mcp", "rest", "agent", "command", "function", "workflow"})

_PLAIN = (
    ("AI_EVENT", "event"),
    ("AI_SEVERITY", "severity"),
    ("AI_SLUG", "slug"),
    ("AI_ORIGIN", "origin"),
    ("AI_INCIDENT", "incident"),
    ("AI_SESSION_ID", "session_id"),
    ("AI_PARENT_SESSION_ID", "parent_session_id"),
    ("AI_ROOT_SESSION_ID", "root_session_id"),
    ("AI_TXN_ID", "session_id"),
    ("AI_PARENT_TXN_ID", "parent_session_id"),
    ("AI_ORIGIN_TXN_ID", "root_session_id"),
    ("AI_AGENT", "agent_id"),
    ("AI_AGENT_PATH", "agent_path"),
    ("AI_ACTION_TYPE", "action_type"),
    ("AI_ACTION", "action"),
    ("AI_PATH", "path"),
    ("AI_TURN_PATH", "path"),
    ("AI_KIND", "kind"),
    ("AI_NAME", "name"),
    ("AI_OUTCOME", "outcome"),
    ("AI_PROVIDER", "provider"),
    ("AI_MODEL", "model"),
)
"""Fields of an entry, each with the field of the line that it holds. Three ids have two names, the second of which is
the one of seed 004's sink: existing queries go on working."""


class Journald:
    """Sends lines to journald."""

    instant = True
    """It never waits, so a line is with journald's socket when the call returns."""

    def __init__(self, path: str = SOCKET, *, limit: int | None = None, identifier: str = "clew") -> None:
        """``path`` is the socket; a namespace has its own, ``/run/systemd/journal.NAME/socket``.

        ``limit`` is where payloads of warnings and errors are cut, in bytes; they are whole without it. ``identifier``
        is what ``journalctl -t`` asks for.
        """
        self.path = path
        """The socket."""
        self.loss = Loss()
        """What journald did not take."""
        self._limit = limit
        self._identifier = identifier
        self._socket: socket.socket | None = None

    def write(self, line: Line) -> None:
        """Send a line, or count it as lost."""
        self.loss.deliver(line, self._put)

    def close(self) -> None:
        """Tell of what was lost, if journald is back, and let go of the socket."""
        self.loss.tell(time.time_ns() / 1e6, self._put)
        self._release()

    def _put(self, line: Line) -> str | None:
        try:
            self._send(entry(line, self._limit, self._identifier))
        except OSError as problem:
            return errno.errorcode.get(problem.errno or 0, "EIO")
        return None

    def _send(self, data: bytes) -> None:
        try:
            self._sendmsg(data)
        except OSError as problem:
            if problem.errno in _NOT_OURS:  # the application closed a descriptor that was not its own
                self._forget()
                self._sendmsg(data)
            elif problem.errno in _TOO_LARGE:
                self._send_in_memory(data)
            else:
                raise

    def _send_in_memory(self, data: bytes) -> None:
        handle = os.memfd_create("clew-entry", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            fcntl.fcntl(handle, fcntl.F_ADD_SEALS, _SEALS)
            self._sendmsg(b"", [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [handle]))])
        finally:
            os.close(handle)

    def _sendmsg(self, data: bytes, rights: list[tuple[int, int, array.array[int]]] | None = None) -> None:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.settimeout(0)
        self._socket.sendmsg([data], rights or [], socket.MSG_DONTWAIT, self.path)

    def _forget(self) -> None:
        """Let go of the socket without closing its descriptor, which may be another's by now."""
        if self._socket is not None:
            self._socket.detach()
            self._socket = None

    def _release(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def entry(line: Line, limit: int | None = None, identifier: str = "clew") -> bytes:
    """A line in journald's form."""
    return b"".join(_field(name, value) for name, value in _fields(line, limit, identifier))


def _field(name: str, value: str) -> bytes:
    data = value.encode("utf-8", "backslashreplace")
    if b"\n" in data:
        return b"%b\n%b%b\n" % (name.encode(), len(data).to_bytes(8, "little"), data)
    return b"%b=%b\n" % (name.encode(), data)


def _fields(line: Line, limit: int | None, identifier: str) -> Iterator[tuple[str, str]]:
    yield "MESSAGE", line.message
    yield "PRIORITY", str(PRIORITIES[line.severity])
    yield "SYSLOG_IDENTIFIER", identifier
    yield "MESSAGE_ID", message_id(line.slug or line.event)
    yield "AI_TIMESTAMP", f"{line.at:.3f}"
    for name, field in _PLAIN:
        value = getattr(line, field)
        if value is not None:
            yield name, value
    if line.duration_ms is not None:
        yield "AI_DURATION_MS", f"{line.duration_ms:.3f}"
    yield from _place(line)
    yield from _subject(line)
    yield from _details(line)
    for name, payload in line.payloads.items():
        yield from _payload(f"AI_{name.upper()}", payload, limit)


def _place(line: Line) -> Iterator[tuple[str, str]]:
    """The place in the session and in the code."""
    turn, _, operation = (line.path or "").rpartition(".")[2].partition("-")
    if turn.isdecimal():
        yield "AI_TURN", turn
    if operation:
        yield "AI_SUBTURN", operation
    if line.source is not None:
        yield "CODE_FILE", line.source.file
        yield "CODE_LINE", str(line.source.line)
        if line.source.function is not None:
            yield "CODE_FUNC", line.source.function


def _subject(line: Line) -> Iterator[tuple[str, str]]:
    """What the line speaks of: a model or a tool, asked or answering."""
    if line.kind in _TOOLS:
        yield "AI_TYPE", "tool"
        yield "AI_TOOL_KIND", line.kind
        if line.name is not None:
            yield "AI_TOOL", line.name
            yield "AI_REMOTE", f"{line.kind}:{line.name}"
    elif line.kind == "attempt":
        yield "AI_TYPE", "llm"
        yield "AI_REMOTE", ":".join(part for part in (line.provider, line.model) if part)
    else:
        return
    answered = line.outcome is not None or {"llm_response", "tool_response"} & line.payloads.keys()
    yield "AI_DIRECTION", "response" if answered else "request"


def _details(line: Line) -> Iterator[tuple[str, str]]:
    """Labels. Two keys that become one name are two values of one field: journald keeps both."""
    for key, value in line.details.items():
        if key == "traceback":
            yield "AI_STACKTRACE", value
        else:
            label = re.sub(r"[^A-Z0-9_]", "_", key.upper())
            yield f"AI_LABEL_{label}"[:_LONGEST_NAME], value


def _payload(name: str, payload: bytes, limit: int | None) -> Iterator[tuple[str, str]]:
    text, size, digest = portion(payload, limit)
    yield name, text
    yield f"{name}_FORMAT", "json"
    yield f"{name}_SIZE", str(size)
    if digest is not None:
        yield f"{name}_SHA256", digest
