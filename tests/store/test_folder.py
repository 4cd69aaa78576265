"""A folder of sessions: what a person types is found, what cannot be read is said, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.errors import AmbiguousSession, NotASession, SessionNotFound, UnreadableFolder
from clew.model import event
from clew.model.session import Parent
from clew.store.folder import Folder, default_path, open_reference
from clew.store.journal import Journal
from clew.store.names import journal_name, parse_journal_name
from tests.store.damage import journal

if TYPE_CHECKING:
    from pathlib import Path

OLD, MIDDLE, NEW = "20260101_000000_aaaa0001", "20260101_000000_bbbb0002", "20260202_000000_aaaa0002"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Three sessions, the newest one a child, and files that are none of ours."""
    for session_id in (OLD, MIDDLE):
        (tmp_path / journal_name(session_id)).write_bytes(journal(1, session_id))
    child = Journal.create(tmp_path, event.Header(format=0, session_id=NEW, parent=Parent(session_id=OLD, path="1-1")))
    child.close()
    for name in ("notes.txt", "session_x.jsonl", f"session_{OLD}.json", "session_../../x.jsonl".replace("/", "_")):
        (tmp_path / name).write_text("")
    return Folder(tmp_path)


def test_sessions_are_listed_newest_first(folder: Folder) -> None:
    """Only journals count, and by their names alone."""
    assert folder.ids() == [NEW, MIDDLE, OLD]
    assert Folder(folder.path / "missing").ids() == []


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (OLD, OLD),
        ("20260202", NEW),
        ("0001", OLD),
        ("bbbb0002", MIDDLE),
        ("last", MIDDLE),
        ("20260101_000000_b", MIDDLE),
    ],
)
def test_a_part_of_an_id_is_enough(folder: Folder, reference: str, found: str) -> None:
    """Any unique beginning or end, or `last`: the one begun last that no other session started."""
    assert folder.resolve(reference) == found


def test_the_last_of_several_in_one_second_is_known_by_its_header(tmp_path: Path) -> None:
    """Ids tell seconds; of sessions begun in the same one, the header's time says which came last."""
    for at, session_id in ((1.5, OLD), (1.25, MIDDLE), (None, "20260101_000000_cccc0003")):
        parent = Parent(session_id=OLD, path="1-1") if at is None else None
        header = event.Header(format=0, session_id=session_id, at=at or 1.75, parent=parent)
        Journal.create(tmp_path, header).close()
    assert Folder(tmp_path).resolve("last") == OLD
    (tmp_path / journal_name(OLD)).write_bytes(b"\0damaged\n")
    assert Folder(tmp_path).resolve("last") == MIDDLE


def test_what_means_several_sessions_or_none_is_said(folder: Folder) -> None:
    """One clear sentence with what there is instead."""
    with pytest.raises(AmbiguousSession, match="2 sessions"):
        folder.resolve("20260101")
    for reference in ("nothing", "", "0003"):
        with pytest.raises(SessionNotFound):
            folder.resolve(reference)
    with pytest.raises(SessionNotFound, match="did you mean 'last'"):
        folder.resolve("lst")
    with pytest.raises(SessionNotFound, match=r"in /.*none yet.*--dir or CLEW_DIR"):
        Folder(folder.path / "missing").resolve("last")
    with pytest.raises(SessionNotFound):
        folder.load("20260101_000000_00000000")


