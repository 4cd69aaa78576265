"""Filling the index: whatever happens to it, to its folder or to the journals, the next answer is right."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.model import event
from clew.store.index.database import INDEX
from clew.store.index.text import book
from clew.store.index.text.answer import ask
from clew.store.index.text.database import LOCK, NAME
from clew.store.index.text.filler import Progress, fill
from clew.store.index.text.lines import SegmentLines
from clew.store.index.text.needle import Needle
from tests.store.index.text.samples import both, session_id, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act


def _tool(text: object, n: int = 1) -> list[Act]:
    return [event.SessionStart(agent_id="a"), event.ToolStart(n=n, of=0, name="tool", request=text)]


def _unread(folder: Path) -> set[str]:
    """The sessions of which the index has not read everything, or anything."""
    shares = ask(folder, Needle("nowhere at all"))
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.jsonl")}
    read = {f"session_{key[0]}.jsonl": share.known.offset for key, share in shares.items()}
    return {name for name in sizes if read.get(name) != sizes[name]}


def _reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where lines are read from on."""
    starts: list[int] = []
    lines = SegmentLines.lines

    def spied(self: SegmentLines, start: int = 0, stop: int | None = None, *, whole: bool = False) -> Any:  # noqa: ANN401 - what it returns
        starts.append(start)
        return lines(self, start, stop, whole=whole)

    monkeypatch.setattr(SegmentLines, "lines", spied)
    return starts


def test_the_index_lies_beside_the_sessions_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    """The folder is 0700, the file 0600, and the journals are left as they are."""
    path = write(tmp_path, 1, _tool("needle"))
    before = path.read_bytes()
    assert fill(tmp_path)
    assert (tmp_path / INDEX).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / INDEX / NAME).stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == before
    assert len(both(tmp_path, "needle")) == 1


