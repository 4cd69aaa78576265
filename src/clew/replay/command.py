"""A program under replay: led to the recorded session by its environment, and ended if it does not end by itself."""

from __future__ import annotations

import os
import subprocess
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
            _end(process, grace)
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
    """Wait for the end of a program; one that left the record is ended if it does not end by itself."""
    while not rerun.stopped:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(POLL)
    with suppress(subprocess.TimeoutExpired):
        return process.wait(grace)
    return _end(process, grace)


def _end(process: subprocess.Popen[bytes], grace: float) -> int:
    """End a program, by force if asking does not help or a person will not wait for it."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        return process.wait(grace)
    process.kill()
    return process.wait()
