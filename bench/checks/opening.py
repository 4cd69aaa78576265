"""How long it takes to open a session, beside the floor's reading of its own file."""

from __future__ import annotations

from bench.checks.finding import Finding
from bench.reading import openings

MOST = 1.5


def opening(turns: int, *, rounds: int = 5) -> list[Finding]:
    """Open the same session from both files."""
    read = openings(turns, rounds)
    own, floor = read["clew"], read["once"]
    return [
        Finding(
            name=f"the whole session of {turns} turns opened",
            figure=f"{own.opened:.1f} ms until every node is there ({own.loaded:.0f} ms with every payload loaded), "
            f"the floor's own reading {floor.opened:.1f} ms: {own.opened / floor.opened:.2f} ×",
            target=f"at most {MOST} × the floor's reading",
            met=own.opened <= floor.opened * MOST,
        )
    ]
