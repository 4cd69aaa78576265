"""Promises of :mod:`clew.store.pack` and :mod:`clew.store.unpack`: what goes in comes out, and nothing else does."""

from __future__ import annotations

import random
import shutil
import stat
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from clew.errors import ClewError, ForeignFormat, NewerFormat, PackDamaged, SessionExists
from clew.model import event
from clew.store.folder import Folder
from clew.store.pack import MANIFEST, Manifest, Member, pack
from clew.store.unpack import unpack
from tests.cli import records

if TYPE_CHECKING:
    from pathlib import Path

BLOB = "a long text " * 200_000


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with a session of two segments, a child and a blob, and another session."""
    path = records.recorded(tmp_path / "sessions")
    records.write(
        path, records.ID, [event.Logged(slug="llm.retry", severity="WRN", message="", details=BLOB)], segment=2
    )
    records.write(path, "20200101_000000_deadbeef", records.child())
    return Folder(path)


@pytest.fixture
def packed(folder: Folder, tmp_path: Path) -> Path:
    """The session in a pack."""
    pack(folder, records.ID, tmp_path / "pack.zip")
    return tmp_path / "pack.zip"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def forge(target: Path, members: dict[str, bytes], manifest: Any = None) -> Path:  # noqa: ANN401 - anything may be forged
    """A pack with these members and a manifest that fits, or another one."""
    listed = [Member(name=name, size=len(data), sha256=sha256(data).hexdigest()) for name, data in members.items()]
    manifest = manifest or Manifest(format=1, session_id=records.ID, members=listed)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, manifest if isinstance(manifest, bytes) else msgspec.json.encode(manifest))
    return target


def test_a_session_comes_back_as_it_was(folder: Folder, packed: Path, tmp_path: Path) -> None:
    """Segments, child and blob come out byte for byte, private, and the tree is the same."""
    unpack(Folder(tmp_path / "new"), packed)
    there = contents(tmp_path / "new")
    assert {name for name in there if name.endswith(".jsonl")} == {
        f"session_{records.ID}.jsonl",
        f"session_{records.ID}.2.jsonl",
        f"session_{records.CHILD}.jsonl",
    }
    assert all(data == contents(folder.path)[name] for name, data in there.items())
    assert Folder(tmp_path / "new").load(records.ID) == folder.load(records.ID)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*.json*")}
    assert modes == {0o600}
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600


def test_unpacking_twice_changes_nothing(packed: Path, tmp_path: Path) -> None:
    """What is there already and equal is left alone."""
    unpack(Folder(tmp_path / "new"), packed)
    before = contents(tmp_path / "new")
    unpack(Folder(tmp_path / "new"), packed)
    assert contents(tmp_path / "new") == before


def test_another_file_is_never_replaced(packed: Path, tmp_path: Path) -> None:
    """Where a different session of that id is, nothing at all is unpacked."""
    path = records.write(tmp_path / "new", records.ID, records.child())
    before = contents(tmp_path / "new")
    with pytest.raises(SessionExists, match=path.name):
        unpack(Folder(tmp_path / "new"), packed)
    assert contents(tmp_path / "new") == before


def test_a_link_in_the_way_is_refused(packed: Path, tmp_path: Path) -> None:
    """A link where a journal would go leads nowhere, even if what it points to is equal."""
    unpack(Folder(tmp_path / "new"), packed)
    journal = tmp_path / "new" / f"session_{records.ID}.jsonl"
    shutil.move(journal, tmp_path / "elsewhere")
    journal.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SessionExists):
        unpack(Folder(tmp_path / "new"), packed)


def test_a_pack_is_never_replaced(folder: Folder, packed: Path) -> None:
    """Packing does not overwrite, and leaves no draft behind."""
    before = packed.read_bytes()
    with pytest.raises(FileExistsError):
        pack(folder, records.ID, packed)
    assert packed.read_bytes() == before
    assert [path.name for path in packed.parent.iterdir() if path.name.startswith(".")] == []


def test_a_live_session_is_packed_to_its_last_line(tmp_path: Path) -> None:
    """Half a record that is being written stays out, so the pack is clean."""
    journal = records.begin(tmp_path / "s", records.ID, records.conversation()[:6])
    with (tmp_path / "s" / f"session_{records.ID}.jsonl").open("ab") as file:
        file.write(b'{"ev":"half of a record')
    pack(Folder(tmp_path / "s"), records.ID, tmp_path / "pack.zip")
    journal.close()
    unpack(Folder(tmp_path / "new"), tmp_path / "pack.zip")
    session = Folder(tmp_path / "new").load(records.ID)
    assert session.notes == ()
    assert session.status == "interrupted"


def test_every_flipped_bit_is_found(packed: Path, tmp_path: Path) -> None:
    """A pack with one wrong bit gives the same files or is refused, and nothing half-unpacked stays."""
    unpack(Folder(tmp_path / "right"), packed)
    right = contents(tmp_path / "right")
    data = packed.read_bytes()
    dice = random.Random(1)
    refused = 0
    for turn in range(100):
        wrong = bytearray(data)
        wrong[dice.randrange(len(wrong))] ^= 1 << dice.randrange(8)
        (tmp_path / "wrong.zip").write_bytes(wrong)
        target = tmp_path / f"target{turn}"
        try:
            unpack(Folder(target), tmp_path / "wrong.zip")
        except ClewError:
            refused += 1
            assert [name for name in contents(target) if name != ".gitignore"] == []
        else:
            assert contents(target) == right
    print(f"100 flips, {refused} refused, {100 - refused} without effect, 0 wrong")


@pytest.mark.parametrize(
    "name",
    [
        "../session_20251109_143414_a1b2c3d4.jsonl",
        "/etc/session_20251109_143414_a1b2c3d4.jsonl",
        "blobs/../../x.json",
        "session_20251109_143414_a1b2c3d4.json",
        "notes.txt",
        "blobs/",
        "blobs/short.json",
        "C:\\session_20251109_143414_a1b2c3d4.jsonl",
        "session_20251109_143414_a1b2c3d4.jsonl/x",
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """Only names of journals and blobs are taken; with any other name the whole pack is refused."""
    forged = forge(tmp_path / "forged.zip", {f"session_{records.ID}.jsonl": b"x\n", name: b"evil\n"})
    with pytest.raises(PackDamaged):
        unpack(Folder(tmp_path / "deep" / "new"), forged)
    assert set(contents(tmp_path)) <= {"forged.zip", "deep/new/.gitignore"}


def test_a_link_is_not_unpacked(tmp_path: Path) -> None:
    """A member that is a link is refused, whatever it is called."""
    name = f"session_{records.ID}.jsonl"
    member = Member(name=name, size=11, sha256=sha256(b"/etc/passwd").hexdigest())
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        manifest = Manifest(format=1, session_id=records.ID, members=[member])
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))
    with pytest.raises(PackDamaged):
        unpack(Folder(tmp_path / "new"), tmp_path / "forged.zip")


def test_a_bomb_stops_at_its_announced_size(tmp_path: Path) -> None:
    """A member that is larger than announced is not unpacked further, and an announced flood is refused."""
    name = f"session_{records.ID}.jsonl"
    small = Manifest(format=1, session_id=records.ID, members=[Member(name=name, size=10, sha256="0" * 64)])
    forge(tmp_path / "small.zip", {name: b"\0" * 50_000_000}, small)
    flood = Manifest(format=1, session_id=records.ID, members=[Member(name=name, size=1 << 50, sha256="0" * 64)])
    forge(tmp_path / "flood.zip", {name: b"\0" * 50_000_000}, flood)
    for pack_name in ("small.zip", "flood.zip"):
        with pytest.raises(PackDamaged):
            unpack(Folder(tmp_path / "new"), tmp_path / pack_name)
    assert sum(len(data) for data in contents(tmp_path / "new").values()) < 100


@pytest.mark.parametrize("listed", [[], ["twice", "twice"], ["more"]])
def test_the_manifest_names_every_file_once(listed: list[str], tmp_path: Path) -> None:
    """A file that the manifest does not name, names twice or names in vain is refused."""
    journal = f"session_{records.ID}.jsonl"
    names = {"twice": journal, "more": f"session_{records.CHILD}.jsonl"}
    members = [Member(name=names[word], size=2, sha256=sha256(b"x\n").hexdigest()) for word in listed]
    forge(tmp_path / "f.zip", {journal: b"x\n"}, Manifest(format=1, session_id=records.ID, members=members))
    with pytest.raises(PackDamaged):
        unpack(Folder(tmp_path / "new"), tmp_path / "f.zip")


def test_a_blob_is_what_its_name_says(tmp_path: Path) -> None:
    """A blob under another one's name is refused: it would be served to every session that refers to that name."""
    forged = forge(tmp_path / "f.zip", {f"blobs/{'0' * 64}.json": b'"evil"'})
    with pytest.raises(PackDamaged):
        unpack(Folder(tmp_path / "new"), forged)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_pack_is_refused(content: bytes, tmp_path: Path) -> None:
    """Any other file, and an archive without a manifest that can be read, is named as no pack."""
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ForeignFormat):
        unpack(Folder(tmp_path / "new"), tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "y", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(ForeignFormat):
        unpack(Folder(tmp_path / "new"), tmp_path / "y")
    with pytest.raises(ForeignFormat):
        unpack(Folder(tmp_path / "new"), forge(tmp_path / "z", {}, b"no JSON"))


def test_a_newer_pack_says_what_to_do(tmp_path: Path) -> None:
    """A pack of a newer release is refused with the remedy, even if its manifest looks different."""
    with pytest.raises(NewerFormat, match="upgrade"):
        unpack(Folder(tmp_path / "new"), forge(tmp_path / "z", {}, b'{"format":99,"else":1}'))
