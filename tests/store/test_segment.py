"""Reading a segment: whatever happened to its bytes, nothing wrong is accepted; damage is local and labelled."""

from __future__ import annotations

import fcntl
import random
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from clew.errors import NewerFormat, NotASession
from clew.model import event
from clew.store.memory import MemoryJournal
from clew.store.names import journal_name
from clew.store.segment import SegmentReader, read_segment
from clew.tree.fold import Fold
from tests.store.damage import ID, Oracle, holes, journal, read

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = journal()
LINES = DATA.splitlines(keepends=True)
SHORT = journal(turns=1)
SMALL = b"".join(SHORT.splitlines(keepends=True)[:4])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all damaged versions of the one journal."""
    return tmp_path_factory.mktemp("sessions")


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Oracle:
    """What was written."""
    return Oracle(folder, DATA)


def test_every_cut_point_leaves_exactly_the_lines_before_it(folder: Path) -> None:
    """Wherever a file ends, its whole lines are read, the rest is a torn tail, and the fold makes a session of it."""
    oracle = Oracle(folder, SHORT)
    wrong = 0
    data = SHORT
    for size in range(len(data) + 1):
        segment = read(folder, data[:size])
        whole = data[:size].count(b"\n") + (data[size : size + 1] == b"\n")
        wrong += len(segment.acts) != whole or bool(oracle.lies(segment)) or segment.damaged
        torn = size not in {0, len(data)} and b"\n" not in {data[size - 1 : size], data[size : size + 1]}
        assert (segment.state == "torn") == torn, size
        assert [note.kind for note in segment.notes] == (["torn"] if torn else [])
        if size % 50 == 0:
            fold = Fold(ID)
            for act in segment.acts:
                fold.add(act)
            fold.session()
    print(f"{len(data) + 1} cut points, {wrong} wrong")
    assert wrong == 0


def test_no_single_bit_flip_is_read_as_something_else(folder: Path) -> None:
    """Every bit of a small journal: what is read was written, and what is not read is noted."""
    oracle = Oracle(folder, SMALL)
    wrong = most = silent = 0
    for bit in range(len(SMALL) * 8):
        damaged = bytearray(SMALL)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            segment = read(folder, bytes(damaged))
        except NotASession:
            continue
        wrong += bool(oracle.lies(segment))
        most = max(most, oracle.lost(segment))
        silent += not segment.notes
    print(f"{len(SMALL) * 8} bits, {wrong} wrong, {silent} silent, at most {most} records lost")
    assert (wrong, silent) == (0, 0)
    assert most == 1


def test_random_flips_cost_at_most_their_own_record(folder: Path, oracle: Oracle) -> None:
    """2,000 single-bit flips anywhere in a longer journal, with the fold of what is left."""
    chance = random.Random(7)
    wrong = most = 0
    for _ in range(2_000):
        damaged = bytearray(DATA)
        damaged[chance.randrange(len(DATA))] ^= 1 << chance.randrange(8)
        segment = read(folder, bytes(damaged))
        wrong += bool(oracle.lies(segment))
        most = max(most, oracle.lost(segment))
        fold = Fold(ID)
        for act in segment.acts:
            fold.add(act)
        assert len(fold.session().turns) == 2
    print(f"2000 flips, {wrong} wrong, at most {most} records lost")
    assert wrong == 0
    assert most == 1


def test_a_lost_line_leaves_holes_with_size_and_checksum(folder: Path) -> None:
    """Where a later request refers to what a damaged line held, it says what is missing there."""
    lost = next(number for number, line in enumerate(LINES) if b'"attempt.start"' in line)
    segment = read(folder, b"".join([*LINES[:lost], b"x" * 40 + b"\n", *LINES[lost + 1 :]]))
    later = [act for act in segment.acts if isinstance(act, event.AttemptStart)][-1]
    request = later.request.value
    found = holes(request)
    assert len(request["messages"]) == 4
    assert found
    assert request["messages"][0] in found
    assert all(hole["size"] > 0 and len(hole["crc32"]) == 8 for hole in found)
    assert found[0]["crc32"].encode() == LINES[lost][-11:-3]


@pytest.mark.parametrize(
    ("mutate", "kinds", "lost"),
    [
        (lambda lines: [*lines[:5], lines[5], *lines[5:]], {"double"}, 0),
        (lambda lines: [*lines[:5], *lines[6:]], {"gap"}, 1),
        (lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]], {"gap", "disorder"}, 0),
        (lambda lines: [*lines[:5], lines[5][:-1], *lines[6:]], {"damaged"}, 0),
        (lambda lines: [*lines[:5], lines[5][:40], *lines[6:]], {"damaged", "gap"}, 1),
        (lambda lines: [*lines[:5], lines[5][:40], b"\n", *lines[6:]], {"damaged", "gap"}, 1),
        (lambda lines: [*lines[:5], lines[5][:40] + lines[6][40:], *lines[7:]], {"damaged", "gap"}, 2),
        (lambda lines: [*lines[:5], lines[5][:-1] + b"\0" * 300 + lines[6], *lines[7:]], {"damaged"}, 0),
        (lambda lines: [*lines[:5], b"\0" * 4096 + b"\n", *lines[5:]], {"damaged"}, 0),
        (lambda lines: [*lines[:5], b'{"foreign":1}\n', b"text\n", b"\n", b"  \n", *lines[5:]], {"damaged"}, 0),
        (lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]], {"damaged"}, 0),
        (lambda lines: [line[:-1] + b"\r\n" for line in lines], {"damaged"}, 0),
        (lambda lines: [*lines[:5], lines[5][:-1] + b"  \n", *lines[6:]], {"damaged"}, 0),
        (lambda lines: [*lines[:5], lines[5].replace(b'":', b'": '), *lines[6:]], {"damaged", "gap"}, 1),
        (lambda lines: lines[::-1], {"gap", "disorder"}, 0),
        (lambda lines: [*lines, *lines], {"double", "disorder"}, 0),
        (lambda lines: lines[3:], {"gap"}, 3),
    ],
)
def test_spliced_lines_are_noticed_and_cost_no_other(
    folder: Path, oracle: Oracle, mutate: Callable[[list[bytes]], list[bytes]], kinds: set[str], lost: int
) -> None:
    """Doubled, deleted, swapped, fused, joined, converted and foreign lines: each has its note, and costs itself."""
    segment = read(folder, b"".join(mutate(LINES)))
    assert {note.kind for note in segment.notes} <= kinds
    assert segment.damaged
    assert oracle.lost(segment) == lost
    assert not oracle.lies(segment)


def test_random_splices_are_never_silent(folder: Path, oracle: Oracle) -> None:
    """500 random cuts and copies of lines and of pieces of lines."""
    chance = random.Random(11)
    for _ in range(500):
        lines = list(LINES)
        for _ in range(chance.randrange(1, 4)):
            at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            change = chance.randrange(4)
            if change == 0:
                lines.insert(at, lines[other])
            elif change == 1:
                lines[at], lines[other] = lines[other], lines[at]
            elif change == 2:
                lines[at] = lines[at][: chance.randrange(len(lines[at]))]
            else:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)] + lines[other][chance.randrange(9) :]
        data = b"".join(lines)
        segment = read(folder, data)
        assert not oracle.lies(segment)
        assert data == DATA or segment.notes


def test_a_line_of_another_journal_is_noticed(folder: Path, oracle: Oracle) -> None:
    """A whole line that some other session wrote, in place of one: the next line knows what stood there."""
    other = journal(text="something else ").splitlines(keepends=True)
    place = next(number for number, line in enumerate(LINES) if b'"attempt.start"' in line)
    segment = read(folder, b"".join([*LINES[:place], other[place], *LINES[place + 1 :]]))
    assert any(note.kind == "damaged" and f"record {place} " in note.message for note in segment.notes)
    inserted = read(folder, b"".join([*LINES[: place + 1], other[place], *LINES[place + 1 :]]))
    assert [note.kind for note in inserted.notes] == ["double"]
    assert not oracle.lies(inserted)


def test_an_embedded_record_is_not_taken_for_one(folder: Path) -> None:
    """A payload that looks like a record, in a damaged line, stays a lost payload."""
    memory = MemoryJournal(event.Header(format=1, session_id=ID, at=1.0))
    memory.write(event.ToolEnd(n=1, response={"inner": 1}))
    line = bytes(memory.data).splitlines(keepends=True)[1]
    forged = line[:-1].replace(b'"seq":1', b'"seq":3')
    forged = forged[:-16] + b',"c":"%08x"}' % crc32(forged[:-16])
    damaged = line[:-1].replace(b'{"inner":1}', forged).replace(b'"n":1', b'"n":2', 1) + b"\n"
    segment = read(folder, bytes(memory.data).splitlines(keepends=True)[0] + damaged)
    assert [type(act) for act in segment.acts] == [event.Header]


def test_unknown_acts_are_skipped_and_their_values_kept(folder: Path) -> None:
    """A line of a later release costs nothing but itself: what it held can still be referred to."""
    number = next(number for number, line in enumerate(LINES) if b'"tool.end"' in line)
    body = LINES[number][:-17].replace(b'"ev":"tool.end"', b'"ev":"tool.later"')
    lines = [*LINES[:number], body + b',"c":"%08x"}\n' % crc32(body), *LINES[number + 1 :]]
    segment = read(folder, b"".join(lines))
    assert {note.kind for note in segment.notes} <= {"unknown", "damaged"}
    later = [act for act in segment.acts if isinstance(act, event.AttemptStart)][-1]
    assert not holes(later.request.value)


def test_what_is_no_file_leaves_no_handle_open(tmp_path: Path) -> None:
    """A folder, or a link, in the place of a journal is refused, and however often it is tried nothing stays open."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    before = len([*Path("/proc/self/fd").iterdir()])
    for name in ("folder", "link") * 50:
        with pytest.raises(OSError, match=r"director|symbolic"):
            read_segment(tmp_path / name)
    assert len([*Path("/proc/self/fd").iterdir()]) < before + 25


