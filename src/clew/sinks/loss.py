"""What a sink could not take: counted, and told in a line of its own as soon as there is room again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.sinks.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable


class Loss:
    """The lines that one sink lost."""

    def __init__(self) -> None:
        """Nothing is lost yet."""
        self.total = 0
        """All of them, told or not."""
        self.untold = 0
        """Those no line has told of yet."""
        self.reason = ""
        """What was in the way of the last one."""

    def add(self, reason: str, lines: int = 1) -> None:
        """Count lines that were lost."""
        self.total += lines
        self.untold += lines
        self.reason = reason

    def deliver(self, line: Line, put: Callable[[Line], str | None]) -> None:
        """Put a line, after one that tells of those lost before it.

        ``put`` returns what was in the way, if anything was.
        """
        problem = self.tell(line.at, put) or put(line)
        if problem is not None:
            self.add(problem)

    def tell(self, at: float, put: Callable[[Line], str | None]) -> str | None:
        """Put the line that tells of what was lost, if anything was: what was in the way, if anything."""
        if not self.untold:
            return None
        count = self.untold
        problem = put(_account(at, count, self.reason))
        if problem is None:
            self.untold -= count
        return problem


def _account(at: float, count: int, reason: str) -> Line:
    return Line(
        at=at,
        event="log",
        severity="WRN",
        slug="log.lines_lost",
        origin="host",
        message=f"{count} log lines were lost ({reason})",
        details={"lost": str(count), "reason": reason},
    )
