"""A large session read piece by piece says the same as one read as a whole, and each of its parts can be read alone."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clew
from clew.store.folder import Folder
from clew.store.index import growth
from clew.store.index import index as index_room
from clew.store.index.index import Index
from clew.store.index.parts import SessionParts
from tests.store.index.library import dump, record

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="module")
def _small_pieces() -> Iterator[None]:
    """Let small sessions be large ones, read in small pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_room, "LARGE", 1)
        patch.setattr(growth, "PIECE", 2_000)
        yield


def whole(folder: Path) -> Index:
    """An index of the same folder that reads every session as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_room, "LARGE", 1 << 60)
        shutil.rmtree(folder / "index", ignore_errors=True)
        index = Index(folder)
        index.refresh()
    return index


@given(st.integers(0, 10_000), st.integers(0, 6), st.lists(st.floats(0, 1), max_size=3))
def test_read_in_pieces_while_it_grows_it_is_the_same(seed: int, turns: int, cuts: list[float]) -> None:
    """Wherever it was cut off when somebody looked, and wherever the pieces end: the same rows in the end."""
    with tempfile.TemporaryDirectory() as place:
        source, folder = Path(place, "source"), Path(place, "sessions")
        folder.mkdir()
        session_id = record(source, seed, turns=turns, sync="never")
        for path in source.glob("*.jsonl"):
            if path.name != f"session_{session_id}.jsonl":
                shutil.copy(path, folder)
        data = Folder(source).journal_path(session_id).read_bytes()
        path = folder / f"session_{session_id}.jsonl"
        index = Index(folder)
        with path.open("ab", buffering=0) as writer:
            fcntl.flock(writer, fcntl.LOCK_EX)
            written = 0
            for cut in sorted(int(share * len(data)) for share in cuts):
                writer.write(data[written:cut])
                written = cut
                index.refresh()
            writer.write(data[written:])
            index.refresh()
        index.refresh()
        grown = dump(index, session_id)
        assert SessionParts(index, session_id).is_mapped
        index.close()
        assert grown == dump(whole(folder), session_id)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_a_part_is_what_the_whole_has_there(seed: int, turns: int) -> None:
    """Every round, and the frame, with the payloads inside: equal to those of the whole session."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        session_id = record(folder, seed, turns=turns, sync="never")
        index = Index(folder)
        index.refresh()
        parts = SessionParts(index, session_id)
        tree = SessionParts(whole(folder), session_id)
        assert parts.is_mapped
        assert not tree.is_mapped
        assert parts.frame() == tree.frame()
        for (path,) in tree._index.rows("SELECT path FROM round"):  # noqa: SLF001 - the index it was made with
            if path in tree._rounds:  # noqa: SLF001 - the rounds of this session
                assert parts.round(path) == tree.round(path)
                assert sizes(parts.round(path)) == sizes(tree.round(path))


def sizes(node: Any) -> list[int]:  # noqa: ANN401 - a turn or a step
    """The sizes of all payloads of a round."""
    payloads = [attempt.request for attempt in node.attempts] + [tool.request for tool in node.tools]
    return [payload.size for payload in payloads if payload is not None]


def test_a_damaged_session_is_read_as_a_whole(tmp_path: Path) -> None:
    """Nothing is skipped over: what is lost is counted, the rest has its rows."""
    session_id = record(tmp_path, 3, turns=9)
    path = Folder(tmp_path).journal_path(session_id)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    index = Index(tmp_path)
    index.refresh()
    assert not SessionParts(index, session_id).is_mapped
    assert dump(index, session_id)["session"]["damaged"] > 0


def test_damage_that_comes_later_ends_the_map(tmp_path: Path) -> None:
    """A session that was mapped and then goes wrong is read as a whole from then on."""
    session = clew.session(agent_id="a", dir=tmp_path).start()
    with session.turn(user_input="hello"):
        pass
    index = Index(tmp_path)
    index.refresh()
    assert SessionParts(index, session.session_id).is_mapped
    handle = os.open(session.path, os.O_WRONLY | os.O_APPEND)
    os.write(handle, b'{"ev":"this is no act"}\n')
    os.close(handle)
    with session.turn(user_input="again"):
        pass
    session.end()
    index.refresh()
    assert not SessionParts(index, session.session_id).is_mapped
    assert dump(index, session.session_id)["session"]["turns"] == 2


def test_indexing_that_was_broken_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed is not read again, and the rows are those of a session read at once."""
    session_id = record(tmp_path, 5, turns=12)
    monkeypatch.setattr(index_room, "_COMMIT", -1.0)
    index = Index(tmp_path)

    def stop(_progress: object) -> None:
        if index.rows("SELECT 1 FROM session WHERE session_id = ?", (session_id,)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.refresh(told=stop)
    assert dump(index, session_id)["session"]["size"] > 0
    index.refresh()
    grown = dump(index, session_id)
    index.close()
    assert grown == dump(whole(tmp_path), session_id)
