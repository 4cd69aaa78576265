"""Single flipped bits: what failing memory and disks do to a journal."""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.checks.finding import Finding
from bench.checks.specimen import agree, facts, record_specimen
from bench.process import clew
from clew.store.segment import read_segment

if TYPE_CHECKING:
    from clew.store.segment import Segment

FARTHEST = 2
"""Records that one flipped bit may cost: it may be in the newline between two."""


def flips(count: int, *, turns: int = 8, told: int = 20) -> list[Finding]:
    """Flip single bits of a journal, one at a time; ``told`` of them are also shown to ``clew verify``."""
    chance = random.Random(7)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = record_specimen(Path(folder), turns)
        whole = {act.seq: facts(act) for act in read_segment(path).acts}
        size = path.stat().st_size
        handle = os.open(path, os.O_RDWR)
        for number in range(count):
            place, bit = chance.randrange(size), 1 << chance.randrange(8)
            byte = os.pread(handle, 1, place)
            os.pwrite(handle, bytes([byte[0] ^ bit]), place)
            seen.update(_judge(path, whole))
            if number < told:
                seen["verify was silent"] += clew("verify", str(path)).code not in {1, 2, 3}
            os.pwrite(handle, byte, place)
        os.close(handle)
    return [_finding(count, min(told, count), size, seen)]


def _judge(path: Path, whole: dict[int, dict[str, Any]]) -> Counter[str]:
    try:
        segment = read_segment(path)
    except Exception:  # noqa: BLE001 - whatever it is, the reader should not have given up
        return Counter({"unreadable": 1})
    seen = _compare(segment, whole)
    seen["not told"] += not (segment.damaged or segment.state == "torn")
    return seen


def _compare(segment: Segment, whole: dict[int, dict[str, Any]]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for act in segment.acts:
        right, holes = agree(facts(act), whole.get(act.seq))
        seen["wrong"] += not right
        seen["holes"] += holes
    lost = len(whole) - len({act.seq for act in segment.acts})
    seen["too far"] += lost > FARTHEST
    seen["lost"] += lost
    return seen


def _finding(count: int, told: int, size: int, seen: Counter[str]) -> Finding:
    bad = ("wrong", "too far", "not told", "unreadable", "verify was silent")
    return Finding(
        name="single-bit flips of a journal",
        figure=f"{count:,} flips in {size:,} bytes: {seen['wrong']} acts read wrongly, {seen['too far']} flips cost "
        f"more than {FARTHEST} records (mean {seen['lost'] / count:.2f}), {seen['not told']} not told, "
        f"{seen['unreadable']} unreadable; values lost became {seen['holes']:,} labelled holes; "
        f"clew verify was silent on {seen['verify was silent']} of {told}",
        target="0 wrong, damage at most 2 records and labelled, clew verify tells",
        met=not any(seen[name] for name in bad),
    )
