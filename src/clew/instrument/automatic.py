"""The automatic session: where calls are recorded for which the application opened none.

It exists only after :func:`clew.instrument` asked for it. It is opened at its first use and ended when the process
ends, as failed if an exception ended the process. A session that the application keeps open without being inside it,
for instance in another thread, is preferred if it is the only one.
"""

from __future__ import annotations

import atexit
import sys
from pathlib import PurePath
from threading import RLock
from typing import TYPE_CHECKING, Any

from clew.record import api
from clew.record.session import only_live_session

if TYPE_CHECKING:
    from clew.record.session import SessionRecorder


class _Automatic:
    """The one of this process."""

    def __init__(self) -> None:
        self.options: dict[str, Any] | None = None
        """What it is opened with; ``None`` while nobody wants one."""
        self.session: SessionRecorder | None = None
        """The one that is open."""
        self.called = False
        """Whether any call of a model or a tool came by."""
        self.lock = RLock()


_automatic = _Automatic()


def wants_sessions() -> bool:
    """Whether calls outside any session are to be recorded, and turns to be found."""
    return _automatic.options is not None


def want_sessions(options: dict[str, Any] | None) -> None:
    """Open sessions by themselves from now on, with these options of :func:`clew.session`; ``None`` ends that."""
    with _automatic.lock:
        _automatic.options = options
    if options is None:
        end_session()


def note_call() -> None:
    """A call of a model or a tool comes by, recorded or not."""
    _automatic.called = True


def was_called() -> bool:
    """Whether any call came by in this process."""
    return _automatic.called


def open_session_in_use() -> SessionRecorder | None:
    """The session for a call outside any, if it is open."""
    with _automatic.lock:
        if _automatic.options is None:
            return None
        if _automatic.session is not None and not _automatic.session.ended:
            return _automatic.session
        return only_live_session()


def session_in_use() -> SessionRecorder | None:
    """The session for a call outside any, opened if need be; ``None`` if nobody wants one."""
    with _automatic.lock:
        there = open_session_in_use()
        if there is not None or _automatic.options is None:
            return there
        agent_id = _automatic.options.get("agent_id") or _program()
        _automatic.session = api.session(**{**_automatic.options, "agent_id": agent_id})
        atexit.register(_end_with_process)
        return _automatic.session


def end_session(problem: BaseException | None = None) -> None:
    """End the automatic session, if there is one; ``problem`` is what it failed of."""
    with _automatic.lock:
        session, _automatic.session = _automatic.session, None
    atexit.unregister(_end_with_process)
    if session is not None:
        session.end(problem)


def _end_with_process() -> None:
    """End the automatic session as the process ends: by the exception that the interpreter remembers, or well."""
    problem = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    end_session(problem if isinstance(problem, BaseException) else None)


def _program() -> str:
    """What the program is called."""
    return PurePath(sys.argv[0] if sys.argv else "").stem or "python"
