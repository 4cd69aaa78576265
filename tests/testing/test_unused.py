"""Snapshots of several tests of one file, and those that nobody asks for any more, in real runs of pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.testing.house import AGENT, run

if TYPE_CHECKING:
    from pathlib import Path

SHOTS = """
class TestOne:
    def test_it(self, clew_session, clew_snapshot):
        agent()
        clew_snapshot(clew_session)

class TestTwo:
    def test_it(self, clew_session, clew_snapshot):
        clew_snapshot(clew_session)

@pytest.mark.parametrize("count", ["1/", "1 "])
def test_par(clew_session, clew_snapshot, count):
    for _ in count.strip():
        agent()
    clew_snapshot(clew_session)

def test_two(clew_session, clew_snapshot):
    clew_snapshot(clew_session, name="before")
    clew_snapshot(clew_session)
    agent()
    clew_snapshot(clew_session)

def test_before(clew_session, clew_snapshot):
    agent()
    clew_snapshot(clew_session, name="before")
"""


def _shots(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "__snapshots__" / "test_it").iterdir())


def test_no_two_snapshots_share_a_file(tmp_path: Path) -> None:
    """Methods of the same name, parameters that look alike, counted and named ones: each has its own."""
    assert run(tmp_path, "--clew-update", test_it=AGENT + SHOTS).code == 0
    shots = _shots(tmp_path)
    assert len(shots) == 8
    assert {"TestOne.test_it.txt", "test_two.txt", "test_two.2.txt", "test_two.before.txt"} < set(shots)
    for arguments in ((), ("-n", "2", "--dist", "loadgroup"), ("-k", "two")):
        told = run(tmp_path, *arguments)
        assert told.code == 0, told.text
        assert "no test asks for" not in told.text
    assert _shots(tmp_path) == shots


def test_what_no_test_asks_for_is_told_and_removed_on_demand(tmp_path: Path) -> None:
    """A renamed test leaves its snapshots behind, which is said when every test of the file was run and passed."""
    run(tmp_path, "--clew-update", test_it=AGENT + SHOTS)
    renamed = AGENT + SHOTS.replace("def test_before", "def test_after")
    assert "no test asks for" not in run(tmp_path, test_it=renamed).text, "the renamed test has failed"
    skipped = renamed.replace("def test_after", "@pytest.mark.skip\ndef test_after")
    assert "no test asks for" not in run(tmp_path, test_it=skipped).text
    gone = AGENT + SHOTS.partition("def test_before")[0]
    assert "no test asks for" not in run(tmp_path, "test_it.py::test_two", test_it=gone).text
    told = run(tmp_path, test_it=gone)
    assert told.code == 0
    assert told.text.count("no test asks for") == 1
    assert "test_before.before.txt" in _shots(tmp_path)
    told = run(tmp_path, "--clew-update")
    assert "removed" in told.text
    assert "test_before.before.txt" not in _shots(tmp_path)
    assert len(_shots(tmp_path)) == 7
