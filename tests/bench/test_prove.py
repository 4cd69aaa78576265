"""Promises of the evidence: every check is in it, with its figure and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from bench.checks.finding import Finding
from bench.process import ROOT
from bench.prove import CHECKS, main, page

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FINDINGS = [
    Finding(name="a promise", figure="1 | 2", target="2", met=True),
    Finding(name="another", figure="3 ×", target="2 ×", met=False),
    Finding(name="a third", figure="absent", target="all", met=None),
]


def test_the_page_says_what_was_met_and_what_was_missed() -> None:
    """Each promise has a row; the counts stand above; a missed one catches the eye."""
    lines = page([("A section", FINDINGS)], [], 61.0)
    text = "\n".join(lines)
    assert "1 met, 1 missed, 1 not tried." in text
    assert "| a promise | 1 \\| 2 | 2 | met |" in lines
    assert "| another | 3 × | 2 × | **missed** |" in lines
    assert "cores, CPython 3." in text


def test_one_check_can_be_run_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--only` runs one check, writes its page where it is told, and fails if a promise was missed."""
    monkeypatch.setitem(CHECKS, "growth", ("Size", lambda: FINDINGS))
    target = tmp_path / "evidence.md"
    ended = CliRunner().invoke(main, ["--only", "growth", "--output", str(target)])
    assert ended.exit_code == 1, ended.output
    assert "## Size" in target.read_text("utf-8")
    assert target.read_text("utf-8").count("\n## ") == 1
    assert "Left out this time: fresh, " in target.read_text("utf-8")


def test_a_check_that_breaks_off_is_a_promise_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said in the evidence, without a traceback, and the next check is run all the same."""
    monkeypatch.setitem(CHECKS, "kills", ("Killed", lambda: [FINDINGS[9]]))
    monkeypatch.setitem(CHECKS, "growth", ("Size", lambda: FINDINGS[:1]))
    target = tmp_path / "evidence.md"
    ended = CliRunner().invoke(main, ["--only", "kills", "--only", "growth", "--output", str(target)])
    assert ended.exit_code == 1
    assert "the check broke off: IndexError" in target.read_text("utf-8")
    assert "| a promise |" in target.read_text("utf-8")


def test_every_check_has_a_place_in_the_evidence() -> None:
    """No file of `bench/checks` that states a promise is forgotten."""
    rooms = {path.stem for path in (ROOT / "bench" / "checks").glob("*.py")} - {"__init__", "finding", "specimen"}
    assert rooms == {*CHECKS, "cost"}
