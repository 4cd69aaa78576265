"""What the recorder does about its own troubles: it says so once, on stderr, and carries on."""

from __future__ import annotations

import sys
from contextlib import suppress

_told: set[str] = set()


def report(problem: BaseException | str) -> None:
    """Say once what keeps the recorder from recording."""
    text = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
    if text in _told:
        return
    _told.add(text)
    with suppress(Exception):  # stderr may be closed
        sys.stderr.write(f"clew: not everything is being recorded ({text})\n")
