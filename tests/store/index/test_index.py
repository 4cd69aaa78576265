"""The catalog says what the trees say, whatever happened to it and to the folder."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import clew
from clew.store.folder import Folder
from clew.store.index.database import INDEX, catalog_path, indexer
from clew.store.index.index import Index
from tests.store.index.library import dump, expected, record, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve sessions, some with children."""
    for seed in range(12):
        record(tmp_path, seed)
    return tmp_path


def right(index: Index, folder: Path) -> bool:
    """Whether the catalog knows every session of the folder, no other one, and nothing wrong of any."""
    ids = Folder(folder).ids()
    known = [session_id for (session_id,) in index.rows("SELECT session_id FROM session ORDER BY session_id DESC")]
    return known == ids and all(told(index, folder, one) == expected(folder, one) for one in ids)


def test_the_catalog_says_what_the_trees_say(folder: Path) -> None:
    """Sums of a session and of all below it, statuses, slugs and paths: the same as the tree's."""
    index = Index(folder)
    change = index.refresh()
    assert sorted(change.read, reverse=True) == Folder(folder).ids()
    for session_id in Folder(folder).ids():
        assert told(index, folder, session_id) == expected(folder, session_id)


def test_what_did_not_change_is_not_read_again(folder: Path) -> None:
    """A second look reads nothing; then only what is new."""
    Index(folder).refresh()
    index = Index(folder)
    assert index.refresh().read == ()
    session_id = record(folder, 99, turns=1)
    assert session_id in index.refresh().read
    assert index.refresh().read == ()
    assert right(index, folder)


def test_a_running_session_is_followed_and_a_dead_one_told(tmp_path: Path) -> None:
    """Each act that came shows; when the writer is gone without an end, that shows too."""
    session = clew.session(agent_id="a", dir=tmp_path).start()
    turn = session.turn(user_input="hello").start()
    index = Index(tmp_path)
    index.refresh()
    assert dump(index, session.session_id)["session"]["status"] == "running"
    turn.end()
    session.turn(user_input="again").start()
    index.refresh()
    assert dump(index, session.session_id)["session"]["turns"] == 2
    session.end()
    index.refresh()
    assert dump(index, session.session_id)["session"]["status"] == "ok"


def test_progress_tells_only_of_what_others_can_see(tmp_path: Path) -> None:
    """When an index says how far it is, another one of the same folder has it: who is told may ask anybody."""
    with clew.session(agent_id="a", dir=tmp_path) as session:
        pass
    index, other = Index(tmp_path), Index(tmp_path)
    seen: list[int] = []
    index.refresh(told=lambda _: seen.extend(other.rows("SELECT count(*) FROM session")[0]))
    session.path.unlink()
    index.refresh(told=lambda _: seen.extend(other.rows("SELECT count(*) FROM session")[0]))
    assert seen == [1, 0]


