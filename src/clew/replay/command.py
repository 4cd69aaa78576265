"""A program under replay: led to the recorded session by its environment, and ended if it does not end by itself."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.model.session import Session, Step, Turn
    from clew.replay.rerun import Rerun

GRACE = 5.0
"""Seconds in which a program that left the record has to end, and again after it was told to."""
POLL = 0.02
"""Seconds between two looks at the program."""


def run_command(
    argv: Sequence[str], rerun: Rerun, *, folder: Path, said: Sequence[str] | None = None, grace: float = GRACE
) -> int:
    """Run a program to its end, and return its exit status. ``folder`` is where its sessions go by default.

    ``said`` is typed into it, line by line. Raises ``OSError`` if it cannot be started.
    """
    environment = {**os.environ, **rerun.environment(), **rerun.proxies(), "CLEW_DIR": str(folder.absolute())}
    environment.pop("CLEW_PARENT", None)
    stdin = None if said is None else subprocess.PIPE
    with subprocess.Popen(list(argv), env=environment, stdin=stdin) as process:  # noqa: S603 - what the person typed
        if said is not None:
            Thread(target=_type, args=(process, said), daemon=True).start()
        try:
            return _wait(process, rerun, grace)
        except BaseException:
            process.terminate()
            raise


def said_in(session: Session) -> list[str]:
    """What the user typed, line by line, as the actions of turns and steps have it."""
    holders: list[Turn | Step] = sorted((*session.turns, *session.steps), key=lambda holder: holder.started_at)
    lines = []
    for action in (holder.action for holder in holders):
        if action is not None:
            content = action.content.value if action.content is not None else None
            lines.append(content if isinstance(content, str) else action.name or "")
    return lines


def _type(process: subprocess.Popen[bytes], said: Sequence[str]) -> None:
    with suppress(OSError, ValueError):  # a program that has read enough
        assert process.stdin is not None  # noqa: S101 - asked for above
        for line in said:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
        process.stdin.close()


def _wait(process: subprocess.Popen[bytes], rerun: Rerun, grace: float) -> int:
    """Wait for the end; a program that left the record is told to end when it does not do so by itself."""
    told: list[float] = []
    while process.poll() is None:
        time.sleep(POLL)
        if rerun.stopped and not told:
            told.append(time.monotonic())
        elif len(told) == 1 and time.monotonic() - told[0] > grace:
            process.terminate()
            told.append(time.monotonic())
        elif len(told) == 2 and time.monotonic() - told[1] > grace:  # noqa: PLR2004 - after it was told once
            process.kill()
    return process.returncode
