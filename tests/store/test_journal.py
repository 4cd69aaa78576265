"""Writing a journal: a returned act is in the kernel, what cannot be written is counted, and nothing raises."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from clew.errors import UnreadableFolder
from clew.model.event import Dropped, Header, Logged, ToolEnd, TurnStart
from clew.store.folder import Folder
from clew.store.journal import Journal
from clew.store.segment import read_segment
from clew.wire.values import BLOB
from tests.store.damage import ID, holes
from tests.store.limits import file_size, no_handles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def begin(folder: Path, **options: Any) -> Journal:  # noqa: ANN401 - what create takes
    """A journal in a folder of its own."""
    return Journal.create(folder, Header(format=0, session_id=ID), **{"sync": "never", **options})


def say(journal: Journal, message: str) -> None:
    """Write an act of some size."""
    journal.write(Logged(slug="test.said", severity="TRC", message=message))


def messages(path: Path) -> list[str]:
    """What was said, as a reader finds it."""
    return [act.message for act in read_segment(path).acts if isinstance(act, Logged)]


def kinds(folder: Path) -> list[str]:
    """The kinds of notes of the one session."""
    return [note.kind for note in Folder(folder).load(ID).notes]


def test_files_belong_to_their_owner_alone(tmp_path: Path) -> None:
    """Under the most generous umask the folder is 0700, files are 0600, and git ignores it all."""
    before = os.umask(0)
    try:
        journal = begin(tmp_path / "deep" / "sessions")
        journal.write(ToolEnd(n=1, response="x" * (BLOB + 1)))
    finally:
        os.umask(before)
    folder = journal.path.parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert modes.pop("sessions") == modes.pop("blobs") == 0o700
    assert set(modes.values()) == {0o600}
    assert (folder / ".gitignore").read_text() == "*\n"
    journal.close()


@pytest.mark.parametrize("sync", ["always", "background", "never"])
def test_a_returned_act_is_in_the_file(tmp_path: Path, sync: str) -> None:
    """Whatever the syncing, a reader sees every act as soon as its call returned."""
    journal = begin(tmp_path, sync=sync)
    for number in range(20):
        say(journal, str(number))
        assert messages(journal.path) == [str(done) for done in range(number + 1)]
    journal.close()


def test_times_are_strictly_increasing_whatever_the_clock_does(tmp_path: Path) -> None:
    """A clock that stands still or goes back never makes two acts of one writer share a time."""
    ticks = iter([5.0, 5.0, 5.0, 3.0, -9.0, 5.5, 5.5])
    journal = begin(tmp_path, clock=lambda: next(ticks))
    for _ in range(6):
        say(journal, "")
    journal.close()
    times = [act.at for act in read_segment(journal.path).acts]
    assert times == sorted(set(times))
    assert times[-1] >= 5.5


def test_an_existing_segment_is_never_written_to(tmp_path: Path) -> None:
    """Segment 1 is made once; a later one takes the next free number."""
    begin(tmp_path).close()
    before = Folder(tmp_path).journal_path(ID).read_bytes()
    with pytest.raises(FileExistsError):
        begin(tmp_path)
    second = Journal.create(tmp_path, Header(format=0, session_id=ID, segment=2), sync="never")
    third = Journal.create(tmp_path, Header(format=0, session_id=ID, segment=2), sync="never")
    assert (second.segment, third.segment) == (2, 3)
    assert Folder(tmp_path).journal_path(ID).read_bytes() == before
    second.close()
    third.close()


def _make_link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to("elsewhere")


def _make_open(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def _make_file(path: Path) -> None:
    path.write_text("")


@pytest.mark.parametrize("make", [_make_link, _make_open, _make_file])
def test_an_unsafe_folder_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Links, folders everybody can write to, and files: nothing is written there."""
    make(tmp_path / "sessions")
    with pytest.raises(UnreadableFolder):
        begin(tmp_path / "sessions")
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_link_in_place_of_the_journal_is_not_followed(tmp_path: Path) -> None:
    """A name that somebody prepared leads nowhere."""
    (tmp_path / "target").write_text("precious")
    Folder(tmp_path).journal_path(ID).symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        begin(tmp_path)
    assert (tmp_path / "target").read_text() == "precious"


@pytest.mark.parametrize("room", range(1, 400, 23))
def test_a_full_disk_suspends_recording_and_says_what_it_cost(tmp_path: Path, room: int) -> None:
    """The line that meets the end is taken back whole; when there is room again the loss is written down first."""
    journal = begin(tmp_path)
    say(journal, "before")
    with file_size(journal.path.stat().st_size + room):
        for number in range(6):
            say(journal, f"during {number} " + "x" * 100)
        assert journal.path.read_bytes().endswith(b"\n")
    say(journal, "after")
    journal.close()
    segment = read_segment(journal.path)
    dropped = [act for act in segment.acts if isinstance(act, Dropped)]
    told = messages(journal.path)
    assert told[0] == "before"
    assert told[-1] == "after"
    assert sum(act.acts for act in dropped) == 8 - len(told)
    assert sum(act.bytes for act in dropped) > 100 * (8 - len(told))
    assert {act.reason for act in dropped} == {"EFBIG"}
    assert {note.kind for note in segment.notes} == {"gap"}
    assert [act.at for act in segment.acts] == sorted(act.at for act in segment.acts)
    assert set(kinds(tmp_path)) == {"dropped", "gap"}


