"""Promises of the bridge to the standard library's `logging`, both ways."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

import clew
from clew.record.dispatch import dispatch
from clew.sinks.logger import StdlibLogger
from tests.record.lines import Kept, session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop() -> Iterator[logging.Logger]:
    """A logger of the application, with the bridge on the root as it would be set up."""
    handler = clew.LoggingHandler()
    logging.getLogger().addHandler(handler)
    yield logging.getLogger("shop")
    logging.getLogger().removeHandler(handler)
    clew.configure(sinks=[])


def test_the_applications_warnings_land_on_the_node_in_force(tmp_path: Path, shop: logging.Logger) -> None:
    """With their logger, their place in the code, the payloads in force and, for an exception, its traceback."""
    with session(tmp_path) as recorder, recorder.turn("go") as turn, turn.tool("pay", {"card": 1}):
        shop.warning("card %s declined", 1)
        try:
            raise ValueError("no such card")  # noqa: TRY301 - it has to be raised to have a traceback
        except ValueError:
            shop.exception("cannot pay")
        shop.error("own slug", extra={"slug": "shop.card_declined"})
        shop.info("not this")
    tree = clew.load(recorder.path)
    logs = tree.turns[0].tools[0].logs
    assert [(entry.slug, entry.severity, entry.message) for entry in logs] == [
        ("app.warning", "WRN", "card 1 declined"),
        ("app.error", "ERR", "cannot pay"),
        ("shop.card_declined", "ERR", "own slug"),
    ]
    assert logs[0].source is not None
    assert logs[0].source.file == "test_logging_bridge.py"
    assert logs[0].context is not None
    assert logs[0].context.tool_request is not None
    assert logs[1].details is not None
    assert "ValueError: no such card" in logs[1].details.value["traceback"]


def test_outside_a_session_they_go_to_the_sinks(shop: logging.Logger) -> None:
    """A warning while the application starts is in the log, and in no session."""
    kept = Kept()
    clew.configure(sinks=[kept])
    shop.warning("starting")
    assert kept.told("slug", "message", "session_id") == [("app.warning", "starting", None)]


def test_lines_can_go_to_a_logger_and_do_not_come_back(
    tmp_path: Path, shop: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    """Both ways at once is no loop: each warning is one entry in the journal and one record of the logger."""
    clew.configure(sinks=[StdlibLogger("clew.lines")])
    with caplog.at_level(logging.INFO), session(tmp_path) as recorder, recorder.turn("go"):
        shop.warning("once")
        dispatch.flush(5)
    dispatch.flush(5)
    records = [record for record in caplog.records if record.name == "clew.lines"]
    assert [(record.levelname, record.getMessage()) for record in records] == [
        ("INFO", "message begins"),
        ("WARNING", "app.warning: once"),
        ("INFO", "message: ok"),
    ]
    assert all(record.__dict__["clew"].session_id == recorder.session_id for record in records)
    assert len(clew.find_logs(clew.load(recorder.path), "app.warning")) == 1


def test_a_record_whose_arguments_do_not_fit_is_kept(tmp_path: Path) -> None:
    """Wrong arguments for a message are the application's slip; the agent goes on, and the warning is there."""
    record = logging.LogRecord("shop", logging.WARNING, "shop.py", 7, "%d things", ("many",), None)
    with session(tmp_path) as recorder, recorder.turn("go"):
        clew.LoggingHandler().handle(record)
    entry = clew.find_log(clew.load(recorder.path), "app.warning")
    assert entry is not None
    assert entry.message == "%d things"
