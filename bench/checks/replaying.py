"""Every scenario there is, recorded once with the real SDKs, and run again with nothing but the record.

Each run is then compared with the first one, as ``clew diff`` does it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import clew
from bench.checks.finding import Finding
from clew.errors import ReplayDiverged
from clew.explore.comparison import compare
from tests.replay.plays import every_play, record, rerun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.replay.plays import Play

TIMES = 20
"""How often each scenario is replayed."""


def replaying(times: int = TIMES, names: Sequence[str] = ()) -> list[Finding]:
    """Replay every scenario so many times in a row, or those that are named."""
    plays = [play for play in every_play() if not names or play.name in names]
    began = time.monotonic()
    told = [problem for play in plays if (problem := _replayed(play, times))]
    took = time.monotonic() - began
    figure = (
        f"{len(plays) - len(told)} of {len(plays)} plays of scenarios, {times} times each, "
        f"without a divergence or a difference; {took / max(1, len(plays) * (times + 1)):.2f} s a run"
    )
    return [
        Finding(
            name="clew replay: sync and async, streamed and not, one agent and two at once, both SDKs",
            figure="; ".join([figure, *told]),
            target="0 divergences, 0 differences",
            met=not told,
        )
    ]


def _replayed(play: Play, times: int) -> str:
    """What went wrong with one play; nothing if nothing did."""
    with tempfile.TemporaryDirectory() as folder:
        session_id = record(play, Path(folder))
        original = clew.load(session_id, dir=folder)
        for number in range(times):
            try:
                replay, again = rerun(play, Path(folder), session_id)
            except ReplayDiverged as problem:
                return f"{play.name}, replay {number + 1}: {problem}"
            if not replay.report.models:
                return f"{play.name}: nothing was replayed"
            found = compare(original, clew.load(again, dir=folder)).first
            if found is not None:
                return (
                    f"{play.name}, replay {number + 1}: {found.kind} at {found.path_a or found.path_b or 'the session'}"
                )
    return ""
