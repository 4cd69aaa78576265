"""A session in force, and no connection left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from tests.instrument.provider import open_clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.record.session import SessionRecorder


@pytest.fixture
def session(tmp_path: Path) -> Iterator[SessionRecorder]:
    """A session in force, in a folder of its own."""
    with clew.session(agent_id="test", dir=tmp_path) as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def _close_clients() -> Iterator[None]:
    """Close the clients that a test opened."""
    yield
    while open_clients:
        open_clients.pop().close()
