"""Every view of the page on a long session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.browser_tests import BROWSER_TESTS, ran

if TYPE_CHECKING:
    from bench.checks.finding import Finding


def views(turns: int) -> list[Finding]:
    """Look at a session of so many turns in every view."""
    name = f"Session, Search, Cost, Compare and Why of a session of {turns:,} turns, axe-core included"
    return [ran(name, "all pass", (BROWSER_TESTS, "-k", "large"), {"LARGE_TURNS": str(turns)})]
