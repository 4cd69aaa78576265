"""Lines handed on to a logger of the standard library, for applications whose logs all go one way.

The record's ``clew`` attribute holds the whole line, so that a formatter can use every field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.sinks.line import Line

_LEVELS = {"ERR": 40, "WRN": 30, "FIN": 20, "VRB": 20, "THK": 20, "TRC": 10}
"""Severities as levels of the standard library."""


class StdlibLogger:
    """Hands lines on to a logger."""

    instant = False
    """Handlers may wait, for a disk, a network or a lock."""

    def __init__(self, name: str = "clew") -> None:
        """``name`` is the logger's."""
        self.name = name
        """The logger's name."""

    def write(self, line: Line) -> None:
        """Log a line."""
        import logging  # noqa: PLC0415 - an application that does not log need not load it

        text = f"{line.slug}: {line.message}" if line.slug else line.message
        logging.getLogger(self.name).log(_LEVELS[line.severity], "%s", text, extra={"clew": line})
