"""Promises of `clew stats failures`: the dashboard of failure patterns, for people, programs and spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import TYPE_CHECKING

import clew as recorder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def recorded(folder: Path, agent: str = "support") -> str:
    """A session that a tool ended."""
    with recorder.session(agent, dir=folder, trace=False) as session:
        with session.turn("go") as turn, turn.tool("fetch", {}) as tool:
            tool.fail("no answer", slug="tool.timeout", status="timeout")
        session.fail("gave up")
    return session.session_id


def test_a_pattern_is_a_row(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Slug, origin, agent, figures, days, trend, and the newest session to look at."""
    recorded(tmp_path)
    last = recorded(tmp_path)
    told = clew("stats", "failures", "--dir", tmp_path, "--days", "3")
    assert told.code == 0
    heads, row = (text.split() for text in told.out.splitlines())
    assert heads == ["slug", "origin", "agent", "count", "ended", "recovered", "sessions", "days", "trend", "last"]
    assert row == ["tool.timeout", "tool", "support", "2", "2", "0", "2", "..2", "new", max(row[-1], last)]


def test_programs_get_every_day(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """JSON has each day by its date; --agent leaves the others out."""
    recorded(tmp_path)
    recorded(tmp_path, "other")
    (pattern,) = json.loads(
        clew("stats", "failures", "--dir", tmp_path, "--days", "2", "--agent", "other", "--json").out
    )
    assert (pattern["agentId"], pattern["slug"], pattern["origin"]) == ("other", "tool.timeout", "tool")
    assert list(pattern["days"].values()) == [0, 1]
    assert list(pattern["days"])[1] == time.strftime("%Y-%m-%d")


def test_spreadsheets_get_a_line_for_each_day_and_no_formula(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """An agent that calls itself by a formula is text."""
    recorded(tmp_path, "=1+1")
    (line,) = csv.DictReader(io.StringIO(clew("stats", "failures", "--dir", tmp_path, "--csv").out))
    assert (line["slug"], line["count"], line["agent"]) == ("tool.timeout", "1", "'=1+1")


def test_a_query_says_which_sessions(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Only failures of families with a session that is meant; a wrong query is one sentence with the column."""
    recorded(tmp_path)
    recorded(tmp_path, "other")
    told = clew("stats", "failures", "agent:other", "--dir", tmp_path, "--json")
    assert [pattern["agentId"] for pattern in json.loads(told.out)] == ["other"]
    wrong = clew("stats", "failures", "agnt:other", "--dir", tmp_path)
    assert (wrong.code, wrong.out) == (64, "")
    assert "column 1" in wrong.err


def test_no_failures_are_said(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """An empty table is no answer; the sentence goes to stderr."""
    told = clew("stats", "failures", "--dir", tmp_path)
    assert (told.code, told.out) == (0, "")
    assert "No session of the last 14 days failed" in told.err


def test_a_session_that_cannot_be_read_costs_itself_only(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """The others are counted, and it is said on stderr."""
    recorded(tmp_path)
    odd = f"{time.strftime('%Y%m%d')}_000000_a1b2c3d4"
    (tmp_path / f"session_{odd}.jsonl").write_text("no journal\n")
    told = clew("stats", "failures", "--dir", tmp_path)
    assert "tool.timeout" in told.out
    assert odd in told.err