def test_the_path_of_a_journal_is_a_reference(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file found in a file manager can be given as it is; other files are refused."""
    assert open_reference(folder.journal_path(OLD))[1] == OLD
    assert open_reference(str(folder.journal_path(MIDDLE)))[0].path == folder.path
    monkeypatch.chdir(folder.path)
    assert open_reference(journal_name(OLD))[1] == OLD
    with pytest.raises(NotASession):
        open_reference(str(folder.path / "notes.txt"))
    with pytest.raises(SessionNotFound):
        open_reference("missing/file.jsonl")


def test_the_environment_says_where_sessions_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """`CLEW_DIR`, else `./sessions`."""
    assert str(default_path()) == "sessions"
    monkeypatch.setenv("CLEW_DIR", "/elsewhere")
    assert str(Folder.default().path) == "/elsewhere"


def test_segments_are_merged_and_a_missing_one_is_noted(tmp_path: Path) -> None:
    """Every segment counts on its own; a gap between them is said."""
    for number in (1, 2, 4):
        header = event.Header(format=0, session_id=OLD, segment=number)
        made = Journal.create(tmp_path, header, sync="never")
        made.write(event.TurnStart(n=1, index=number))
        made.close()
    folder = Folder(tmp_path)
    tree = folder.load(OLD)
    assert [path.name for path in folder.segments(OLD)] == [journal_name(OLD, number) for number in (1, 2, 4)]
    assert [turn.index for turn in tree.turns] == [1, 2, 4]
    assert [(note.kind, note.segment) for note in tree.notes] == [("gap", 3)]


def test_an_unreadable_segment_does_not_take_the_others_along(tmp_path: Path) -> None:
    """What can be read is shown, the rest is noted; a session of nothing else is refused."""
    (tmp_path / journal_name(OLD)).write_bytes(journal(1, OLD))
    (tmp_path / journal_name(OLD, 2)).write_bytes(b"no journal\n")
    (tmp_path / journal_name(OLD, 3)).symlink_to("nowhere")
    (tmp_path / journal_name(MIDDLE)).write_bytes(b"no journal\n")
    (tmp_path / journal_name(NEW)).symlink_to("nowhere")
    folder = Folder(tmp_path)
    assert [(note.kind, note.segment) for note in folder.load(OLD).notes] == [("unreadable", 2), ("unreadable", 3)]
    with pytest.raises(NotASession):
        folder.load(MIDDLE)
    with pytest.raises(UnreadableFolder):
        folder.load(NEW)


def test_a_folder_that_is_none_is_said_to_be_unreadable(tmp_path: Path) -> None:
    """A file in its place is no empty folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableFolder, match="cannot be read"):
        Folder(tmp_path / "file").ids()


def test_a_forged_parent_makes_no_endless_tree(tmp_path: Path) -> None:
    """Sessions that hang on each other are loaded once each."""
    for session_id, other in ((OLD, MIDDLE), (MIDDLE, OLD)):
        header = event.Header(format=0, session_id=session_id, parent=Parent(session_id=other, path="1-1"))
        made = Journal.create(tmp_path, header, sync="never")
        made.write(event.TurnStart(n=1, index=1))
        made.write(event.ToolStart(n=2, of=1, name="t"))
        made.write(event.ChildStart(of=2, session_id=other, process=True, path="1-1"))
        made.close()
    assert Folder(tmp_path).load(OLD).totals.child_sessions == 1


def test_a_damaged_header_names_no_parent(folder: Folder) -> None:
    """One flipped bit never hangs a session on another one."""
    path = folder.journal_path(NEW)
    path.write_bytes(path.read_bytes().replace(OLD.encode(), MIDDLE.encode()))
    assert Folder(folder.path).parent(NEW) is None


@pytest.mark.parametrize(
    "name", ["session_../x.jsonl", f"session_{OLD}.0.jsonl", f"session_{OLD}.jsonl.bak", f"Session_{OLD}.jsonl", ""]
)
def test_only_names_of_journals_are_names_of_journals(name: str) -> None:
    """Nothing else is ever taken for one, so nothing else becomes part of a path."""
    assert parse_journal_name(name) is None
    assert parse_journal_name(journal_name(OLD, 12)) == (OLD, 12)


def test_reading_a_folder_writes_nothing(folder: Folder) -> None:
    """No index, no cache, no lock file."""
    before = {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    for session_id in folder.ids():
        folder.load(session_id)
        folder.is_live(session_id)
        folder.blob_names(session_id)
        folder.child_ids(session_id)
    assert {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()} == before
