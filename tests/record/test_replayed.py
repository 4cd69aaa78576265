"""Promises of a process that is replayed: it asks, and where nobody answers it does not call its tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Drop
from clew.record.standin import VARIABLE, RecordedFailure, instrumented, stand_in_result

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a replay that is over."""
    with ModelServer(Scenario(name="gone", answers=(Drop(),))) as server:
        monkeypatch.setenv(VARIABLE, server.base_url)


def test_nobody_stands_in_normally() -> None:
    """Without a replay a tool is to be called."""
    assert stand_in_result("mail", None, {}, None) is None


@pytest.mark.usefixtures("_gone")
def test_a_replay_that_is_gone_lets_no_tool_be_called() -> None:
    """The call fails, as a tool's call can."""
    with pytest.raises(RecordedFailure, match="does not answer"):
        stand_in_result("mail", None, {"to": b"bytes"}, "c1")


@pytest.mark.usefixtures("_gone")
def test_a_replay_that_is_gone_costs_the_recorder_nothing(tmp_path: Path) -> None:
    """Sessions are recorded and tools declared as ever."""
    instrumented("kind:odd")
    with clew.session(dir=tmp_path) as session:
        pass
    assert clew.load(session.session_id, dir=tmp_path).attributes is None


def test_only_the_first_session_is_the_replay(tmp_path: Path) -> None:
    """What else a program records meanwhile is not; afterwards nothing is."""
    with clew.session(dir=tmp_path) as original:
        pass
    with (
        clew.replay(original.session_id, dir=tmp_path),
        clew.session(dir=tmp_path) as first,
        clew.session(dir=tmp_path) as second,
    ):
        first.set(tags=["shop"])
    with clew.session(dir=tmp_path) as third:
        pass
    sessions = [clew.load(one.session_id, dir=tmp_path) for one in (first, second, third)]
    assert [one.tags for one in sessions] == [("shop", "replay"), (), ()]
    found = [one.attributes for one in sessions]
    assert [one.value if one is not None else None for one in found] == [
        {"replay_of": original.session_id},
        None,
        None,
    ]
