"""What every test of a command needs: a folder with a recorded session, and a way to run one command line."""

from __future__ import annotations

import io
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from clew.cli.main import run
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    """Its exit code."""
    out: str
    """What it wrote to stdout."""
    err: str
    """What it said on stderr."""


@pytest.fixture
def clew(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run one command line in this process."""

    def invoke(*arguments: str | Path) -> Outcome:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        written = capfd.readouterr()
        return Outcome(code, written.out, written.err)

    return invoke


@pytest.fixture
def talk(clew: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run ``clew chat`` in this process, in the folder of the test, with what a person types."""

    def invoke(*options: str | Path, typed: str = "hello\n/quit\n", key: str = "") -> Outcome:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("ANTHROPIC_API_KEY", key)
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return clew("chat", *options)

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one session and its child."""
    return records.recorded(tmp_path / "sessions")


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let local times be UTC, so that golden files hold everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
