"""Which format is it? Content tells."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from clew.errors import ForeignFormat
from clew.importers.formats import FORMATS, detect, sources
from clew.importers.place import claude_code_projects
from tests.importers.transcripts import SESSION, Transcript

TRACE = json.dumps({"session_id": "20251109_143414_a1b2c3d4", "start_time": "2025-11-09T14:34:14", "events": []})
TREE = gzip.compress(json.dumps({"version": 1, "opTree": {"id": "a"}}).encode())


def test_an_unknown_file_is_refused_with_what_is_known(tmp_path: Path) -> None:
    """The error names every format that can be imported."""
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(ForeignFormat) as caught:
        detect(path)
    assert all(known.title in str(caught.value) for known in FORMATS)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    """A file without a byte is no format's."""
    path = tmp_path / "a.json.gz"
    path.touch()
    with pytest.raises(ForeignFormat, match="is empty"):
        detect(path)


def test_a_folder_is_searched_for_everything(tmp_path: Path) -> None:
    """Every record in a folder is found, whatever lies between; what was derived from a journal here is not."""
    Transcript().user("hello").write(tmp_path / "-home-x" / f"{SESSION}.jsonl")
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "a.json.gz").write_bytes(TREE)
    (tmp_path / "trees" / "empty.json.gz").touch()
    (tmp_path / "trees" / ".tmp-12-34").write_bytes(TREE[:9])
    (tmp_path / "trace.json").write_text(TRACE)
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "session_20251109_143414_a1b2c3d4.json").write_text(TRACE)
    (tmp_path / "session_20251109_143414_a1b2c3d4.jsonl").write_text("{}")
    assert sorted(source.format for source in sources(tmp_path)) == ["claude-code", "optree", "trace"]


def test_a_folder_with_nothing_is_refused(tmp_path: Path) -> None:
    """A folder without a record says so."""
    with pytest.raises(ForeignFormat, match="no known format"):
        sources(tmp_path)


def test_the_place_of_claude_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its own variable says where it keeps its transcripts; without it, the home folder."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    assert claude_code_projects() == tmp_path / "projects"
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert claude_code_projects() == tmp_path / "home" / ".claude" / "projects"
