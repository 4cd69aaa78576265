"""What is recorded of a test, kept of it if it fails, and told to programs, in real runs of pytest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import clew
from tests.testing.house import AGENT, run

if TYPE_CHECKING:
    from pathlib import Path

FAILING = """
@pytest.mark.parametrize("name", ["a/b", "a b", "a_b", "x" * 300])
def test_par(clew_session, name):
    agent(broken=True)

class TestOne:
    def test_it(self, clew_session):
        agent(broken=True)

class TestTwo:
    def test_it(self, clew_session):
        agent(broken=True)
"""


def _kept(folder: Path) -> dict[str, list[Path]]:
    """The journals below the artefacts, by the folder of their test."""
    places = [path for path in (folder / "clew-artifacts").iterdir() if path.is_dir()]
    return {place.name: sorted(place.glob("session_*.jsonl")) for place in places}


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_no_two_tests_share_a_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Parameters that look alike in a file's name, and methods of the same name, are kept apart; a rerun replaces."""
    for _ in range(2):
        told = run(tmp_path, *arguments, test_it=AGENT + FAILING)
        assert "6 failed" in told.text, told.text
        kept = _kept(tmp_path)
        assert len(kept) == 6, kept
        assert all(len(journals) == 1 for journals in kept.values())
        assert all(str(journals[0]) in told.text for journals in kept.values())


def test_a_test_that_is_well_again_keeps_nothing_of_what_it_was(tmp_path: Path) -> None:
    """Kept is what failed when it ran last; a test that passes at a second try keeps what the first one did."""
    run(tmp_path, test_it=AGENT + FAILING)
    well = FAILING.replace("broken=True", "broken=False")
    again = (
        "\nimport pytest\n@pytest.fixture(autouse=True)\ndef again(request):\n    request.node.execution_count = 2\n"
    )
    run(tmp_path, conftest=again, test_it=AGENT + well)
    assert len(_kept(tmp_path)) == 6
    told = run(tmp_path, conftest="", test_it=AGENT + well)
    assert told.code == 0, told.text
    assert _kept(tmp_path) == {}


TAKEN_DOWN = """
@pytest.fixture
def bad(clew_session):
    agent()
    yield
    agent(broken=True)

def test_it(bad, clew_session):
    agent()
    clew.assert_session(clew_session).turns(2)
"""


def test_a_fixture_that_fails_while_it_is_taken_down_is_told_of(tmp_path: Path) -> None:
    """What fixtures record before and after the test is in the tree, in the report, and kept."""
    told = run(tmp_path, test_it=AGENT + TAKEN_DOWN)
    assert "1 passed, 1 error" in told.text, told.text
    ((journal,),) = _kept(tmp_path).values()
    assert str(journal) in told.text
    clew.assert_session(clew.load(journal)).turns(3).has_tool("orders.search", status="failed", path="3-3")


def test_a_report_for_machines_has_cause_incident_and_place(tmp_path: Path) -> None:
    """JUnit XML has them as properties of the failed test, and none at a test that passed."""
    body = "\ndef test_well(clew_session):\n    agent()\n\ndef test_it(clew_session):\n    agent(broken=True)\n"
    told = run(tmp_path, "--junitxml", str(tmp_path / "report.xml"), test_it=AGENT + body)
    found = ET.parse(tmp_path / "report.xml").getroot()  # noqa: S314 - pytest wrote it
    cases = {case.get("name"): case.findall("./properties/property") for case in found.iter("testcase")}
    facts = {fact.get("name"): fact.get("value") or "" for fact in cases["test_it"]}
    assert cases["test_well"] == []
    assert list(facts) == ["clew_session", "clew_cause", "clew_incident", "clew_kept"]
    assert facts["clew_cause"] == "tool.failed at 1-3"
    assert f"incident {facts['clew_incident']}" in told.text
    assert facts["clew_kept"] == str(tmp_path / "clew-artifacts" / "test_it.py.test_it")


def test_folders_of_tests_go_away(tmp_path: Path) -> None:
    """Whatever became of the test, and whoever ended the run: nothing is left among the temporary files."""
    body = "\ndef test_out(clew_session):\n    agent()\n    raise KeyboardInterrupt\n"
    place = tmp_path / "temporary"
    place.mkdir()
    set_up = f"\nimport tempfile\ntempfile.tempdir = {str(place)!r}\n"
    told = run(tmp_path, conftest=set_up, test_it=AGENT + FAILING + TAKEN_DOWN + body)
    assert "KeyboardInterrupt" in told.text
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("arguments", [("-x",), ("--tb=no",), ("--tb=short", "-s"), ("--tb=native", "-v")])
def test_it_goes_with_the_flags_of_pytest(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Whatever pytest is told to show, the sessions are kept; `--tb=no` shows none of them."""
    body = "\ndef test_it(clew_session):\n    print('said')\n    agent(broken=True)\n"
    told = run(tmp_path, *arguments, test_it=AGENT + body)
    assert "1 failed" in told.text
    assert len(_kept(tmp_path)) == 1
    assert bool(re.search(r"incident [0-9a-f]{8}", told.text)) == ("--tb=no" not in arguments)
