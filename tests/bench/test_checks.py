"""Every promise that `make prove` tries at full size, tried here at the smallest that still says something."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench.checks.bad_input import bad_input
from bench.checks.cuts import cuts
from bench.checks.exactness import exactness
from bench.checks.flips import flips
from bench.checks.fresh import copy_project
from bench.checks.growth import growth
from bench.checks.importing import importing
from bench.checks.kills import PATIENCE, judge, kills
from bench.checks.opening import opening
from bench.checks.samples import SAMPLES, samples
from bench.checks.seeds import seeds
from bench.checks.specimen import agree
from bench.victim import Player, script

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bench.checks.finding import Finding


def _told(findings: Iterable[Finding]) -> list[Finding]:
    """Print the figures, which is what they are for, and return those that were missed."""
    kept = list(findings)
    assert kept
    for finding in kept:
        print(f"{finding.verdict}: {finding.name}: {finding.figure} (promised: {finding.target})")
    return [finding for finding in kept if finding.met is False]


def test_no_returned_call_is_lost_to_kill_9() -> None:
    """What had returned before the process was killed is in its journal, streams included."""
    assert not _told(kills(8))


def test_every_cut_point_reads_as_what_was_whole() -> None:
    """A journal that breaks off gives the acts before the break, and says that it is torn."""
    assert not _told(cuts(1, step=3))


def test_a_flipped_bit_is_never_read_as_something_else() -> None:
    """One flipped bit costs at most two records, leaves labelled holes, and is told."""
    assert not _told(flips(400, turns=4, told=1))


def test_a_journal_grows_with_what_is_new() -> None:
    """Twice the turns, twice the bytes, though each request carries the whole conversation."""
    assert not _told(growth((30, 60)))


def test_everything_is_read_back_equal() -> None:
    """Requests, answers, arguments and results come back byte for byte, whatever the application did to its list."""
    assert not _told(exactness(45))


def test_the_seeds_work_unchanged() -> None:
    """The recipes of the trace and the expression of rule 10 run as they are written."""
    assert not _told(seeds())


def test_bad_input_is_one_sentence() -> None:
    """Each mistake has its exit code and its sentence, and no session is lost."""
    findings = bad_input(("missing id", "newer format", "damaged journal verified", "wrong key"))
    assert not _told(findings)
    assert sum(finding.met is not None for finding in findings) == 4


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not beside the project")
def test_samples_import_exactly() -> None:
    """Every fact of the samples is in the imported tree; the time of `clew show` is judged at full size only."""
    assert not [finding for finding in _told(samples(rounds=1)) if "imports" in finding.name]


def test_figures_that_depend_on_the_machine_are_taken() -> None:
    """Opening and importing are measured; whether they are quick enough is said by `make prove` on a quiet machine."""
    findings = [*opening(3, rounds=1), *importing(1)]
    _told(findings)
    assert len(findings) == 3


def test_a_fresh_copy_has_what_is_needed_and_nothing_else(tmp_path: Path) -> None:
    """The copy that newcomers' commands are tried in has the project's files, and nothing that was set up before."""
    copy_project(tmp_path / "copy")
    assert (tmp_path / "copy" / "Makefile").exists()
    assert (tmp_path / "copy" / "src" / "clew" / "__init__.py").exists()
    assert not (tmp_path / "copy" / ".venv").exists()


def test_a_changed_value_is_no_hole() -> None:
    """Only a labelled hole may stand for what was sent: the comparison of damage takes nothing else."""
    hole = {"$": "hole", "name": "value 0/1", "size": 3, "crc32": "00000000"}
    assert agree({"a": [1, "x"]}, {"a": [1, "x"]}) == (True, 0)
    assert agree({"a": [1, hole]}, {"a": [1, "x"]}) == (True, 1)
    assert agree([1], [True])[0] is False
    assert agree({"a": 1, "b": 2}, {"b": 2, "a": 1})[0] is False
    assert agree([1], [1, 2])[0] is False
    assert agree({"$": "hole"}, "x")[0] is False


def test_a_lost_call_would_be_seen(tmp_path: Path) -> None:
    """The judge of the kill loops finds what is missing, what was invented, and pieces that waited too long."""
    import clew

    steps = []
    player = Player(str(tmp_path))
    for step in script(3):
        steps.append(step)
        if sum(one.name == "piece" for one in steps) == 4:
            break
        player.play(step)
    session = clew.load(next(tmp_path.glob("*.jsonl")))
    count = len(steps) - 1  # the fourth piece was never recorded
    young = judge(session, steps, [0.0] * count, PATIENCE / 2)
    assert young["lost"] == young["invented"] == young["pieces lost"] == 0
    assert judge(session, [*steps, steps[-1]], [0.0] * (count + 1), PATIENCE * 2)["pieces lost"] > 0
    assert judge(session, [*steps, *steps], [0.0] * (2 * count), 0.0)["lost"] > 0
    assert judge(session, steps[1:], [0.0] * (count - 1), 0.0)["invented"] == 1
    assert isinstance(young, Counter)
