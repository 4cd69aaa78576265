"""Promises of ``clew verify``: every damage is found, and the exit code says how bad it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from clew.cli.exit_codes import ExitCode
from clew.model import event
from clew.model.session import Parent
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

OTHER = "20251109_150000_0dd0dd0d"


def journal(folder: Path) -> Path:
    """The journal that is damaged here."""
    return folder / f"session_{records.ID}.jsonl"


def test_a_clean_folder(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Journals as they were written are clean, their trees too."""
    outcome = clew("verify", "--dir", folder)
    assert outcome.code == ExitCode.OK
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["clean", "clean"]


def test_a_torn_tail(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A journal that ends in the middle of a record is torn: 1."""
    path = journal(folder)
    path.write_bytes(path.read_bytes()[:-5])
    outcome = clew("verify", "--dir", folder)
    assert outcome.code == ExitCode.TORN
    assert "torn" in outcome.out


def test_a_changed_byte(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A changed byte anywhere is damage: 2, with its place."""
    path = journal(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    outcome = clew("verify", "--dir", folder)
    assert outcome.code == ExitCode.DAMAGED
    assert "byte" in outcome.out


def test_a_missing_line(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A missing record is a gap: 2."""
    path = journal(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], *lines[6:]]))
    outcome = clew("verify", path)
    assert outcome.code == ExitCode.DAMAGED
    assert "gap" in outcome.out


def test_a_missing_segment(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A segment that is not there is a gap: 2."""
    records.write(tmp_path, records.ID, records.conversation()[:5])
    records.write(tmp_path, records.ID, [event.FinStart()], segment=2)
    records.write(tmp_path, records.ID, [event.FinStart()], segment=3)
    (tmp_path / f"session_{records.ID}.2.jsonl").unlink()
    assert clew("verify", "--dir", tmp_path).code == ExitCode.DAMAGED


def test_a_missing_blob(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A blob that a journal refers to and that is gone or changed is damage: 2."""
    acts = [*records.conversation()[:3], event.FinalReport(report="x" * 2_000_000)]
    records.write(tmp_path, records.ID, acts)
    assert clew("verify", "--dir", tmp_path).code == ExitCode.OK
    (blob,) = (tmp_path / "blobs").glob("*.json")
    blob.write_bytes(b'"something else"')
    assert clew("verify", "--dir", tmp_path).code == ExitCode.DAMAGED
    blob.unlink()
    assert clew("verify", "--dir", tmp_path).code == ExitCode.DAMAGED


def test_what_cannot_be_read(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A file of another kind, or none at all, is unreadable: 3, and the others are still checked."""
    journal(folder).write_bytes(b"hello\n")
    outcome = clew("verify", "--dir", folder)
    assert outcome.code == ExitCode.UNREADABLE
    assert "clean" in outcome.out
    assert clew("verify", folder / "none").code == ExitCode.UNREADABLE
    assert clew("verify", folder / "session_x.jsonl").code == ExitCode.UNREADABLE


def test_a_live_journal_is_no_damage(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A record that is being written is pending, not torn."""
    writer = records.begin(tmp_path, records.ID, records.conversation()[:5])
    with journal(tmp_path).open("ab") as file:
        file.write(b'{"ev":"half')
    outcome = clew("verify", "--dir", tmp_path)
    writer.close()
    assert outcome.code == ExitCode.OK
    assert "pending" in outcome.out


def test_a_tree_that_does_not_add_up(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """With ``--tree`` sums that the leaves do not give are damage: 2."""
    wrong = msgspec.structs.replace(records.totals(), turns=9)
    records.write(tmp_path, records.ID, [*records.conversation()[:-1], event.FinEnd(success=True, totals=wrong)])
    assert clew("verify", "--dir", tmp_path).code == ExitCode.OK
    assert clew("verify", "--dir", tmp_path, "--tree").code == ExitCode.DAMAGED


@pytest.mark.parametrize(("spoil", "code"), [
    (lambda _: None, ExitCode.OK),
    (lambda path: path.write_bytes(path.read_bytes()[:-5]), ExitCode.TORN),
    (lambda path: path.write_bytes(path.read_bytes().replace(b"memories", b"memoriez", 1)), ExitCode.DAMAGED),
    (lambda path: path.write_bytes(b"hello\n"), ExitCode.UNREADABLE),
])  # fmt: skip
def test_the_tree_changes_no_exit_code_but_that_of_an_unsound_one(
    folder: Path, clew: Callable[..., Outcome], spoil: Callable[[Path], None], code: ExitCode
) -> None:
    """With ``--tree``: 0 clean, 1 torn tail, 2 damage, 3 unreadable, as without it."""
    spoil(journal(folder))
    assert clew("verify", "--tree", "--dir", folder).code == code
    assert clew("verify", "--dir", folder).code == code


def test_a_link_that_only_one_side_knows(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A child that says it hangs elsewhere, one whose parent knows nothing of it, one that is gone: each is 2."""
    records.write(tmp_path, records.ID, records.conversation())
    gone = clew("verify", "--tree", "--dir", tmp_path, "--json")
    assert _told(gone) == [("link", f"session: the child session {records.CHILD} has no journal here")]
    path = records.write(tmp_path, records.CHILD, records.child(), parent=Parent(session_id=records.ID, path="1-1"))
    elsewhere = f"2-2: holds the session {records.CHILD}, which says it hangs on 1-1 of {records.ID}"
    assert _told(clew("verify", "--tree", "--dir", tmp_path, "--json")) == [("link", elsewhere)]
    path.rename(tmp_path / f"session_{OTHER}.jsonl")
    stranger = clew("verify", "--tree", OTHER, "--dir", tmp_path, "--json")
    assert stranger.code == ExitCode.DAMAGED
    told = [("link", f"session: says it hangs on 1-1 of {records.ID}, where there is no such call")]
    assert [note for note in _told(stranger) if note[0] == "link"] == told


def test_a_parent_that_is_not_here_is_no_broken_link(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A child session that was given away alone is sound."""
    records.write(tmp_path, records.CHILD, records.child(), parent=Parent(session_id=records.ID, path="2-2"))
    assert clew("verify", "--tree", "--dir", tmp_path).code == ExitCode.OK


def _told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(note["kind"], note["message"]) for finding in json.loads(outcome.out) for note in finding["notes"]]


def test_findings_as_json(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Programs get the state, the count and every note of each journal."""
    path = journal(folder)
    path.write_bytes(path.read_bytes()[:-5])
    found = {entry["path"]: entry for entry in json.loads(clew("verify", "--dir", folder, "--json").out)}
    assert found[str(path)]["state"] == "torn"
    assert found[str(path)]["notes"][0]["kind"] == "torn"


def test_an_id_can_be_checked(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A session can be named as everywhere else."""
    assert clew("verify", "a1b2c3d4", "--dir", folder).out.count("\n") == 1
