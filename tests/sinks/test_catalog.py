"""Promises of journald's message catalog: an entry for every slug, in the form that journalctl compiles."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from clew.cli.main import run
from clew.model.catalog import catalog
from clew.sinks.catalog import journal_catalog
from clew.sinks.message_id import message_id

if TYPE_CHECKING:
    from pathlib import Path


def test_every_slug_has_an_entry() -> None:
    """An entry begins with the id that lines with the slug carry, and says what the slug means."""
    text = journal_catalog(catalog().values())
    ids = re.findall(r"^-- ([0-9a-f]{32})$\nSubject: .", text, re.MULTILINE)
    assert len(ids) == len(set(ids))
    assert {message_id(slug) for slug in catalog()} < set(ids)


def test_the_command_prints_it(capfd: pytest.CaptureFixture[str]) -> None:
    """`clew slugs --journal-catalog` is the file, ready to be redirected."""
    assert run(["slugs", "--journal-catalog"]) == 0
    assert capfd.readouterr().out == journal_catalog(catalog().values())


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="journalctl is not installed (apt-get install systemd)")
def test_journalctl_compiles_and_finds_it(tmp_path: Path) -> None:
    """Each entry can be asked for by its message id."""
    place = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    place.mkdir(parents=True)
    (place / "clew.catalog").write_text(journal_catalog(catalog().values()), "utf-8")
    command = ["journalctl", f"--root={tmp_path}"]
    compiled = subprocess.run([*command, "--update-catalog"], capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stderr
    listed = subprocess.run([*command, "--list-catalog"], capture_output=True, text=True, check=True).stdout
    assert f"{message_id('tool.timeout')} clew: tool.timeout: Tool execution timed out" in listed
