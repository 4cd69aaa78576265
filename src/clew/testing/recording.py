"""The recording of one test: its sessions lie in a folder of their own, which goes away unless the test fails.

While it lasts the folder is also ``CLEW_DIR``, so that sessions which the test opens itself, and those of programs it
starts, lie there too; and clients of SDKs are recorded as after :func:`clew.instrument`.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from clew.errors import RecordError
from clew.instrument.automatic import wants_sessions
from clew.instrument.switch import instrument
from clew.record import api
from clew.store.folder import Folder
from clew.text.outline import View, outline
from clew.text.row import plain
from clew.text.why import why_rows
from clew.tree.failure import explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from clew.model.session import Session
    from clew.record.session import SessionRecorder

_VARIABLES = ("CLEW_DIR", "CLEW_RECORD", "CLEW_TRACE", "CLEW_PARENT")
_LONGEST_NAME = 120
"""Characters of a folder's name, so that every file system takes it."""


class Recording:
    """Records what happens in its ``with`` block."""

    session: SessionRecorder
    """The session in force."""

    def __init__(self, name: str, title: str) -> None:
        """``name`` is what the session's agent is called, ``title`` what the session is."""
        self.told = False
        """Whether a failure was told of."""
        self._name = name
        self._title = title
        self._stack = ExitStack()

    def tell(self, problem: BaseException | None, artifacts: Path) -> Iterator[tuple[str, str]]:
        """End the session with the failure of the test: sections of its report; the sessions are kept."""
        self.told = True
        self.session.end(problem)
        for session in self._sessions():
            yield f"clew: {session.session_id}", _text(session)
        yield "clew: kept", self._keep(artifacts)

    def _sessions(self) -> Iterator[Session]:
        """Those that were recorded, without children; the test's own if anything is in it or there is no other."""
        folder = Folder(self._folder)
        ids = sorted(session_id for session_id in folder.ids() if folder.parent(session_id) is None)
        for session_id in ids:
            try:
                session = folder.load(session_id)
            except RecordError:
                continue
            if session_id != self.session.session_id or len(ids) == 1 or session.turns or session.steps:
                yield session

    def _keep(self, artifacts: Path) -> str:
        """Copy the journals to where they stay, and say where that is."""
        place = artifacts / _file_name(self._title)
        try:
            artifacts.mkdir(parents=True, exist_ok=True)
            (artifacts / ".gitignore").write_text("*\n", "utf-8")
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self._folder, place)
        except OSError as problem:
            return f"The sessions could not be kept ({problem})."
        lines = [str(path) for path in sorted(place.glob("session_*.jsonl"))]
        return "\n".join([*lines, f"clew ls --dir {place}"])

    def __enter__(self) -> Self:
        with self._stack as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="clew-", ignore_cleanup_errors=True)))
            before = {name: os.environ.pop(name, None) for name in _VARIABLES}
            stack.callback(_restore, before)
            os.environ["CLEW_DIR"] = str(self._folder)
            if not wants_sessions():
                stack.callback(instrument().remove)
            self.session = api.session(self._name, title=self._title, dir=self._folder, sync="never", trace=False)
            stack.enter_context(self.session)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()


def _restore(variables: dict[str, str | None]) -> None:
    """Put environment variables back."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _text(session: Session) -> str:
    """What a failing test did, and why it failed."""
    rows: list[Any] = [*why_rows(session, explain(session)), (), *outline(session, View(paths=True))]
    return "\n".join(plain(row) for row in rows)


def _file_name(title: str) -> str:
    """A name of a folder for a test."""
    return re.sub(r"[^\w.-]+", "_", title)[-_LONGEST_NAME:].strip("_.") or "test"
