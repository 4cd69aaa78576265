"""Figures over many sessions, from the catalog alone: what was spent, how long it took, what failed, and when.

Everything here is asked of a library and a query, and counts the sessions that the query means **and all below them,
each once**, by their own figures. So what is spent by model, by agent or by day adds up to the totals of the sessions.
"""

from __future__ import annotations

from clew.explore.statistics.activity import Active, activity
from clew.explore.statistics.calls import Calls, calls
from clew.explore.statistics.grouping import By
from clew.explore.statistics.latency import Latency, latency
from clew.explore.statistics.overview import Overview, overview
from clew.explore.statistics.spending import Spending, Unpriced, spending, unpriced
from clew.explore.statistics.suspects import Suspect, close_suspects, suspects

__all__ = [
    "Active",
    "By",
    "Calls",
    "Latency",
    "Overview",
    "Spending",
    "Suspect",
    "Unpriced",
    "activity",
    "calls",
    "close_suspects",
    "latency",
    "overview",
    "spending",
    "suspects",
    "unpriced",
]
