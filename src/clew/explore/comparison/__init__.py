"""Comparison of two sessions aligned as trees: what differs, where it began, and what only follows from it."""

from __future__ import annotations

from clew.explore.comparison.compare import compare
from clew.explore.comparison.difference import MEANINGS, Comparison, Deltas, Difference, Figure, Kind, Pair

__all__ = ["MEANINGS", "Comparison", "Deltas", "Difference", "Figure", "Kind", "Pair", "compare"]
