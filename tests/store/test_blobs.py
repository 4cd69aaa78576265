"""Blobs: large values in files of their own, each once, and never taken for another."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import pytest

from clew.store.blobs import read_blob, write_blob
from tests.store.limits import file_size

if TYPE_CHECKING:
    from pathlib import Path


def test_a_blob_is_named_by_what_it_holds(tmp_path: Path) -> None:
    """Written once, for its owner alone, and read back by its name."""
    digest = write_blob(tmp_path, b"[1,2]")
    assert digest == hashlib.sha256(b"[1,2]").hexdigest() == write_blob(tmp_path, b"[1,2]")
    (file,) = (tmp_path / "blobs").iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == (f"{digest}.json", 0o600)
    assert read_blob(tmp_path, digest) == b"[1,2]"


def test_a_blob_that_finds_no_room_leaves_no_draft(tmp_path: Path) -> None:
    """Half a value never lies under a name."""
    with file_size(100), pytest.raises(OSError, match="large"):
        write_blob(tmp_path, b"x" * 5000)
    assert list((tmp_path / "blobs").iterdir()) == []
    assert read_blob(tmp_path, write_blob(tmp_path, b"x" * 5000)) == b"x" * 5000


def test_what_is_not_what_its_name_says_is_not_read(tmp_path: Path) -> None:
    """A damaged, missing or forged blob, and a name that is no digest."""
    digest = write_blob(tmp_path, b"[1,2]")
    path = tmp_path / "blobs" / f"{digest}.json"
    path.chmod(0o600)
    path.write_bytes(b"[1,3]")
    other = hashlib.sha256(b"secret").hexdigest()
    (tmp_path / "outside").write_bytes(b"secret")
    (tmp_path / "blobs" / f"{other}.json").symlink_to(tmp_path / "outside")
    for name in (digest, other, "0" * 64, "", "../outside", digest.upper()):
        assert read_blob(tmp_path, name) is None
