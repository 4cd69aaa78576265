"""The check of the library at a small size: it asks, lists and shows, and every answer has a figure."""

from __future__ import annotations

from bench.checks.library import library


def test_a_small_library_is_asked_listed_and_shown() -> None:
    """Each promise has its figure; how fast this machine is is not judged here."""
    found = library(60, 30, rounds=1)
    assert len(found) == 5
    for finding in found:
        print(f"{finding.verdict}: {finding.name}: {finding.figure} (promised: {finding.target})")
        assert "ms" in finding.figure
