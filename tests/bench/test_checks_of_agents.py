"""The checks of the agent's slugs, failures, log and secrets, at the smallest size that still says something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.checks import slugs as slug_check
from bench.checks.failures import failures
from bench.checks.leaks import leaks
from bench.checks.log import PROMISES as LOG
from bench.checks.log import log
from bench.checks.slugs import delete, emissions, files_naming, slugs
from bench.trials import read_trial, try_tests
from clew.model.catalog import catalog
from tests.tree.failures import CASES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bench.checks.finding import Finding


def _told(findings: Iterable[Finding]) -> list[Finding]:
    """Print the figures, which is what they are for, and return those that were not met."""
    kept = list(findings)
    assert kept
    for finding in kept:
        print(f"{finding.verdict}: {finding.name}: {finding.figure} (promised: {finding.target})")
    return [finding for finding in kept if not finding.met]


def test_a_slug_that_is_taken_away_is_missed() -> None:
    """For each of two slugs a test fails, one of them through the agent's public entry."""
    findings = slugs(("session.incomplete_use", "workflow.step_failed"))
    assert not _told(findings)
    assert "2 missed by a test (1 of them" in findings[0].figure


def test_a_slug_that_no_test_misses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A promise that nobody keeps is a promise missed."""
    monkeypatch.setattr(slug_check, "files_naming", lambda _: ([], []))
    (finding,) = _told(slugs(("tool.failed",), workers=1))
    assert "noticed by none: tool.failed" in finding.figure


def test_every_slug_has_an_emission_that_can_be_taken_away() -> None:
    """Each module still parses without it, and the slug no longer stands there."""
    places = emissions()
    assert set(places) >= {name for name in catalog() if name.startswith(("llm.", "tool.", "mcp."))}
    for slug, mentions in places.items():
        assert mentions, slug
        assert files_naming(slug) != ([], []), f"no test names {slug}"


@pytest.mark.parametrize(
    ("source", "lines", "left"),
    [
        ('log("a.b")\nfind_log(tree, "a.b")\n', {1}, 'log("x.deleted")\nfind_log(tree, "a.b")\n'),
        ('S = "a.b"\nlog(S)\n', {2}, 'S = "a.b"\nlog("x.deleted")\n'),
        ('f("ä", "a.b", "c.d")\n', {1}, 'f("ä", "x.deleted", "c.d")\n'),
        ('X = {"a.b": 1, 2: "a.b"}\n', {1}, 'X = {"x.deleted": 1, 2: "x.deleted"}\n'),
    ],
)
def test_only_the_emission_is_taken_away(source: str, lines: set[int], left: str) -> None:
    """The text of the slug, or the name that stands for it, on the lines that emit it."""
    assert delete(source, "a.b", lines) == left


def test_failures_are_told_right() -> None:
    """One failure each that the recorder, a dying process and the reference agent met."""
    findings = failures(("tool_in_flow", "healed_then_key", "stopped"))
    assert not _told(findings)
    assert findings[0].figure.startswith("3 of 3 told right")


def test_a_failure_that_is_told_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told stands beside what had been expected."""
    case = CASES["healed_then_key"]
    monkeypatch.setitem(CASES, "healed_then_key", replace(case, origin="user"))
    (finding,) = _told(failures(("healed_then_key",)))
    assert "configuration 3-1 llm.auth_error instead of user 3-1 llm.auth_error" in finding.figure


def test_the_log_answers_alone() -> None:
    """A session with menu, workflow, tool and sub-agent, whole and killed, is told by its lines."""
    assert not _told(log(("lines",)))
    assert set(LOG) == {"whole", "lines", "stopped", "troubles"}


def test_public_answers_leak_nothing() -> None:
    """Canaries and internal strings through every failure reach no user."""
    assert not _told(leaks(("answers",)))


TRIED = '''
import pytest
def test_good():
    """A promise."""
    print("3 of 3")
def test_bad():
    """A promise."""
    assert False
@pytest.mark.skipif(True, reason="no daemon")
def test_elsewhere():
    """A promise."""
'''


def test_what_tests_say_is_read(tmp_path: Path) -> None:
    """Outcomes, names of failures, reasons of skips and printed figures; nothing else is taken for a figure."""
    (tmp_path / "test_tried.py").write_text(TRIED, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    good = try_tests(["test_tried.py::test_good"], folder=tmp_path)
    assert (good.met, good.figure) == (True, "1 passed; 3 of 3")
    mixed = try_tests(["test_tried.py"], folder=tmp_path)
    assert mixed.met is False
    assert mixed.outcomes == {"PASSED": 1, "FAILED": 1, "SKIPPED": 1}
    assert (mixed.failed, mixed.skipped) == (("test_tried.py::test_bad",), ("no daemon",))
    skipped = try_tests(["test_tried.py::test_elsewhere"], folder=tmp_path)
    assert (skipped.met, skipped.figure) == (None, "1 skipped; no daemon")
    assert try_tests(["test_nowhere.py"], folder=tmp_path).met is False
    assert read_trial("", 3).figure == "nothing could be run"
