"""The clock of a writer: the wall clock at the start, and a monotonic clock after it.

Its times never run backwards, whatever happens to the wall clock; that the wall clock was set is itself worth an act.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STEP = 1000.0
"""Milliseconds by which the wall clock must part from the monotonic one to count as set."""


class Clock:
    """Milliseconds since the epoch, with a fraction to the microsecond."""

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, monotonic: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """``wall`` and ``monotonic`` give nanoseconds; tests inject their own."""
        self._wall = wall
        self._monotonic = monotonic
        self._anchor = wall() - monotonic()
        self._drift = self._anchor

    def now(self) -> float:
        """The time."""
        return (self._anchor + self._monotonic()) / 1e6

    def step(self) -> float | None:
        """By how many milliseconds the wall clock was set since the last call, if it was."""
        drift = self._wall() - self._monotonic()
        delta = (drift - self._drift) / 1e6
        if abs(delta) < STEP:
            return None
        self._drift = drift
        return delta
