"""Hostile text in every field that a recorder takes, looked at in every view of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.browser_tests import BROWSER_TESTS, ran

if TYPE_CHECKING:
    from bench.checks.finding import Finding


def vectors(count: int) -> list[Finding]:
    """Let the browser tests try so many vectors."""
    name = f"{count} vectors in every field, every view in light and dark: dialogs, network and document watched"
    tests = (f"{BROWSER_TESTS}/test_vectors.py", "-n", "2")
    return [ran(name, "none fires", tests, {"XSS_VECTORS": str(count)})]