def test_a_writer_that_died_without_a_word_is_interrupted(tmp_path: Path) -> None:
    """Nothing in the file changed; only its lock is gone."""
    program = (
        "import clew, time\ns = clew.session(agent_id='a').start()\ns.turn(user_input='x').start()\n"
        "print('on', flush=True)\ntime.sleep(60)"
    )
    environment = {**os.environ, "CLEW_DIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        index = Index(tmp_path)
        index.refresh()
        (session_id,) = Folder(tmp_path).ids()
        assert dump(index, session_id)["session"]["status"] == "running"
        writer.kill()
        writer.wait()
    index.refresh()
    assert dump(index, session_id)["session"]["status"] == "interrupted"
    assert [row[9] for row in dump(index, session_id)["round"]] == ["interrupted"]


def test_a_deleted_journal_is_forgotten(folder: Path) -> None:
    """The session is gone from every answer, and from the sums of the one that started it."""
    index = Index(folder)
    index.refresh()
    (child, parent), *_ = index.rows("SELECT session_id, parent_id FROM session WHERE parent_id IS NOT NULL")
    Folder(folder).journal_path(child).unlink()
    index.refresh()
    assert right(index, folder)
    assert dump(index, parent)["session"]["session_id"] == parent


def test_a_replaced_journal_is_read_anew(folder: Path) -> None:
    """A file that was put in the place of another is another one, even with an older time."""
    index = Index(folder)
    index.refresh()
    one, *_ = (session_id for (session_id,) in index.rows("SELECT session_id FROM session WHERE children = 0"))
    path = Folder(folder).journal_path(one)
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: data.rindex(b"\n", 0, len(data) // 2) + 1])
    os.utime(path, ns=(1, 1))
    index.refresh()
    assert right(index, folder)


@pytest.mark.parametrize("damage", ["foreign", "cut", "flipped", "newer", "tables", "missing"])
def test_a_catalog_that_cannot_be_used_is_made_again(folder: Path, damage: str) -> None:
    """Whatever it is, answers are right afterwards."""
    Index(folder).refresh()
    place = catalog_path(folder)
    data = bytearray(place.read_bytes())
    if damage == "foreign":
        place.write_bytes(b"this is no database " * 1000)
    elif damage == "cut":
        place.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        data[4096 : 4096 * 9 : 7] = b"\xff" * len(data[4096 : 4096 * 9 : 7])
        place.write_bytes(data)
    elif damage == "missing":
        place.unlink()
    else:
        with sqlite3.connect(place) as connection:
            connection.execute("PRAGMA user_version = 999" if damage == "newer" else "DROP TABLE operation")
        connection.close()
    for name in ("-wal", "-shm"):
        place.with_name(place.name + name).unlink(missing_ok=True)
    record(folder, 77)
    index = Index(folder)
    index.refresh()
    assert right(index, folder)


def test_without_a_place_for_it_the_index_is_in_memory(folder: Path) -> None:
    """Where nothing can be written (here: a file lies in the way) answers come from the journals."""
    (folder / INDEX).write_text("in the way")
    index = Index(folder)
    index.refresh()
    assert not index.is_shared
    assert right(index, folder)


def test_a_folder_that_is_not_there_has_no_sessions(tmp_path: Path) -> None:
    """And none is made for it."""
    index = Index(tmp_path / "nothing")
    assert index.refresh().read == ()
    assert index.rows("SELECT count(*) FROM session") == [(0,)]
    assert not (tmp_path / "nothing").exists()


def test_while_another_process_indexes_a_copy_gives_the_answer(folder: Path) -> None:
    """It is as right, and the file is left alone."""
    Index(folder).refresh()
    record(folder, 55)
    with indexer(folder, 0.0) as mine:
        assert mine
        index = Index(folder)
        index.refresh(wait=0.0)
        assert not index.is_shared
        assert right(index, folder)
    assert catalog_path(folder).exists()


def test_two_at_once_are_both_right(folder: Path) -> None:
    """One indexes, the other waits for it or works on a copy; both give the same answer."""
    program = (
        "import sys; from pathlib import Path; from clew.store.index.index import Index\n"
        "index = Index(Path(sys.argv[1])); index.refresh()\n"
        "print(index.rows('SELECT count(*), sum(attempts), sum(all_input_tokens) FROM session')[0])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {process.communicate()[0] for process in running}
    index = Index(folder)
    index.refresh()
    assert answers == {f"{index.rows('SELECT count(*), sum(attempts), sum(all_input_tokens) FROM session')[0]}\n"}
    assert right(index, folder)


@pytest.mark.parametrize("lines", [1, 40, 150])
def test_killed_while_indexing_the_next_one_goes_on(folder: Path, lines: int) -> None:
    """Wherever it was killed, answers are right afterwards."""
    program = (
        "import os, signal, sys; from pathlib import Path; from clew.store.index import index, writer\n"
        "left = [int(sys.argv[2])]\n"
        "later = writer.Writer.later\n"
        "def counted(self, statement, rows):\n"
        "    left[0] -= 1\n"
        "    if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    later(self, statement, rows); self.flush()\n"
        "writer.Writer.later = counted\n"
        "index._COMMIT = 0.0\n"
        "index.Index(Path(sys.argv[1])).refresh()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder), str(lines)], check=False)
    assert done.returncode == -signal.SIGKILL
    index = Index(folder)
    index.refresh()
    assert right(index, folder)


def test_new_prices_are_applied_to_what_was_read(folder: Path) -> None:
    """An estimate is made again when what is known of prices changes; what was told stays."""
    Index(folder, prices="1").refresh()
    index = Index(folder, price=lambda *_: Decimal("0.5"), prices="2")
    index.refresh()
    assert index.rows("SELECT sum(unpriced) FROM session") == [(0,)]
    told_cost, estimated = index.rows("SELECT sum(cost = 123000000), sum(cost = 500000000000) FROM operation")[0]
    assert told_cost > 0
    assert estimated > 0
