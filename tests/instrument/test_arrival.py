"""Doing something to a module as soon as it is imported."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from clew.instrument.arrival import Arrivals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def arrivals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arrivals]:
    """Arrivals, and a folder of modules nobody has imported."""
    (tmp_path / "late_module.py").write_text("VALUE = 1\n", "utf-8")
    (tmp_path / "broken_module.py").write_text("raise ValueError\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    waiting = Arrivals()
    yield waiting
    waiting.forget()
    for name in ("late_module", "broken_module"):
        sys.modules.pop(name, None)


def test_what_is_there_is_done_at_once(arrivals: Arrivals) -> None:
    """A module that is imported already is not waited for."""
    done: list[str] = []
    arrivals.when("sys", lambda: done.append("sys"))
    assert done == ["sys"]
    assert arrivals not in sys.meta_path


def test_what_comes_later_is_done_after_it_has_run(arrivals: Arrivals) -> None:
    """The module is whole when its turn comes, and looks as if nobody had waited; a reload does nothing again."""
    done: list[int] = []
    arrivals.when("late_module", lambda: done.append(sys.modules["late_module"].VALUE))
    module = importlib.import_module("late_module")
    assert done == [1]
    assert type(module.__loader__) is type(importlib.import_module("textwrap").__loader__)
    importlib.reload(module)
    assert done == [1]


def test_what_cannot_be_imported_fails_as_ever(arrivals: Arrivals) -> None:
    """A module that is not there, or that raises, raises what it raises; nothing is done."""
    done: list[str] = []
    for name in ("no_such_module", "broken_module"):
        arrivals.when(name, lambda: done.append("never"))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module")
    with pytest.raises(ValueError, match=r"^$"):
        importlib.import_module("broken_module")
    assert done == []
