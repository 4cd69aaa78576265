"""Lines for a person at a terminal: one row each, on stderr."""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, TextIO

from clew.wire.line import printable

if TYPE_CHECKING:
    from clew.sinks.line import Line

_SEQUENCE = re.compile(
    "(?:\x1b\\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)?"
    "|(?:\x1b[P_^X]|[\x90\x9f\x9e\x98])[^\x1b\x9c\n]*(?:\x1b\\\\|\x9c)?"
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class Console:
    """Writes rows to a stream."""

    instant = False
    """A pipe that nobody reads would make its writer wait."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """``stream`` is stderr, as it is at that moment, if not given."""
        self._stream = stream

    def write(self, line: Line) -> None:
        """Write a row. Raises what the stream raises."""
        stream = self._stream if self._stream is not None else sys.stderr
        if stream is not None:  # a process without a terminal may have none
            stream.write(row(line) + "\n")
            stream.flush()


def row(line: Line) -> str:
    """A line in words: time, severity, agent, path, what happened, where to look."""
    clock = time.strftime("%H:%M:%S", time.localtime(line.at / 1000)) + f".{int(line.at % 1000):03d}"
    words = [clock, line.severity, line.agent_id or "–", line.path or "–"]
    if line.slug:
        words.append(line.slug)
    words.append(line.message)
    if line.duration_ms is not None:
        words.append(f"{line.duration_ms:.0f} ms")
    if line.origin:
        words.append(f"(origin {line.origin})")
    if line.incident:
        words.append(f"incident {line.incident}")
    if line.session_id:
        words.append(f"[{line.session_id}]")
    return " ".join(map(one_line, words))


def one_line(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    harmless = _CONTROL.sub("", _SEQUENCE.sub("", text))
    return printable(" ".join(harmless.split()).encode()).decode()
