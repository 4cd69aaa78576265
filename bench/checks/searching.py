"""Searching every payload of a folder: how fast the index is made, and how much sooner than a scan it answers.

The sessions are recorded by the recorder. Each holds text of its own, words in the frequencies of a language, so that
the index is asked for something that looks like what people write.
"""

from __future__ import annotations

import random
import time
from itertools import accumulate
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import clew
from bench.checks.finding import Finding
from clew.store.index.database import INDEX
from clew.store.index.text.database import NAME
from clew.store.index.text.filler import Progress, fill
from clew.store.index.text.search import scan, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clew.record.session import SessionRecorder
    from clew.store.index.text.hit import Hit

SOONER = 20
"""How many times sooner than a scan the index has to answer."""

FASTEST = 3.0
"""Megabytes of unique text a second that go into the index, at least."""

PAGE = 50
"""Hits on a first page."""

_SESSION = 1_000_000
"""Characters of text in one session."""

_RESULT = 8_000
_ONSETS = """
b br bl c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sh sk sl sp st str t th tr v w y z
"""
_RHYMES = """
a e i o u ai ea ou an en in on un ar er or us is ist ant ent ing ong ack eck ock ash ush ell all ill um im
"""
_SYLLABLES = [onset + rhyme for onset in _ONSETS.split() for rhyme in _RHYMES.split()]
_RARE = 60_000
"""Words there are."""


class Asked(NamedTuple):
    """How long both ways of looking took for some needles."""

    sought: float
    """Milliseconds by the index, the median."""
    scanned: float
    """Milliseconds by scanning, the median."""

    @property
    def ratio(self) -> float:
        """How many times sooner the index answered."""
        return self.scanned / self.sought


class Writer:
    """Writes text of which no page comes twice."""

    def __init__(self, seed: int = 1) -> None:
        """Text is the same for the same seed."""
        self._random = random.Random(seed)
        self.words = ["".join(self._random.choices(_SYLLABLES, k=self._random.randint(1, 4))) for _ in range(_RARE)]
        """Words, the commonest first."""
        self._weights = list(accumulate(1 / rank for rank in range(2, _RARE + 2)))

    def text(self, characters: int) -> str:
        """So many characters."""
        words = self._random.choices(self.words, cum_weights=self._weights, k=characters // 5)
        return " ".join(words)[:characters]

    def name(self) -> str:
        """What stands in one place only."""
        return f"{self._random.getrandbits(48):012x}"


def record(folder: Path, megabytes: int) -> list[str]:
    """Record sessions with so much text, and return what stands in one of them only."""
    writer, names = Writer(), []
    for _ in range(max(1, megabytes * 1_000_000 // _SESSION)):
        name = writer.name()
        names.append(name)
        with clew.session(agent_id="reader", dir=folder, trace=False, sync="never") as session:
            _record(session, writer, name)
    return names


def searching(megabytes: int = 1000, *, needles: int = 9) -> list[Finding]:
    """Record, make the index, and look for needles of several kinds both ways."""
    with TemporaryDirectory(prefix="clew-searching-") as place:
        folder = Path(place) / "sessions"
        names = record(folder, megabytes)
        size = sum(path.stat().st_size for path in folder.glob("*.jsonl"))
        seconds, written = _filled(folder)
        rate = written / 1e6 / seconds
        made = (folder / INDEX / NAME).stat().st_size
        findings = [
            Finding(
                name=f"the text index of {size / 1e6:,.0f} MB of sessions",
                figure=f"{rate:.1f} MB/s of unique text ({written / 1e6:,.0f} MB in {seconds:.0f} s); it takes "
                f"{made / 1e6:,.0f} MB, {made / written:.2f} × the text",
                target=f"at least {FASTEST:.0f} MB/s",
                met=rate >= FASTEST,
            )
        ]
        return findings + _compared(folder, names, needles, size)


def _record(session: SessionRecorder, writer: Writer, name: str) -> None:
    for number in range(_SESSION // _RESULT):
        with session.turn(user_input=writer.text(100)) as turn, turn.tool("read", {"page": number}) as tool:
            tool.respond(writer.text(_RESULT) + (f" {name}" if number == _SESSION // _RESULT // 2 else ""))


def _filled(folder: Path) -> tuple[float, int]:
    told: list[Progress] = []
    began = time.perf_counter()
    assert fill(folder, told=told.append)
    return time.perf_counter() - began, told[-1].written


def _compared(folder: Path, names: Sequence[str], count: int, size: int) -> list[Finding]:
    writer = Writer()
    draw = random.Random(2)
    rare = draw.sample(list(names), min(count, len(names)))
    middle = [f"{draw.choice(writer.words[300:3000])} {draw.choice(writer.words[300:3000])}" for _ in range(count)]
    kinds = [
        ("a needle that occurs once", rare, True),
        ("two words of a language side by side", middle, True),
        ("three characters that occur once", [name[:3] for name in rare], None),
        ("a frequent word, the first 50 hits", [f" {word} " for word in writer.words[5 : 5 + count]], None),
    ]
    findings = []
    for label, needles, judged in kinds:
        asked = _asked(folder, needles)
        findings.append(
            Finding(
                name=f"searched in {size / 1e6:,.0f} MB: {label}",
                figure=f"index {asked.sought:,.1f} ms, scan {asked.scanned:,.1f} ms: {asked.ratio:,.1f} × sooner",
                target=f"at least {SOONER} × sooner" if judged else "told, no promise",
                met=asked.ratio >= SOONER if judged else True,
            )
        )
    return findings


def _asked(folder: Path, needles: Sequence[str]) -> Asked:
    """Look both ways for the first page of each needle; both have to find the same."""
    index, scanned = [], []
    for needle in needles:
        found, took = _timed(search, folder, needle)
        expected, longer = _timed(scan, folder, needle)
        assert found == expected, needle
        index.append(took)
        scanned.append(longer)
    return Asked(median(index), median(scanned))


def _timed(look: Callable[..., Iterator[Hit]], folder: Path, needle: str) -> tuple[list[Hit], float]:
    began = time.perf_counter()
    found = list(look(folder, needle, limit=PAGE))
    return found, (time.perf_counter() - began) * 1e3
