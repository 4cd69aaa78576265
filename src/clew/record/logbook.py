"""The log of a session: what was worth saying, on which node, with which payloads in force."""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from clew.model.catalog import find_slug, is_own
from clew.model.event import Logged, SlugDeclared
from clew.model.log import Source
from clew.model.session import Failure
from clew.record.failure import describe, evidence, raised_at
from clew.record.incident import Incident, incident_of, mark, new_incident_id
from clew.record.tidy import severity_of, text_of

if TYPE_CHECKING:
    from clew.record.node import NodeRecorder
    from clew.record.session import SessionRecorder


REMEMBERED = 16
"""Failures that are remembered: exceptions on their way up at the same time, and what the session may end of."""


class Logbook:
    """Writes the log entries of one session."""

    def __init__(self, session: SessionRecorder) -> None:
        """``session`` writes the acts."""
        self._session = session
        self._declared: set[str] = set()
        self._failures: deque[tuple[object, str, str]] = deque(maxlen=REMEMBERED)

    def write(
        self,
        node: NodeRecorder,
        slug: str,
        message: object,
        severity: str | None,
        details: dict[str, Any],
        source: Source | None = None,
    ) -> None:
        """Write a log entry on a node, with the payloads in force if it is a warning or an error."""
        session = self._session
        slug = text_of(slug)
        declared = find_slug(slug)
        if declared is not None and not is_own(slug) and slug not in self._declared:
            self._declared.add(slug)
            session.write(SlugDeclared(slug=declared))
        level = severity_of(severity) or (declared.severity if declared is not None else "WRN")
        attempt, tool = node.in_force() if level in {"WRN", "ERR"} else (None, None)
        session.write(
            Logged(
                of=0 if node is session else node.ref,
                slug=slug,
                severity=level,
                message=text_of(message) or (declared.description if declared is not None else slug),
                source=source or caller(),
                details=details or None,
                llm_request=attempt.ref if attempt is not None else None,
                llm_response=attempt.ref if attempt is not None and attempt.responded else None,
                tool_request=tool.ref if tool is not None else None,
                tool_response=tool.ref if tool is not None and tool.responded else None,
                registered=declared is not None,
            )
        )

    def failed(self, node: NodeRecorder, problem: object, slug: str) -> None:
        """Log a failure where it happened: an exception is logged once, however many nodes it passes through."""
        slug = text_of(slug)
        if isinstance(problem, BaseException):
            if any(known is problem for known, _, _ in tuple(self._failures)):
                return
            self._failures.append((problem, slug, node.node_path))
            self.write(node, slug, describe(problem), None, evidence(problem), raised_at(problem))
        else:
            if node is not self._session or slug != "session.error":  # which only says that something failed before
                self._failures.append((problem, slug, node.node_path))
            self.write(node, slug, describe(problem), None, {})

    def failure(self, problem: BaseException | None) -> Failure:
        """What FIN says of a session that failed of an exception, or of what was logged last."""
        causes = [cause for cause in tuple(self._failures) if problem is None or cause[0] is problem]
        if not causes:
            return Failure(incident=_incident(problem, None))
        cause, slug, path = causes[-1]
        declared = find_slug(slug)
        return Failure(
            origin=declared.origin if declared is not None else None,
            slug=slug,
            path=path or None,
            incident=_incident(cause if isinstance(cause, BaseException) else None, slug),
        )

    def slug_of(self, problem: BaseException) -> str | None:
        """The slug that an exception was logged with."""
        return next((slug for known, slug, _ in tuple(self._failures) if known is problem), None)


def _incident(problem: BaseException | None, slug: str | None) -> str:
    """The incident of what a session ends with; the exception carries it to whoever tells the user."""
    known = incident_of(problem)
    return mark(problem, Incident(known.id if known is not None else new_incident_id(), slug, logged=True)).id


def caller() -> Source | None:
    """The place in the application that called the recorder."""
    frame = sys._getframe(1)  # noqa: SLF001 - the documented way to see the caller
    while frame.f_code.co_filename.startswith(_FRONTS):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    code = frame.f_code
    return Source(file=code.co_filename.rpartition("/")[2], line=frame.f_lineno, function=code.co_name)


_HERE = __file__.removesuffix("logbook.py")
_FRONTS = (_HERE, _HERE.replace(f"{os.sep}record{os.sep}", f"{os.sep}compat{os.sep}"))
"""Where the recorder and its older faces are: they only pass on what somebody else logs."""
