"""structlog with orjson into a file: one line per operation with its whole payload, flushed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import structlog

if TYPE_CHECKING:
    from pathlib import Path

    from bench.conversation import Call, Exchange
    from bench.recorders.recorder import Recorder


class Structured:
    """One logger."""

    def __init__(self, folder: Path) -> None:
        """Set structlog up as its documentation recommends where speed counts."""
        self._file = (folder / "structlog.jsonl").open("ab")
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(20),
            logger_factory=structlog.BytesLoggerFactory(self._file),
            cache_logger_on_first_use=True,
        )
        self._log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
        self._turn = 0

    def turn(self, index: int, _: str | None) -> None:
        """Keep the number for the lines that follow."""
        self._turn = index

    def request(self, exchange: Exchange) -> None:
        """Nothing yet: the line is written when the operation is over."""

    def answer(self, _: None, exchange: Exchange) -> None:
        """Write the operation."""
        self._log.info(
            "attempt", turn=self._turn, number=exchange.number, request=exchange.request, answer=exchange.answer
        )

    def call(self, call: Call) -> None:
        """Nothing yet."""

    def result(self, _: None, call: Call) -> None:
        """Write the operation."""
        self._log.info(
            "tool", turn=self._turn, id=call.call_id, name=call.name, arguments=call.arguments, result=call.result
        )

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


def make(folder: Path) -> Recorder:
    """The recorder."""
    return Structured(folder)
