"""Promises of the comparison: every recorder is there, ratios are of the same run, and a table says it."""

from __future__ import annotations

import json

from bench.checks.cost import cost
from bench.measure import Cost
from bench.process import run, spend
from bench.reading import openings
from bench.recorders.recorder import NAMES
from bench.series import Figures, Workload, compare, find
from bench.startup import startup
from bench.table import COLUMNS, markdown, tables

TINY = Workload(turns=2)


def _row(name: str, cpu: float, end: float = 0.0) -> Figures:
    told = Cost(operations=100, cpu=cpu, end_cpu=end, end_wall=end, median=1.0, p99=2.0, size=10**6, derived=0)
    return Figures(workload=TINY, recorder=name, cost=told)


def test_every_recorder_is_compared() -> None:
    """One round at the smallest size gives a row per recorder, and a table of them."""
    heard: list[str] = []
    figures = compare([TINY], rounds=1, told=heard.append)
    assert [row.recorder for row in figures] == list(NAMES)
    assert heard == ["2 turns, appended: round 1 of 1"]
    assert find(figures, TINY, "structlog").cost.size > find(figures, TINY, "once").cost.size / 2
    assert [table.row_count for table in tables(figures)] == [len(NAMES)]
    lines = markdown(figures)
    assert sum(line.startswith("| ") for line in lines) == 1 + len(NAMES)
    assert all(line.count("|") == len(COLUMNS) + 1 for line in lines if line.startswith("|"))


def test_ratios_are_judged() -> None:
    """The end of the session counts in the totals, and is told apart from recording."""
    figures = [_row("clew", 30, 2), _row("once", 20), _row("structlog", 40), _row("opentelemetry", 3_000)]
    assert [finding.met for finding in cost(figures, TINY)] == [True, False, True, False, True]
    assert "1.5 ×" in cost(figures, TINY)[0].figure
    assert "2.5 ×" in cost(figures, TINY)[1].figure


def test_the_command_prints_a_table_or_json() -> None:
    """`python -m bench` gives a person ratios and a program numbers."""
    told = run(["-m", "bench", "--turns", "2", "--rounds", "1"])
    assert told.code == 0, told.stderr
    assert all(name in told.stdout for name in (*NAMES, "× once", "opening 2 turns", "import clew"))
    facts = json.loads(run(["-m", "bench", "--turns", "2", "--rounds", "1", "--json"]).stdout)
    assert [row["recorder"] for row in facts["recording"]] == list(NAMES)
    assert facts["reading"]["clew"]["opened"] > 0


def test_opening_is_measured_from_both_files() -> None:
    """The session opens from the journal and from the floor's file."""
    read = openings(3, 1)
    assert read["clew"].loaded > 0
    assert read["once"].opened > 0


def test_starting_is_measured() -> None:
    """A process that imports takes longer than one that does not."""
    cost = startup(1)
    assert cost.strangers == []
    assert spend(["-c", "pass"]).wall > 0
