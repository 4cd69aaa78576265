"""Storing what was imported: the same input changes nothing, and nothing else is ever touched."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec

from clew.importers.claude_code import read
from clew.importers.deposit import store_foreign
from clew.model.event import Header, Writer
from clew.store.folder import Folder
from clew.store.journal import Journal
from tests.importers.transcripts import SESSION, Transcript


def _transcript(folder: Path, *, more: bool = False) -> Path:
    transcript = Transcript().user("hello").answer("m1", "hi", stop="end_turn")
    if more:
        transcript.user("x" * 2_000_000).answer("m2", "much", stop="end_turn")
    return transcript.write(folder / f"{SESSION}.jsonl")


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    """The same source leaves the file untouched, to the inode and the time."""
    path, into = _transcript(tmp_path), tmp_path / "sessions"
    assert [store_foreign(into, foreign) for foreign in read(path)] == ["new"]
    before = {file.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in into.iterdir()}
    assert [store_foreign(into, foreign) for foreign in read(path)] == ["unchanged"]
    assert {file.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in into.iterdir()} == before


def test_a_grown_source_replaces_its_session(tmp_path: Path) -> None:
    """More of the same session keeps the id and replaces the file; large values lie beside it, and nothing else."""
    into = tmp_path / "sessions"
    (old,) = read(_transcript(tmp_path))
    store_foreign(into, old)
    (new,) = read(_transcript(tmp_path, more=True))
    assert new.session_id == old.session_id
    assert store_foreign(into, new) == "updated"
    session = Folder(into).load(new.session_id)
    assert len(session.turns) == 2
    assert session.turns[1].action is not None
    assert session.turns[1].action.content is not None
    assert len(session.turns[1].action.content.value) == 2_000_000
    assert [file.name for file in into.iterdir() if file.suffix == ".jsonl"] == [f"session_{new.session_id}.jsonl"]


def test_a_recorded_session_is_never_replaced(tmp_path: Path) -> None:
    """A session recorded here, living or not, stays as it is, should an import have its id."""
    into = tmp_path / "sessions"
    (foreign,) = read(_transcript(tmp_path))
    journal = Journal.create(into, Header(format=1, session_id=foreign.session_id))
    before = journal.path.read_bytes()
    assert store_foreign(into, foreign) == "kept"
    journal.close()
    assert store_foreign(into, foreign) == "kept"
    assert journal.path.read_bytes() == before


def test_an_import_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    """Whatever its header says, a journal with a live writer is not replaced."""
    into = tmp_path / "sessions"
    (foreign,) = read(_transcript(tmp_path))
    writer = Writer(imported_from="claude-code")
    journal = Journal.create(into, Header(format=1, session_id=foreign.session_id, writer=writer))
    assert store_foreign(into, foreign) == "kept"
    journal.close()
    assert store_foreign(into, foreign) == "updated"


def test_a_header_tells_where_it_came_from_and_nothing_of_the_process(tmp_path: Path) -> None:
    """The first line names the format; the file is the owner's alone."""
    into = tmp_path / "sessions"
    (foreign,) = read(_transcript(tmp_path))
    store_foreign(into, foreign)
    path = into / f"session_{foreign.session_id}.jsonl"
    header = msgspec.json.decode(path.read_bytes().split(b"\n")[0], type=Header)
    assert header.writer == Writer(imported_from="claude-code")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