def test_a_newer_format_is_refused_with_the_remedy(folder: Path) -> None:
    """Nothing is guessed about a format that does not exist yet."""
    body = LINES[0][:-17].replace(b'"format":1', b'"format":2')
    with pytest.raises(NewerFormat, match="upgrade"):
        read(folder, body + b',"c":"%08x"}\n' % crc32(body))


@pytest.mark.parametrize(
    "data", [b"hello\n", b"\0" * 500, b'{"type":"user"}\n{"type":"assistant"}\n', b"\x89PNG\r\n\x1a\n"]
)
def test_a_foreign_file_is_refused(folder: Path, data: bytes) -> None:
    """What is no journal at all is said to be none."""
    with pytest.raises(NotASession):
        read(folder, data)


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """A follower gets every act once, however the bytes arrive; a tail is pending while its writer lives."""
    path = tmp_path / journal_name(ID)
    with path.open("wb", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        reader, acts = SegmentReader(path), []
        for begin in range(0, len(DATA), 97):
            file.write(DATA[begin : begin + 97])
            acts += reader.read()
            assert not reader.segment.notes
            assert reader.segment.alive
            whole = DATA[: begin + 97].endswith(b"\n") or begin + 97 >= len(DATA)
            assert whole or reader.segment.state in {"pending", "clean"}
    assert [act.seq for act in acts] == list(range(len(LINES)))
    reader.read()
    assert not reader.segment.alive


def test_a_pending_tail_is_torn_once_its_writer_is_dead(tmp_path: Path) -> None:
    """The same bytes mean different things while somebody may go on writing, and afterwards."""
    path = tmp_path / journal_name(ID)
    with path.open("wb", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(DATA[:-9])
        assert (read_segment(path).state, read_segment(path).notes) == ("pending", [])
    assert read_segment(path).state == "torn"
    assert [note.kind for note in read_segment(path).notes] == ["torn"]


def test_readers_leave_the_file_alone(tmp_path: Path) -> None:
    """Reading works on a file nobody may write to, and changes nothing."""
    path = tmp_path / journal_name(ID)
    path.write_bytes(DATA)
    path.chmod(0o400)
    before = path.stat()
    read_segment(path)
    after = path.stat()
    assert (before.st_mtime_ns, before.st_size, before.st_ino) == (after.st_mtime_ns, after.st_size, after.st_ino)
    assert list(tmp_path.iterdir()) == [path]


def test_jq_reads_what_python_reads(tmp_path: Path) -> None:
    """A second reader of JSON agrees on every line."""
    run = subprocess.run(["jq", "-c", "[.seq,.ev]"], input=DATA, capture_output=True, check=True)
    assert len(run.stdout.splitlines()) == len(LINES)
    assert read(tmp_path, DATA).newest == len(LINES) - 1
