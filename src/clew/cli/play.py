"""``clew play``: a session in the terminal as it happened."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.replay.playback import Key
    from clew.store.folder import Folder

_HELP = "space pause · enter step · + faster · - slower · n next turn · e to the end · q quit"
_DAMAGE = frozenset({"damaged", "gap", "unreadable", "dropped", "missing_child"})


@click.command(short_help="Show a session in the terminal as it happened.")
@options.session_argument
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="N",
    help="So many times as fast as it happened; no wait is longer than 5 s.",
)
@click.option("--from", "begin", metavar="P", help="Jump to the node at this path; what came before is shown at once.")
@click.option("--step", is_flag=True, help="Begin paused: each key press shows one act.")
@options.folder_option
@options.ascii_option
def play(
    reference: str, speed: float, begin: str | None, folder: Path | None, *, step: bool, ascii_signs: bool
) -> None:
    """Show what happened in a session, act by act and in its own time, with the sessions of its sub-agents.

    At a terminal, space pauses and goes on, enter shows one act, + and - change the speed, n jumps to the next turn, e
    to the end, and q quits.
    """
    from clew.replay.playback import Player, frame_at, frames_of

    place, session_id = options.find(reference, folder)
    frames = frames_of(place, session_id)
    first = frame_at(frames, begin) if begin is not None else 0
    shown = 0
    with _keys() as wait:
        player = Player(frames, wait, speed=speed, say=output.say)
        player.paused = step and sys.stdin.isatty()
        for frame in player.play(first):
            output.write_rows([frame.row], ascii_signs=ascii_signs)
            sys.stdout.flush()
            shown += 1
    if shown == len(frames):
        _tell_end(place, session_id)


def _tell_end(place: Folder, session_id: str) -> None:
    """Say why there is no more, where the acts do not say it themselves."""
    session = place.load(session_id)
    words = {
        "running": f"is still being written: 'clew tail -f {session_id}' follows it",
        "interrupted": "has no end: its writer died",
        "abandoned": "has no end: its writer died before the first turn",
    }
    if session.status in words:
        output.say(f"The session {session_id} {words[session.status]}.")
    if any(note.kind in _DAMAGE for note in session.notes):
        output.say(f"The record of {session_id} is incomplete: 'clew verify {session_id}' tells more.")


@contextmanager
def _keys() -> Iterator[Callable[[float | None], Key | None]]:
    """What waits for time to pass or for a key; without a terminal there are no keys."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield _sleep
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    output.say(_HELP)
    try:
        tty.setcbreak(sys.stdin)
        yield _wait_for_key
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _sleep(seconds: float | None) -> None:
    time.sleep(seconds or 0)


def _wait_for_key(seconds: float | None) -> Key | None:
    """Wait for a key that means something; ``None`` if the time passed without one."""
    import os
    import select

    meanings: dict[bytes, Key] = {
        b" ": "pause",
        b"\n": "step",
        b"+": "faster",
        b"=": "faster",
        b"-": "slower",
        b"n": "turn",
        b"e": "end",
        b"q": "quit",
    }
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([sys.stdin], [], [], left)[0]:
            return None
        pressed = os.read(sys.stdin.fileno(), 1)
        if not pressed:
            return "quit"
        if pressed in meanings:
            return meanings[pressed]
