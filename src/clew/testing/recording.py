"""The recording of one test: its sessions lie in a folder of their own, which goes away unless the test fails.

While it lasts the folder is also ``CLEW_DIR``, so that sessions which the test opens itself, and those of programs it
starts, lie there too; and clients of SDKs are recorded as after :func:`clew.instrument`. The folder outlives the
fixture, because a test may still fail while other fixtures are taken down.
"""

from __future__ import annotations

import os
import shlex
import shutil
import weakref
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from clew.errors import RecordError
from clew.instrument.automatic import wants_sessions
from clew.instrument.switch import instrument
from clew.record import api
from clew.store.folder import Folder
from clew.testing.name import file_name
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


class Recording:
    """Records what happens in its ``with`` block."""

    session: SessionRecorder
    """The session in force."""

    def __init__(self, name: str, title: str, artifacts: Path) -> None:
        """``name`` is what the session's agent is called, ``title`` the test's id; it is kept below ``artifacts``."""
        self.told = False
        """Whether a failure was told of."""
        self.passed = False
        """Whether the test itself went well."""
        self.place = artifacts / file_name(title)
        """Where the sessions are kept if the test fails."""
        self._name = name
        self._title = title
        self._stack = ExitStack()
        self._folder = Path(mkdtemp(prefix="clew-"))
        self.close = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        """Forgets the sessions."""

    def tell(self, problem: BaseException | None) -> Iterator[tuple[str, str]]:
        """End the session with the failure of the test: sections of its report; the sessions are kept."""
        self.told = True
        self.session.end(problem)
        for session in self._sessions():
            yield f"clew: {session.session_id}", _text(session, self.place)
        yield "clew: kept", self._keep()

    def facts(self) -> Iterator[tuple[str, str]]:
        """What a report for machines says of a failure that was told of."""
        for session in self._sessions():
            yield "clew_session", session.session_id
            cause = explain(session).cause
            if cause is not None:
                yield "clew_cause", f"{cause.slug or cause.origin} at {cause.path or 'the session'}"
            failure = session.fin.failure if session.fin is not None else None
            if failure is not None and failure.incident is not None:
                yield "clew_incident", failure.incident
        if self.place.is_dir():
            yield "clew_kept", str(self.place)

    def forget(self) -> None:
        """Remove what an earlier run kept of the test, which is well again."""
        shutil.rmtree(self.place, ignore_errors=True)

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

    def _keep(self) -> str:
        """Copy the journals to where they stay, and say where that is."""
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            (self.place.parent / ".gitignore").write_text("*\n", "utf-8")
            shutil.rmtree(self.place, ignore_errors=True)
            shutil.copytree(self._folder, self.place)
        except OSError as problem:
            return f"The sessions could not be kept ({problem})."
        lines = [str(path) for path in sorted(self.place.glob("session_*.jsonl"))]
        return "\n".join([*lines, f"clew ls --dir {shlex.quote(str(self.place))}"])

    def __enter__(self) -> Self:
        with self._stack as stack:
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


def _text(session: Session, place: Path) -> str:
    """What a failing test did, and why it failed; its session is kept at a place."""
    rows: list[Any] = [*why_rows(session, explain(session), str(place)), (), *outline(session, View(paths=True))]
    return "\n".join(plain(row) for row in rows)
