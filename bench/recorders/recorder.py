"""What every recorder of the comparison does: the same calls at the same moments, with the same values."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from bench.conversation import Call, Exchange

NAMES = ("clew", "once", "structlog", "opentelemetry")
"""Those whose figures are shown."""

_HOMES = {
    "nothing": "bench.recorders.nothing",
    "clew": "bench.recorders.own",
    "once": "bench.recorders.once",
    "structlog": "bench.recorders.structured",
    "opentelemetry": "bench.recorders.spans",
}


class Recorder(Protocol):
    """One way to record a session."""

    def turn(self, index: int, user_input: str | None, /) -> None:
        """A turn begins; the one before is over."""

    def request(self, exchange: Exchange, /) -> Any:  # noqa: ANN401 - each recorder's own handle
        """A request is sent; returns what :meth:`answer` needs."""

    def answer(self, handle: Any, exchange: Exchange, /) -> None:  # noqa: ANN401 - as above
        """It was answered, or not."""

    def call(self, call: Call, /) -> Any:  # noqa: ANN401 - as above
        """A tool is called; returns what :meth:`result` needs."""

    def result(self, handle: Any, call: Call, /) -> None:  # noqa: ANN401 - as above
        """The tool returned."""

    def finish(self) -> None:
        """The session is over; everything is on its way to the disk."""


def make_recorder(name: str, folder: Path) -> Recorder:
    """The recorder of that name, writing into an empty folder."""
    made: Recorder = import_module(_HOMES[name]).make(folder)
    return made
