"""Every cut point of a journal: what a crash, a full disk or a copy that broke off leaves behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.checks.specimen import facts, record_specimen
from clew.store.segment import read_segment
from clew.tree.check import check
from clew.tree.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.model.act import Act


def cuts(turns: int, *, step: int = 1) -> list[Finding]:
    """Cut a journal of so many turns at every ``step``-th byte and read what is left."""
    wrong: list[int] = []
    untold: list[int] = []
    unsound: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        path = record_specimen(Path(folder), turns)
        whole = [facts(act) for act in read_segment(path).acts]
        data = path.read_bytes()
        ends = [place + 1 for place, byte in enumerate(data) if byte == ord("\n")]
        points = range(len(data) - 1, 0, -step)
        for cut in points:
            os.truncate(path, cut)
            segment = read_segment(path)
            complete = sum(end - 1 <= cut for end in ends)
            if [facts(act) for act in segment.acts] != whole[:complete]:
                wrong.append(cut)
            if (segment.state == "torn") == (cut in ends or cut + 1 in ends) or segment.damaged:
                untold.append(cut)
            if cut in ends and not _is_sound(segment.acts):
                unsound.append(cut)
    return [
        Finding(
            name="every cut point of a journal",
            figure=f"{len(points):,} cuts of {len(data):,} bytes: {len(wrong)} read wrongly, {len(untold)} not told, "
            f"{len(unsound)} of {len(ends)} prefixes of acts no valid session",
            target="nothing wrong accepted, every torn tail told, every prefix a valid session",
            met=not (wrong or untold or unsound),
        )
    ]


def _is_sound(acts: Sequence[Act]) -> bool:
    fold = Fold("20260101_000000_00000000")
    for act in acts:
        fold.add(act)
    return check(fold.session()) == []
