"""Every scenario there is, recorded once with the real SDKs, and run again with nothing but the record."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from clew.errors import ReplayDiverged
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
        f"{len(plays) - len(told)} of {len(plays)} plays of scenarios, {times} times each, without a divergence; "
        f"{took / max(1, len(plays) * (times + 1)):.2f} s a run"
    )
    return [
        Finding(
            name="clew replay: sync and async, streamed and not, one agent and two at once, both SDKs",
            figure="; ".join([figure, *told]),
            target="0 divergences",
            met=not told,
        )
    ]


def _replayed(play: Play, times: int) -> str:
    """What went wrong with one play; nothing if nothing did."""
    with tempfile.TemporaryDirectory() as folder:
        session_id = record(play, Path(folder))
        for number in range(times):
            try:
                replay, _ = rerun(play, Path(folder), session_id)
            except ReplayDiverged as problem:
                return f"{play.name}, replay {number + 1}: {problem}"
            if not replay.report.models:
                return f"{play.name}: nothing was replayed"
    return ""
