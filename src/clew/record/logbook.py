"""The log of a session: what was worth saying, on which node, with which payloads in force."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from clew.model.catalog import find_slug, is_own
from clew.model.event import Logged, SlugDeclared
from clew.model.log import Source
from clew.model.session import Failure
from clew.record.failure import describe, evidence, raised_at
from clew.record.tidy import severity_of, text_of

if TYPE_CHECKING:
    from clew.record.node import NodeRecorder
    from clew.record.session import SessionRecorder


class Logbook:
    """Writes the log entries of one session."""

    def __init__(self, session: SessionRecorder) -> None:
        """``session`` writes the acts."""
        self._session = session
        self._declared: set[str] = set()
        self._failed: tuple[object, str, str] | None = None

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
        if isinstance(problem, BaseException):
            if self._failed is not None and self._failed[0] is problem:
                return
            self._failed = (problem, slug, node.node_path)
            self.write(node, slug, describe(problem), None, evidence(problem), raised_at(problem))
        else:
            self.write(node, slug, describe(problem), None, {})

    def failure(self, problem: BaseException | None) -> Failure:
        """What FIN says of a session that failed of an exception, or of what was logged last."""
        incident = os.urandom(4).hex()
        if self._failed is None or (problem is not None and self._failed[0] is not problem):
            return Failure(incident=incident)
        _, slug, path = self._failed
        declared = find_slug(slug)
        return Failure(
            origin=declared.origin if declared is not None else None, slug=slug, path=path or None, incident=incident
        )


def caller() -> Source | None:
    """The place in the application that called the recorder."""
    frame = sys._getframe(1)  # noqa: SLF001 - the documented way to see the caller
    while frame.f_code.co_filename.startswith(_PACKAGE):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    code = frame.f_code
    return Source(file=code.co_filename.rpartition("/")[2], line=frame.f_lineno, function=code.co_name)


_PACKAGE = __file__.removesuffix("logbook.py").removesuffix(f"record{os.sep}")
