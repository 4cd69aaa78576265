"""The check of replays, at the smallest size that still says something."""

from __future__ import annotations

from bench.checks.replaying import replaying

NAMES = ("demo retry", "tools shipped", "two at once anthropic async stream")


def test_recorded_plays_replay() -> None:
    """One play of each sort, twice."""
    (finding,) = replaying(2, NAMES)
    print(finding.figure)
    assert finding.met
    assert finding.figure.startswith("3 of 3")
