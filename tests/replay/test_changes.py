"""The promise that a change is told at exactly its node: with both SDKs, in every way, and with two agents at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import clew
from clew.errors import ReplayDiverged
from clew.protocol import ModelServer
from clew.replay.divergence import Divergence
from tests.replay.clerk import ANSWERS, SCENARIO, Clerk, perform_both
from tests.replay.plays import WAYS, Way

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Change(NamedTuple):
    """What a clerk does otherwise than when it was recorded, and how that is told."""

    made: dict[str, Any]
    """The knobs that are turned."""
    path: str
    """The node that the change is told at."""
    kind: str
    """What differs."""
    where: str
    """A part of the place in the request, or of the sentence."""
    options: dict[str, Any]
    """How it is replayed."""


CHANGES = (
    Change({"manner": "Be rude."}, "1-1", "prompt", "", {}),
    Change({"schema": {"item": {"type": "integer"}}}, "1-1", "tools", "tools[stock]", {}),
    Change({"options": {"extra_body": {"temperature": 0.5}}}, "1-1", "parameters", "temperature", {}),
    Change({"answers": {**ANSWERS, "price": "4"}}, "1-3", "tool_result", "price", {"live_tools": True}),
    Change({"backwards": True}, "1-2", "order", "stock", {}),
)
"""The prompt, a tool's schema, a parameter, a tool's result, the order of calls."""
PATIENCE = 0.2
"""Seconds; nobody but who does something in another order ever waits."""


def _told(folder: Path, session_id: str, change: Change, perform: Callable[[str, Path], object]) -> Divergence:
    """The one divergence of a run."""
    with (
        pytest.raises(ReplayDiverged) as told,
        clew.replay(session_id, dir=folder, patience=PATIENCE, **change.options) as replay,
    ):
        perform(replay.base_url, folder)
    (divergence,) = told.value.divergences
    assert isinstance(divergence, Divergence)
    return divergence


def _place(divergence: Divergence) -> str:
    return divergence.differences[0].where if divergence.kind != "tool_result" and divergence.differences else ""


@pytest.mark.parametrize("way", WAYS, ids=[way.name.replace(" ", "-") for way in WAYS])
def test_a_change_is_told_at_exactly_its_node(tmp_path: Path, way: Way) -> None:
    """Whoever's protocol it is and however it is spoken; and without a change nothing is told and no tool called."""
    with ModelServer(SCENARIO) as server:
        session_id = Clerk(way=way).perform(server.base_url, tmp_path)
    same = Clerk(way=way)
    with clew.replay(session_id, dir=tmp_path, patience=60.0) as replay:
        same.perform(replay.base_url, tmp_path)
    assert (same.called, replay.report.models, replay.report.tools) == ([], 2, 2)
    for change in CHANGES:
        told = _told(tmp_path, session_id, change, Clerk(way=way, **change.made).perform)
        assert (told.path, told.kind) == (change.path, change.kind)
        assert change.where in _place(told) + told.words


@pytest.mark.parametrize("way", WAYS, ids=[way.name.replace(" ", "-") for way in WAYS])
def test_a_change_in_one_of_two_sub_agents_is_told_there(tmp_path: Path, way: Way) -> None:
    """At its node in the session of that sub-agent, while the other one is at work."""
    with ModelServer(SCENARIO) as server:
        session_id = perform_both(Clerk(way=way), Clerk(way=way, name="Bob"), server.base_url, tmp_path)
    tools = clew.load(session_id, dir=tmp_path).turns[0].tools
    node = next(number for number, tool in enumerate(tools, 1) if tool.name == "Bob")
    for change in CHANGES:
        clerks = Clerk(way=way), Clerk(way=way, name="Bob", **change.made)
        told = _told(tmp_path, session_id, change, partial(perform_both, *clerks))
        assert (told.path, told.kind) == (f"1-{node}.{change.path}", change.kind)
        assert change.where in _place(told) + told.words
