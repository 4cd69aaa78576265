"""What an application pays for ``import clew``."""

from __future__ import annotations

from bench.checks.finding import Finding
from bench.startup import startup

MOST = 40.0


def importing(rounds: int) -> list[Finding]:
    """Start interpreters with and without it."""
    cost = startup(rounds)
    return [
        Finding(
            name="import clew",
            figure=f"{cost.cpu:.1f} ms of CPU, {cost.wall:.1f} ms from start to end more than a bare interpreter; "
            f"`import msgspec` alone {cost.msgspec:.1f} ms",
            target=f"{MOST:.0f} ms at most",
            met=cost.cpu <= MOST,
        ),
        Finding(
            name="import clew loads msgspec and the standard library only",
            figure=f"else loaded: {', '.join(cost.strangers) or 'nothing'}",
            target="nothing else",
            met=not cost.strangers,
        ),
    ]