def test_only_new_bytes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that grew is read from where the last reading ended; one that did not is not opened."""
    write(tmp_path, 1, _tool("first"))
    grown = write(tmp_path, 2, _tool("second"))
    size = grown.stat().st_size
    fill(tmp_path)
    starts = _reads(monkeypatch)
    with grown.open("ab") as file:
        data = write(tmp_path / INDEX, 2, [*_tool("second"), *_tool("third", 2)]).read_bytes()
        file.write(data[size:])
    assert fill(tmp_path)
    assert starts == [size]
    assert not _unread(tmp_path)
    assert len(both(tmp_path, "third")) == len(both(tmp_path, "second")) == 1


def test_a_line_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """The index ends with the last whole line; what comes after it is scanned."""
    path = write(tmp_path, 1, _tool("needle"))
    data = path.read_bytes()
    for size in (len(data) - 1, len(data) - 20):
        path.write_bytes(data[:size])
        fill(tmp_path)
        assert len(both(tmp_path, "needle")) == (size == len(data) - 1)
    path.write_bytes(data)
    assert len(both(tmp_path, "needle")) == 1
    fill(tmp_path)
    assert len(both(tmp_path, "needle")) == 1


@pytest.mark.parametrize("change", ["deleted", "replaced", "overwritten", "shorter"])
def test_a_journal_that_is_not_the_one_that_was_read_is_forgotten(tmp_path: Path, change: str) -> None:
    """Deleted, replaced, overwritten, shorter: the answer is that of the files, at once and after the next filling."""
    path = write(tmp_path, 1, _tool("needle " * 300))
    write(tmp_path, 2, _tool("needle " * 300))
    fill(tmp_path)
    if change == "deleted":
        path.unlink()
    elif change == "replaced":
        write(tmp_path / INDEX, 1, _tool("thread " * 400)).replace(path)
    elif change == "overwritten":
        path.write_bytes(write(tmp_path / INDEX, 1, _tool("thread " * 400)).read_bytes())
    else:
        path.write_bytes(path.read_bytes()[:300])
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        assert [hit.session_id for hit in both(tmp_path, "needle")] == [session_id(2)]
        assert len(both(tmp_path, "thread")) == (change in {"replaced", "overwritten"})


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"no database"),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(b"\xff" * path.stat().st_size),
        lambda path: path.unlink(),
        lambda path: _run(path, "UPDATE meta SET version = '0 0.0.0'"),
        lambda path: _run(path, "DROP TABLE place"),
        lambda path: _run(path, "DROP TABLE meta"),
    ],
    ids=["no database", "cut off", "overwritten", "gone", "older", "a table gone", "foreign"],
)
def test_a_damaged_index_is_made_anew(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    """What cannot be used is thrown away; until then the answer is that of a scan."""
    write(tmp_path, 1, _tool("needle " * 300))
    fill(tmp_path)
    damage(tmp_path / INDEX / NAME)
    assert len(both(tmp_path, "needle")) == 1
    assert fill(tmp_path)
    assert not _unread(tmp_path)
    assert len(both(tmp_path, "needle")) == 1


def test_an_index_that_turns_out_damaged_when_asked_is_made_anew(tmp_path: Path) -> None:
    """Damage that a filler with nothing to do would not meet is told to it by whoever met it."""
    write(tmp_path, 1, _tool(" ".join(f"needle{number}" for number in range(20_000))))
    fill(tmp_path)
    path = tmp_path / INDEX / NAME
    data = bytearray(path.read_bytes())
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'text_data'").fetchone()
    connection.close()
    data[4096 * (root - 1) : 4096 * root] = b"\xff" * 4096
    path.write_bytes(data)
    assert len(both(tmp_path, "needle19999")) == 1
    assert fill(tmp_path)
    assert not _unread(tmp_path)
    assert len(both(tmp_path, "needle19999")) == 1


def _run(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("obstacle", ["a file in place of the folder", "a folder in place of the file"])
def test_where_there_can_be_no_index_the_sessions_are_scanned(tmp_path: Path, obstacle: str) -> None:
    """A place that cannot be written to (the tests may run as root, who can write anywhere: it is blocked instead)."""
    write(tmp_path, 1, _tool("needle " * 300))
    if obstacle.startswith("a file"):
        (tmp_path / INDEX).write_bytes(b"")
    else:
        (tmp_path / INDEX / NAME).mkdir(parents=True)
    assert not fill(tmp_path)
    assert len(both(tmp_path, "needle")) == 1
    assert not fill(tmp_path / "nowhere")
    assert both(tmp_path / "nowhere", "needle") == []


def test_one_fills_and_the_others_go_on(tmp_path: Path) -> None:
    """Who finds the index being filled does not wait for it, and answers all the same."""
    write(tmp_path, 1, _tool("needle " * 300))
    (tmp_path / INDEX).mkdir()
    with (tmp_path / INDEX / LOCK).open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not fill(tmp_path)
        assert len(both(tmp_path, "needle")) == 1
    assert fill(tmp_path)


def test_two_fillers_at_once_and_a_searcher_leave_a_right_index(tmp_path: Path) -> None:
    """Threads that fill and search at the same time agree with the scan, during and afterwards."""
    for number in range(30):
        write(tmp_path, number, _tool(f"needle {number} " * 500))
    problems: list[BaseException] = []

    def attempt(action: Callable[[], object]) -> None:
        try:
            for _ in range(5):
                action()
        except BaseException as problem:  # noqa: BLE001 - told by the test
            problems.append(problem)

    actions = [lambda: fill(tmp_path), lambda: fill(tmp_path), lambda: len(both(tmp_path, "needle 7 needle"))]
    threads = [threading.Thread(target=attempt, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert fill(tmp_path)
    assert not _unread(tmp_path)
    assert len(both(tmp_path, "needle 7 needle")) == 1


def test_a_killed_filler_leaves_a_smaller_index_and_not_a_wrong_one(tmp_path: Path) -> None:
    """SIGKILL in the middle: what was committed counts, the next filler goes on from there."""
    for number in range(3):
        write(tmp_path, number, _tool("".join(f"needle{number}x{index} " for index in range(300_000))))
    program = (
        "import os, sys; from pathlib import Path; from clew.store.index.text.filler import fill;"
        "fill(Path(sys.argv[1]), told=lambda progress: print(progress.written, flush=True))"
    )
    for commits in (1, 2):
        with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE) as filler:
            assert filler.stdout is not None
            told = [filler.stdout.readline() for _ in range(commits)]
            filler.send_signal(signal.SIGKILL)
        assert all(told)
        assert len(both(tmp_path, "needle1x299999 ")) == 1
    assert len(_unread(tmp_path)) >= 1
    assert fill(tmp_path)
    assert not _unread(tmp_path)
    assert [len(both(tmp_path, f"needle{number}x17 ")) for number in range(4)] == [1, 1, 1, 0]


def test_a_large_value_is_filled_in_parts_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after every commit, a value of several megabytes is cut up once, and is searched all the while."""
    monkeypatch.setattr(book, "BATCH", 150_000)
    text = "".join(f"word{index}\t" for index in range(100_000))
    parts = [f"item{index}" for index in range(30_000)]
    write(tmp_path, 1, _tool({"text": text, "parts": parts}))
    written: list[Progress] = []
    while _unread(tmp_path):
        fill(tmp_path, told=written.append, until=lambda: True)
        assert len(both(tmp_path, "word99999\t")) == 1
    assert len(written) > 5
    assert sum(progress.written for progress in written) < 1.1 * (len(text) + sum(map(len, parts)) + len(parts))
    assert len(both(tmp_path, "word77777\tword77778")) == len(both(tmp_path, "item17777")) == 1
    assert both(tmp_path, "item29999item") == both(tmp_path, "word100000") == []