def test_a_disk_that_stays_full_until_the_end_is_told_at_the_end(tmp_path: Path) -> None:
    """What was lost last is written when the journal is closed, if that is possible."""
    journal = begin(tmp_path)
    with file_size(journal.path.stat().st_size):
        say(journal, "lost")
    journal.close()
    assert sorted(kinds(tmp_path)) == ["dropped", "gap"]


def test_values_lost_with_a_line_are_written_again(tmp_path: Path) -> None:
    """After a loss nothing refers to what was lost."""
    journal = begin(tmp_path)
    text = "a long result " * 20
    with file_size(journal.path.stat().st_size + 50):
        journal.write(ToolEnd(n=1, response=text))
    journal.write(ToolEnd(n=2, response=text))
    journal.close()
    (end,) = [act for act in read_segment(journal.path).acts if isinstance(act, ToolEnd)]
    assert end.response.value == text


def test_a_disk_that_is_full_at_the_beginning(tmp_path: Path) -> None:
    """A journal without room for its header gets it as soon as there is room, and what is recorded then is readable."""
    with file_size(20):
        journal = begin(tmp_path)
        say(journal, "lost")
    assert Folder(tmp_path).load(ID).status == "running"
    say(journal, "kept")
    journal.close()
    segment = read_segment(journal.path)
    assert segment.header is not None
    assert messages(journal.path) == ["kept"]
    assert kinds(tmp_path) == ["dropped"]


def test_what_cannot_be_cut_back_is_fenced_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torn bytes that stay in the file cost themselves only, also when a later line is torn and can be cut back."""
    journal = begin(tmp_path)
    say(journal, "before")

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "append only")

    with monkeypatch.context() as patch, file_size(journal.path.stat().st_size + 30):
        patch.setattr(os, "ftruncate", refuse)
        say(journal, "torn")
    say(journal, "between")
    with file_size(journal.path.stat().st_size + 30):
        say(journal, "cut back")
    say(journal, "after")
    journal.close()
    assert messages(journal.path) == ["before", "between", "after"]
    assert sorted(note.kind for note in read_segment(journal.path).notes) == ["damaged", "gap", "gap"]


def test_a_large_value_without_room_leaves_a_hole_and_comes_again(tmp_path: Path) -> None:
    """A blob that cannot be written is counted; the same value is whole again once it can."""
    journal = begin(tmp_path)
    value = "x" * (BLOB + 1)
    with no_handles():
        journal.write(ToolEnd(n=1, response={"text": value}))
    journal.write(ToolEnd(n=2, response={"text": value}))
    journal.close()
    first, second = (act for act in read_segment(journal.path).acts if isinstance(act, ToolEnd))
    assert second.response.value == {"text": value}
    assert first.response.value == {"text": value} or holes(first.response.value)
    (dropped,) = [act for act in read_segment(journal.path).acts if isinstance(act, Dropped)]
    assert dropped.reason == "EMFILE"


def test_no_handles_do_not_disturb_a_journal_that_is_open(tmp_path: Path) -> None:
    """A process that has run out of handles goes on recording."""
    journal = begin(tmp_path)
    with no_handles():
        say(journal, "kept")
    journal.close()
    assert messages(journal.path) == ["kept"]


def _unlink(folder: Path) -> None:
    Folder(folder).journal_path(ID).unlink()


@pytest.mark.parametrize("remove", [_unlink, shutil.rmtree])
def test_a_removed_file_is_followed_by_another_segment(tmp_path: Path, remove: Callable[[Path], None]) -> None:
    """Once the next sync sees that the file is gone, recording goes on in a new segment, and the gap is noted."""
    folder = tmp_path / "sessions"
    journal = begin(folder)
    say(journal, "lost")
    remove(folder)
    journal.sync(always=True)
    assert journal.segment == 2
    journal.write(TurnStart(n=1, index=1))
    say(journal, "kept")
    journal.close()
    assert messages(journal.path) == ["kept"]
    assert sorted(kinds(folder)) == ["dropped", "gap"]
    assert [act.acts for act in read_segment(journal.path).acts if isinstance(act, Dropped)] == [2]
    assert len(Folder(folder).load(ID).turns) == 1


def test_nothing_is_written_through_a_link_that_replaced_the_folder(tmp_path: Path) -> None:
    """A folder that became a link is refused until it is a folder again; what was lost meanwhile is counted."""
    folder = tmp_path / "sessions"
    journal = begin(folder)
    shutil.rmtree(folder)
    (tmp_path / "trap").mkdir()
    folder.symlink_to("trap")
    journal.sync(always=True)
    say(journal, "lost")
    assert not list((tmp_path / "trap").iterdir())
    folder.unlink()
    say(journal, "kept")
    journal.close()
    assert messages(journal.path) == ["kept"]
    assert sorted(kinds(folder)) == ["dropped", "gap"]


class _Recorder:
    """An object that records while it is looked at."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def to_dict(self) -> dict[str, object]:
        say(self.journal, "inner " * 40)
        return {"x": 1}


