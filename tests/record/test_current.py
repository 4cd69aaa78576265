"""Where what happens now belongs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import clew
from clew.record.current import nearest, presume

if TYPE_CHECKING:
    from pathlib import Path


def test_a_turn_that_was_found_is_nearest_as_long_as_it_is_open(tmp_path: Path) -> None:
    """Nothing in force or its session: the turn; a node nearer by or another session: that; once it is over: not."""
    session = clew.session(agent_id="a", dir=tmp_path)
    turn = session.turn().start()
    presume(turn)
    assert nearest() is turn
    with session:
        assert nearest() is turn
        with session.step("compaction") as step:
            assert nearest() is step
        with clew.session(agent_id="b", dir=tmp_path) as other:
            assert nearest() is other
        turn.end()
        assert nearest() is session
    assert nearest() is None


def test_an_entry_of_the_standard_library_lands_there_too(tmp_path: Path) -> None:
    """Both ways to write an entry agree."""
    handler, logger = clew.LoggingHandler(), logging.getLogger("tests.nearest")
    logger.addHandler(handler)
    try:
        with clew.session(agent_id="a", dir=tmp_path) as session:
            turn = session.turn().start()
            presume(turn)
            logger.warning("careful")
            turn.end()
    finally:
        logger.removeHandler(handler)
    (found,) = clew.load(session.session_id, dir=tmp_path).turns
    assert [entry.severity for entry in found.logs] == ["WRN"]
