"""How long the terminal explorer takes over a session of 100,000 turns: to its first paint, and to any node of it.

The command runs on a terminal of its own, with the keys that a person would press; a figure is the time from a key to
the words on the screen. The index is warm: another process brought it up to date.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bench.checks.finding import Finding
from bench.corpus import long_folder
from bench.process import CLEW, environment
from clew.explore.library import Library
from clew.store.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SECONDS = 1.0
MOST_MEGABYTES = 300
_PATIENCE = 120.0
_ROWS, _COLUMNS = 40, 140
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][0-9A-Za-z]|[=>78])")


def exploring(turns: int, folder: Path | None = None) -> list[Finding]:
    """Explore a session of so many turns: that of a folder, or else one that is made."""
    place = folder or long_folder(turns)
    began = time.perf_counter()
    Library(Folder(place)).refresh()
    cold = time.perf_counter() - began
    return _explore(place, turns, cold)


def _explore(folder: Path, turns: int, cold: float) -> list[Finding]:
    with _Terminal(["tui", "--dir", str(folder)]) as terminal:
        painted = terminal.wait("long")
        opened = terminal.press("\r", "message")
        jumps = [_jump(terminal, turn) for turn in _nodes(turns)]
        ended = terminal.press("G", "fin")
        megabytes = terminal.most_megabytes()
        terminal.press("q")
    slowest = max(jumps)
    told = f"index warm (bringing it up to date took {cold:.1f} s)"
    return [
        _finding("the explorer's first paint", painted, f"the list from the start of the process, {told}"),
        _finding(f"a session of {turns:,} turns opened", opened, "its tree from the list"),
        _finding("a jump to any node", slowest, f"the slowest of {len(jumps)} from a path to its detail"),
        _finding("a jump to the end", ended, "from the key to the last row"),
        Finding(
            name="the explorer's memory",
            figure=f"{megabytes:.0f} MB at most, of {turns:,} turns",
            target=f"under {MOST_MEGABYTES} MB",
            met=megabytes < MOST_MEGABYTES,
        ),
    ]


def _jump(terminal: _Terminal, turn: int) -> float:
    """Go to the model's answer of a turn; the time counts from the end of typing."""
    terminal.press(":", "a path")
    for letter in f"{turn}-1":
        terminal.press(letter, letter)
    return terminal.press("\r", f"“question {turn - 1}”", "request")


def _finding(name: str, seconds: float, what: str) -> Finding:
    return Finding(
        name=name,
        figure=f"{seconds * 1e3:.0f} ms: {what}",
        target=f"under {MOST_SECONDS:.0f} s",
        met=seconds < MOST_SECONDS,
    )


def _nodes(turns: int) -> list[int]:
    """Turns near the beginning, in the middle, and at the end."""
    return [max(1, turns * share // 100) for share in (99, 1, 50, 75, 25)]


class _Terminal:
    """The command line on a terminal of its own."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._began = time.perf_counter()
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            plain = {**environment(), "TERM": "xterm-256color", "COLUMNS": str(_COLUMNS), "LINES": str(_ROWS)}
            os.execve(sys.executable, [sys.executable, *CLEW, *arguments], plain)  # noqa: S606 - the project itself
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        self._seen = b""

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it is at."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._handle)

    def press(self, keys: str, *words: str) -> float:
        """Press keys, and say how many seconds it took until the words were written."""
        self._seen, self._began = b"", time.perf_counter()
        os.write(self._handle, keys.encode())
        return self.wait(*words)

    def wait(self, *words: str) -> float:
        """Wait until words were written, and say for how many seconds since the last key."""
        until = self._began + _PATIENCE
        while not all(word.encode() in _ESCAPES.sub(b"", self._seen) for word in words):
            left = until - time.perf_counter()
            ready, _, _ = select.select([self._handle], [], [], max(0.0, left))
            assert ready, f"the explorer never wrote {words}: {_ESCAPES.sub(b'', self._seen)[-2000:]!r}"
            self._seen += os.read(self._handle, 1 << 16)
        return time.perf_counter() - self._began

    def most_megabytes(self) -> float:
        """The most memory that the process ever had."""
        status = Path(f"/proc/{self._pid}/status").read_text("ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) / 1e3 if found is not None else 0.0