def test_an_act_from_inside_another_one_is_written_after_it(tmp_path: Path) -> None:
    """An object that records while it is recorded, or a signal handler that does, costs neither act."""
    journal = begin(tmp_path)
    journal.write(ToolEnd(n=1, response=[_Recorder(journal), "y" * 200]))
    journal.close()
    segment = read_segment(journal.path)
    assert not segment.notes
    assert [type(act) for act in segment.acts] == [Header, ToolEnd, Logged]
    assert segment.acts[1].response.value == [{"x": 1}, "y" * 200]  # type: ignore[attr-defined]  # the ToolEnd


class _Grower:
    """An object that changes the dict it is in while that is read, some times."""

    def __init__(self, holder: dict[object, object], times: int) -> None:
        self.holder, self.times = holder, times

    def to_dict(self) -> str:
        if self.times:
            self.times -= 1
            self.holder[f"more {self.times}"] = 1
        return "grown"


@pytest.mark.parametrize(("times", "kept"), [(1, True), (9, False)])
def test_a_payload_that_changes_while_it_is_read(tmp_path: Path, times: int, kept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It is read anew; if it never stands still, the act is kept without it, and says why."""
    journal = begin(tmp_path)
    value: dict[object, object] = {}
    value[1] = _Grower(value, times)
    journal.write(ToolEnd(n=1, error="seen", response=value))
    say(journal, "after")
    journal.close()
    segment = read_segment(journal.path)
    end = next(act for act in segment.acts if isinstance(act, ToolEnd))
    assert not segment.notes
    assert end.error == "seen"
    assert end.response.value == ({1: "grown", "more 0": 1} if kept else {"$": "left_out", "reason": "RuntimeError"})
    assert messages(journal.path) == ["after"]


class _Stop:
    """An object during whose reading the user presses Ctrl-C."""

    def to_dict(self) -> object:
        raise KeyboardInterrupt


def test_an_interrupt_in_the_middle_of_an_act_leaves_a_sound_journal(tmp_path: Path) -> None:
    """The interrupt is the application's; the acts around it are whole."""
    journal = begin(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        journal.write(ToolEnd(n=1, response=["z" * 200, _Stop()]))
    journal.write(ToolEnd(n=2, response=["z" * 200]))
    journal.close()
    segment = read_segment(journal.path)
    assert not segment.notes
    assert segment.acts[-1].response.value == ["z" * 200]  # type: ignore[attr-defined]  # the ToolEnd


def test_after_the_end_nothing_is_written_and_nothing_raises(tmp_path: Path) -> None:
    """A closed journal stays as it is."""
    journal = begin(tmp_path)
    journal.close()
    before = journal.path.read_bytes()
    say(journal, "late")
    journal.sync(always=True)
    journal.close()
    assert journal.path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_threads_never_tear_each_others_lines(tmp_path: Path) -> None:
    """64 threads, 100 acts each: contiguous numbers, nothing lost, doubled or mixed."""
    journal = begin(tmp_path)

    def hammer(who: int) -> None:
        for number in range(100):
            say(journal, f"{who}:{number}")

    threads = [threading.Thread(target=hammer, args=(who,)) for who in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    told = messages(journal.path)
    assert not read_segment(journal.path).notes
    assert sorted(told) == sorted(f"{who}:{number}" for who in range(64) for number in range(100))
    for who in range(64):
        mine = [message for message in told if message.startswith(f"{who}:")]
        assert mine == [f"{who}:{number}" for number in range(100)]


def test_what_a_program_prints_never_lands_in_a_journal(tmp_path: Path) -> None:
    """A program that has closed its stderr and prints there all the same spoils no record."""
    program = (
        "import os, sys, clew; os.close(2); s = clew.session(dir=sys.argv[1], trace=False)\n"
        "try: os.write(2, b'noise')\nexcept OSError: pass\ns.end()"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "s")], check=True)
    (journal,) = (tmp_path / "s").glob("*.jsonl")
    assert b"noise" not in journal.read_bytes()
    assert not read_segment(journal).damaged
