"""What the recorder does about its own troubles: it says so once, on stderr, and carries on."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_told: set[str] = set()


def report(problem: BaseException | str) -> None:
    """Say once what keeps the recorder from recording."""
    text = problem if isinstance(problem, str) else _words(problem)
    if text in _told:
        return
    _told.add(text)
    with suppress(Exception):  # stderr may be closed
        _say(f"clew: not everything is being recorded ({text})\n")


def _say(sentence: str) -> None:
    """Past the buffer of stderr: what lies there when its file is closed changes the exit code of the program."""
    try:
        handle = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # replaced by something that is no file
        sys.stderr.write(sentence)
        return
    sys.stderr.flush()
    os.write(handle, sentence.encode("utf-8", "backslashreplace"))


def _words(problem: BaseException) -> str:
    """A problem in words that are the same for all files of a folder."""
    if isinstance(problem, OSError) and isinstance(problem.filename, str) and problem.strerror:
        return f"{problem.strerror}: {problem.filename.rpartition('/')[0] or problem.filename}"
    return f"{type(problem).__name__}: {problem}"
