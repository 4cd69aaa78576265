"""Promises of the line that says how far a command is: only on a terminal, only after a while, gone afterwards."""

from __future__ import annotations

import io

from clew.cli.library import PATIENCE, Meter


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_person_who_waits_is_told() -> None:
    """After half a second the line is written over and over; in the end it is empty."""
    stream, now = Terminal(), 0.0
    with Meter("reading", stream, clock=lambda: now) as meter:
        meter.sessions(1, 2000)
        assert stream.getvalue() == ""
        now = PATIENCE
        meter.sessions(2, 2000)
        meter.share(5, 1000)
    assert stream.getvalue() == "\rreading 2 of 2,000 sessions\x1b[K\rreading 5 B of 1.00 kB\x1b[K\r\x1b[K"


def test_a_program_is_not_told() -> None:
    """What is no terminal hears nothing, however long it takes."""
    stream, now = io.StringIO(), 0.0
    with Meter("reading", stream, clock=lambda: now) as meter:
        now = 60.0
        meter.sessions(2, 2000)
    assert stream.getvalue() == ""


def test_what_was_quick_leaves_nothing_behind() -> None:
    """Not even an empty line."""
    stream = Terminal()
    with Meter("reading", stream, clock=lambda: 0.0) as meter:
        meter.show("soon")
    assert stream.getvalue() == ""
