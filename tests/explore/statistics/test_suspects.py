"""Promises of suspects: usage that cannot be true is named with its place, and sound usage never is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import clew
from clew.explore.library import Library
from clew.explore.statistics import close_suspects, suspects
from clew.store.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


def test_what_the_counts_show_is_told_from_the_catalog(tmp_path: Path) -> None:
    """A count below zero, more reasoning than output, a cost below zero; and nothing else."""
    odd = [
        (clew.Usage(input_tokens=-1), None),
        (clew.Usage(output_tokens=1, reasoning_tokens=2), None),
        (clew.Usage(output_tokens=5), Decimal("-0.5")),
        (clew.Usage(input_tokens=5, output_tokens=5, reasoning_tokens=5), Decimal("0.5")),
    ]
    with clew.session("support", dir=tmp_path, trace=False) as session, session.turn("go") as turn:
        for usage, cost in odd:
            with turn.attempt(provider="p", model="m", request={}) as attempt:
                attempt.respond("yes", usage=usage, cost=cost)
    library = Library(Folder(tmp_path))
    library.refresh()
    assert [(one.session_id, one.path, one.kind) for one in suspects(library)] == [
        (session.session_id, "1-1", "negative_count"),
        (session.session_id, "1-2", "reasoning_over_output"),
        (session.session_id, "1-3", "cost_impossible"),
    ]
    assert suspects(library, "agent:other") == []


def test_reading_everything_reads_each_family_once(tmp_path: Path) -> None:
    """A suspect in a child is told once, under the path from the outermost session; progress counts families."""
    with (
        clew.session("support", dir=tmp_path, trace=False) as session,
        session.turn("go") as turn,
        turn.tool("ask", {}, kind="agent") as tool,
        tool.child("researcher") as child,
        child.turn("look") as look,
        look.attempt(provider="p", model="m", request={}) as attempt,
    ):
        attempt.respond("yes", usage=clew.Usage(output_tokens=1, reasoning_tokens=2))
    library = Library(Folder(tmp_path))
    library.refresh()
    told: list[tuple[int, int]] = []
    found = [*close_suspects(library, told=lambda done, of: told.append((done, of)))]
    assert [(one.session_id, one.path) for one in found] == [(session.session_id, "1-1.1-1")]
    assert told == [(0, 1)]
