"""Snapshots of trees: files beside the tests, compared with what a run did, and written on demand.

::

    def test_support(clew_session, clew_snapshot):
        support("find my order")
        clew_snapshot(clew_session)

The file of a test lies in ``__snapshots__/<file of the test>/<test>.txt``, in which ``<test>`` names class and
parameters too; further snapshots of one test are ``<test>.2.txt`` and so on, or ``<test>.<name>.txt`` with ``name=``.
``pytest --clew-update`` writes them, and says nothing against a difference.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from clew.model.session import Session
from clew.testing.name import file_name
from clew.testing.normal import normal_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clew.record.session import SessionRecorder

_CONTEXT = 6
"""Lines shown around a difference."""


def folder_of(test_file: Path) -> Path:
    """Where the snapshots of a test file lie."""
    return test_file.parent / "__snapshots__" / test_file.stem


class SnapshotDiffers(AssertionError):
    """A tree is not what its snapshot says, or has none."""


class Snapshot:
    """The snapshots of one test."""

    def __init__(self, test_file: Path, test: str, *, update: bool, asked: Callable[[Path], None]) -> None:
        """``test`` names the test within its file; ``asked`` is told of every file that is compared."""
        self._folder = folder_of(test_file)
        self._test = test
        self._update = update
        self._asked = asked
        self._count = 0

    def __call__(
        self,
        tree: Session | SessionRecorder,
        *,
        name: str | None = None,
        volatile: Mapping[str, str] | None = None,
    ) -> None:
        """Compare a tree with its snapshot. Raises ``SnapshotDiffers``."""
        __tracebackhide__ = True
        self._count += name is None
        part = name or (str(self._count) if self._count > 1 else "")
        path = self._folder / f"{file_name(f'{self._test}.{part}' if part else self._test)}.txt"
        self._asked(path)
        match_snapshot(tree, path, update=self._update, volatile=volatile)


def match_snapshot(
    tree: Session | SessionRecorder, path: Path, *, update: bool = False, volatile: Mapping[str, str] | None = None
) -> None:
    """Compare a tree with a file, or write the file. Raises ``SnapshotDiffers``."""
    __tracebackhide__ = True
    text = normal_text(tree if isinstance(tree, Session) else tree.tree(), volatile)
    known = path.read_text("utf-8") if path.is_file() else None
    if known == text:
        return
    if update:
        _write(path, text)
    elif known is None:
        raise SnapshotDiffers(f"There is no snapshot {path}; write it by pytest --clew-update.")
    else:
        raise SnapshotDiffers(f"The session is not as in {path}:\n\n{_difference(known, text)}")


def _difference(known: str, text: str) -> str:
    """What was and what is, line by line."""
    lines = difflib.unified_diff(known.splitlines(), text.splitlines(), "snapshot", "session", n=_CONTEXT, lineterm="")
    return "\n".join(lines) + "\n\nIf that is meant: pytest --clew-update."


def _write(path: Path, text: str) -> None:
    """Write a whole file at once: two tests in two processes may share a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)
