"""How large a journal gets: with what is new, and not with turns times turns."""

from __future__ import annotations

from bench.checks.finding import Finding
from bench.series import Workload, measured

LARGEST = 4_200_000
"""Bytes that the journal of 200 turns may have."""

BENT = 1.15
"""How much more the last turns of the longest session may cost than the turns of the one before it."""


def growth(lengths: tuple[int, ...] = (50, 100, 200, 400)) -> list[Finding]:
    """Record sessions of these lengths and compare their journals."""
    sizes = {turns: measured("clew", Workload(turns=turns)).size for turns in lengths}
    shown = ", ".join(f"{turns}: {size / 1e6:.2f} MB" for turns, size in sizes.items())
    per_turn = [size / turns for turns, size in sizes.items()]
    last, before = lengths[-1], lengths[-2]
    slope = (sizes[last] - sizes[before]) / (last - before)
    bend = slope / per_turn[-2]
    judged = 200 if 200 in sizes else last
    return [
        Finding(
            name=f"journal of {judged} turns",
            figure=f"{sizes[judged] / 1e6:.2f} MB",
            target=f"{LARGEST / 1e6:.1f} MB at most",
            met=sizes[judged] <= LARGEST,
        ),
        Finding(
            name="journal grows with what is new",
            figure=f"by turns: {shown}; a turn of the last {last - before} costs {bend:.2f} × one before",
            target=f"linear: at most {BENT} ×",
            met=bend <= BENT,
        ),
    ]
