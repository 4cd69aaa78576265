"""No recorder at all: what the loop of the comparison itself costs, to be taken off the figures of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bench.conversation import Call, Exchange
    from bench.recorders.recorder import Recorder


class Nothing:
    """Takes the calls and does nothing."""

    def turn(self, index: int, user_input: str | None) -> None:
        """Nothing."""

    def request(self, exchange: Exchange) -> None:
        """Nothing."""

    def answer(self, handle: None, exchange: Exchange) -> None:
        """Nothing."""

    def call(self, call: Call) -> None:
        """Nothing."""

    def result(self, handle: None, call: Call) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


def make(folder: Path) -> Recorder:
    """The recorder."""
    assert folder.is_dir()
    return Nothing()