def test_a_blob_that_is_gone_holds_nothing_and_one_that_comes_back_is_searched(tmp_path: Path) -> None:
    """Whether it was there when the index was filled or not, what counts is whether it is there now."""
    path = write(tmp_path, 1, _tool("needle " * 300_000))
    (blob,) = (tmp_path / "blobs").iterdir()
    data = blob.read_bytes()
    fill(tmp_path)
    assert [hit.count for hit in both(tmp_path, "needle")] == [300_000]
    blob.unlink()
    assert both(tmp_path, "needle") == []
    (tmp_path / INDEX / NAME).unlink()
    fill(tmp_path)
    blob.write_bytes(data)
    assert [hit.offset for hit in both(tmp_path, "needle ne")] == [path.read_bytes().index(b'{"ev":"tool.start"')]
    write(tmp_path, 2, _tool("needle " * 300_000))
    fill(tmp_path)
    assert [hit.count for hit in both(tmp_path, "needle")] == [300_000, 300_000]
    blob.write_bytes(data.replace(b"needle needle", b"thread needle", 1))
    assert both(tmp_path, "needle") == both(tmp_path, "thread") == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_damaged_line_holds_nothing_and_its_neighbours_do(tmp_path: Path, when: str) -> None:
    """A flipped bit costs its own record, a lost newline nothing, whether it comes before the filling or after."""
    acts = [event.ToolStart(n=n, of=0, name=f"tool{n}", request="needle " * 40 * n) for n in range(1, 6)]
    path = write(tmp_path, 1, acts)
    data = bytearray(path.read_bytes())
    lines = data.splitlines(keepends=True)
    if when == "after":
        fill(tmp_path)
    data[sum(map(len, lines[:3])) + 200] ^= 1
    data[sum(map(len, lines[:5])) - 1] ^= 64
    with path.open("r+b") as file:
        file.write(data)
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        assert [hit.n for hit in both(tmp_path, "needle") if hit.field == "request"] == [1, 2, 4, 5]


def test_most_of_it_forgotten_the_index_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of text that nothing leads to any more are not kept for ever."""
    monkeypatch.setattr("clew.store.index.text.filler._LITTLE", 3)
    for number in range(10):
        write(tmp_path, number, _tool(f"needle {number} " * 500))
    fill(tmp_path)
    size = (tmp_path / INDEX / NAME).stat().st_ino
    for number in range(9):
        (tmp_path / f"session_{session_id(number)}.jsonl").unlink()
    assert fill(tmp_path)
    assert (tmp_path / INDEX / NAME).stat().st_ino != size or not _unread(tmp_path)
    assert len(both(tmp_path, "needle 9 needle")) == 1
    assert both(tmp_path, "needle 3 needle") == []


def test_what_the_recorder_writes_is_found(tmp_path: Path) -> None:
    """Titles, prompts, messages, streams, tools, errors, logs, reports, children, deep and large values."""
    deep: Any = "needle in the depth"
    for _ in range(150):
        deep = [deep]
    with clew.session(agent_id="a", title="needle title", system_prompt="needle prompt " * 50, dir=tmp_path) as session:
        with session.turn(user_input="needle message") as turn:
            with turn.attempt(provider="p", model="m", request={"messages": [{"content": "needle asked"}]}) as attempt:
                for letter in "needle streamed":
                    attempt.chunk(letter)
                attempt.respond({"content": "fine"})
            with turn.tool("needle_tool", {"deep": deep, "bytes": b"needle bytes", "\ud800": "needle\ud800"}) as tool:
                tool.respond("needle large " * 100_000)
            with turn.tool("helper", {}, kind="agent") as tool, tool.child(agent_id="needle child"):
                pass
        clew.log("shop.needle", "needle logged", needle=1)
        session.final_report({"content": "needle reported"})
    words = ["title", "prompt", "message", "asked", "streamed", "large", "in the depth", "bytes", "logged", "reported"]
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        for word in [*words, "child"]:
            assert len(both(tmp_path, f"needle {word}")) >= 1, word
        assert both(tmp_path, "needle\ud800")
        assert both(tmp_path, "needle_tool")
        assert both(tmp_path, "shop.needle")
        assert both(tmp_path, "needle never said") == []


def test_a_pipe_or_a_link_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    """What has the name of a journal and is none is neither waited for nor followed."""
    path = write(tmp_path, 1, _tool("needle"))
    os.mkfifo(tmp_path / f"session_{session_id(2)}.jsonl")
    (tmp_path / f"session_{session_id(3)}.jsonl").symlink_to(path)
    assert fill(tmp_path)
    assert [hit.session_id for hit in both(tmp_path, "needle")] == [session_id(1)]
