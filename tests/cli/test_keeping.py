"""Promises of the commands that change a folder, and of ``doctor``, which looks at it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.cli.prune import age, amount
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_a_session_travels(folder: Path, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """What is packed here is unpacked there, and shown there as here."""
    packed = clew("pack", "last", "--dir", folder, "-o", tmp_path / "s.zip")
    assert (packed.code, packed.out) == (0, f"{tmp_path / 's.zip'}\n")
    assert clew("unpack", tmp_path / "s.zip", "--dir", tmp_path / "new").out == f"{records.ID}\n"
    assert clew("show", "--dir", tmp_path / "new").out == clew("show", "--dir", folder).out


def test_nothing_is_replaced(folder: Path, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A file in the way is named, and left as it is."""
    clew("pack", "last", "--dir", folder, "-o", tmp_path / "s.zip")
    again = clew("pack", "last", "--dir", folder, "-o", tmp_path / "s.zip")
    assert (again.code, again.out) == (ExitCode.REFUSED, "")
    records.write(tmp_path / "new", records.ID, records.child())
    refused = clew("unpack", tmp_path / "s.zip", "--dir", tmp_path / "new")
    assert refused.code == ExitCode.REFUSED
    assert "nothing was unpacked" in refused.err


def test_a_damaged_pack_is_refused(folder: Path, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A wrong byte in a pack is found before anything is unpacked; another file is no pack."""
    clew("pack", "last", "--dir", folder, "-o", tmp_path / "s.zip")
    data = bytearray((tmp_path / "s.zip").read_bytes())
    data[200] ^= 0xFF
    (tmp_path / "s.zip").write_bytes(data)
    assert clew("unpack", tmp_path / "s.zip", "--dir", tmp_path / "new").code in {ExitCode.DAMAGED, ExitCode.FOREIGN}
    (tmp_path / "x").write_text("x")
    assert clew("unpack", tmp_path / "x", "--dir", tmp_path / "new").code == ExitCode.FOREIGN


def test_removing_says_what_went(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The ids that went are on stdout, the child among them; a dry run removes nothing."""
    dry = clew("rm", "last", "--dir", folder, "--dry-run")
    assert sorted(dry.out.split()) == [records.ID, records.CHILD]
    assert "Would remove 2 sessions" in dry.err
    assert len(list(folder.glob("*.jsonl"))) == 2
    assert "Would remove 1 session " in clew("rm", records.CHILD, "--dir", folder, "--dry-run").err
    assert clew("rm", "last", "--dir", folder).out == dry.out
    assert list(folder.glob("*.jsonl")) == []


def test_a_live_session_is_not_removed(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """The agent has to end first."""
    writer = records.begin(tmp_path, records.ID, records.child()[:3])
    outcome = clew("rm", records.ID, "--dir", tmp_path)
    writer.close()
    assert outcome.code == ExitCode.REFUSED
    assert "being written" in outcome.err


def test_old_sessions_are_pruned(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Age counts from the last write; ``--json`` says the same to programs."""
    assert clew("prune", "--older-than", "30d", "--dir", folder).out == ""
    for path in folder.glob("*.jsonl"):
        os.utime(path, (time.time() - 31 * 86_400,) * 2)
    report = json.loads(clew("prune", "--older-than", "30d", "--dir", folder, "--dry-run", "--json").out)
    assert (sorted(report["sessions"]), report["dryRun"]) == ([records.ID, records.CHILD], True)
    assert clew("prune", "--older-than", "30d", "--dir", folder).out.split() == report["sessions"]
    assert list(folder.glob("*.jsonl")) == []


@pytest.mark.parametrize(("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("2w", 1_209_600), ("1.5 m", 90)])
def test_ages(text: str, seconds: float) -> None:
    """Ages are written as people write them."""
    assert age(text) == seconds


@pytest.mark.parametrize(("text", "octets"), [("2GB", 2 * 10**9), ("500 mb", 5 * 10**8), ("1.5kB", 1500), ("0B", 0)])
def test_sizes(text: str, octets: int) -> None:
    """Sizes are written as people write them."""
    assert amount(text) == octets


def test_the_doctor_looks_at_everything(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Folder, permissions, sync cost, versions, extras, search and terminal are looked at."""
    outcome = clew("doctor", "--dir", folder, "--json")
    topics = {finding["topic"]: finding for finding in json.loads(outcome.out)}
    assert {"folder", "permissions", "sync", "clew", "msgspec", "clew[agent]", "sqlite", "terminal"} <= set(topics)
    assert outcome.code == 0
    assert "2 sessions" in topics["folder"]["words"]
    assert topics["sync"]["words"].split()[1] == "ms,"


def test_the_doctor_finds_what_is_wrong(folder: Path, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A folder that others can look into, and a file where a folder should be, are problems with a remedy."""
    folder.chmod(0o755)
    outcome = clew("doctor", "--dir", folder)
    assert outcome.code == ExitCode.UNREADABLE
    assert "chmod 700" in outcome.out
    (tmp_path / "file").write_text("x")
    assert "is not a folder" in clew("doctor", "--dir", tmp_path / "file").out


def test_the_doctor_needs_no_folder(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Before the first session nothing is wrong, and nothing is made."""
    outcome = clew("doctor", "--dir", tmp_path / "none")
    assert outcome.code == 0
    assert "does not exist yet" in outcome.out
    assert not (tmp_path / "none").exists()


def test_the_index_is_no_session(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Neither rm nor prune counts or removes it, and it is right again at the next look."""
    clew("search", "order", "--dir", folder)
    removed = clew("rm", records.ID, "--dir", folder, "--json")
    assert sorted(json.loads(removed.out)["sessions"]) == [records.ID, records.CHILD]
    assert (list(folder.glob("*.jsonl")), (folder / "index").is_dir()) == ([], True)
    assert json.loads(clew("ls", "--dir", folder, "--json").out) == []
    assert clew("search", "order", "--dir", folder).code == ExitCode.NOT_FOUND
    records.recorded(folder)
    assert clew("search", "order", "--dir", folder).code == 0
    pruned = json.loads(clew("prune", "--max-size", "0B", "--dir", folder, "--json").out)
    assert sorted(pruned["sessions"]) == [records.ID, records.CHILD]
    assert (folder / "index").is_dir()
    assert clew("stats", "--dir", folder, "--json").out.startswith('{\n  "sessions": 0')


def test_the_doctor_says_how_the_index_stands(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Whether there is one, how large it is and whether it is up to date; looking changes nothing."""

    def told() -> dict[str, str]:
        findings = json.loads(clew("doctor", "--dir", folder, "--json").out)
        return {finding["topic"]: finding["words"] for finding in findings if "index" in finding["topic"]}

    assert "clew ls" in told()["index"]
    assert "clew search" in told()["text index"]
    assert not (folder / "index").exists()
    clew("search", "order", "--dir", folder)
    assert told()["index"].endswith("2 sessions, up to date")
    assert told()["text index"].endswith("up to date")
    records.write(folder, "20251109_150000_00000001", records.child())
    (folder / f"session_{records.CHILD}.jsonl").unlink()
    assert told()["index"].endswith("1 to be read and 1 to be forgotten")
