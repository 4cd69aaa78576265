"""Injected failures, each told by ``clew why`` from its record alone, against what was written down beforehand."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clew
from bench.checks.finding import Finding
from bench.process import clew as command
from tests.tree.failures import CASES, UNSAID, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.tree.failures import Case

ENOUGH = 60
ENOUGH_OF_EACH = 5


def failures(names: Sequence[str] = ()) -> list[Finding]:
    """Inject every failure there is, or those that are named, and ask for the reason of each."""
    tried = [CASES[name] for name in names or CASES]
    wrong = [f"{case.name}: {told}" for case in tried if (told := tell(case))]
    origins = Counter(case.origin for case in tried if case.origin != UNSAID)
    recovered = sum(bool(case.recovered) for case in tried)
    counted = ", ".join(f"{count} {origin}" for origin, count in sorted(origins.items()))
    figure = f"{len(tried) - len(wrong)} of {len(tried)} told right ({counted}; {recovered} recovered from something)"
    many = len(tried) >= ENOUGH and min(origins.values()) >= ENOUGH_OF_EACH
    return [
        Finding(
            name="clew why: origin, path and slug of injected failures",
            figure="; ".join([figure, *wrong]),
            target=f"all; {ENOUGH} or more, and {ENOUGH_OF_EACH} or more of each origin",
            met=not wrong and (bool(names) or many),
        )
    ]


def tell(case: Case) -> str:
    """Inject one failure, and give what is told wrong of it; empty if nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        record(case.name, Path(folder))
        session_id = next(tree.session_id for tree in clew.sessions(dir=folder) if tree.parent is None)
        ended = command("why", "--dir", folder, "--json", session_id)
    if ended.code != 0:
        return ended.stderr.strip() or f"exit code {ended.code}"
    told: dict[str, Any] = json.loads(ended.stdout)
    found, wanted = _cause(told), f"{case.origin} {case.path} {case.slug}"
    if found != wanted:
        return f"{found} instead of {wanted}"
    pairs = ((_paths(told["chain"]), case.chain), (_paths(told["recovered"]), case.recovered))
    return "; ".join(f"{paths} instead of {known}" for paths, known in pairs if known and paths != known)


def _cause(told: dict[str, Any]) -> str:
    cause = told["cause"] or {}
    return " ".join(cause.get(name) or UNSAID for name in ("origin", "path", "slug"))


def _paths(links: list[dict[str, Any]]) -> str:
    return " ".join(link["path"] for link in links)
