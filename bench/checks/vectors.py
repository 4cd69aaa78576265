"""Hostile text in every field that a recorder takes, looked at in every view of the page, by the browser tests."""

from __future__ import annotations

import re

from bench.checks.finding import Finding
from bench.process import ROOT, run

_TESTS = "tests/web/browser/test_vectors.py"


def vectors(count: int) -> list[Finding]:
    """Let the browser tests try so many vectors."""
    arguments = ("-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", _TESTS)
    ended = run(arguments, {"XSS_VECTORS": str(count)}, folder=ROOT, patience=1_200.0)
    last = re.findall(r"\d+ (?:passed|failed|skipped|error)[^\n]*", ended.stdout)
    return [
        Finding(
            name=f"{count} vectors in every field, every view in light and dark",
            figure=f"{last[-1] if last else 'no test ran'}: dialogs, network and document watched",
            target="none fires",
            met=ended.code == 0 and "skipped" not in ended.stdout,
        )
    ]
