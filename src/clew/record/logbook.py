"""The log of a session: what was worth saying, on which node, with which payloads in force."""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

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

_PASSED_ON = frozenset({"session.error", "turn.failed", "step.failed"})
"""What is said of an exception that no call raised: it may only hand on the failure of the call before it."""


class _Known(NamedTuple):
    """A failure that is remembered."""

    problem: object
    slug: str
    kind: str
    """Of the node where it was logged."""
    path: str
    worked: int
    """How many operations had gone well by then."""


class Logbook:
    """Writes the log entries of one session."""

    def __init__(self, session: SessionRecorder) -> None:
        """``session`` writes the acts."""
        self._session = session
        self._declared: set[str] = set()
        self._failures: deque[_Known] = deque(maxlen=REMEMBERED)

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
            if any(known.problem is problem for known in tuple(self._failures)):
                return
            self._remember(node, problem, slug)
            self.write(node, slug, describe(problem), None, evidence(problem), raised_at(problem))
        else:
            if node is not self._session or slug != "session.error":  # which only says that something failed before
                self._remember(node, problem, slug)
            self.write(node, slug, describe(problem), None, {})

    def failure(self, problem: BaseException | None) -> Failure:
        """What FIN says of a session that failed of an exception, or of what was logged last."""
        known = tuple(self._failures)
        places = [place for place, one in enumerate(known) if problem is None or one.problem is problem]
        if not places:
            return Failure(incident=_incident(problem, None))
        end = known[places[-1]]
        cause = _cause(end, known[: places[-1]])
        declared = find_slug(cause.slug)
        return Failure(
            origin=declared.origin if declared is not None else None,
            slug=cause.slug,
            path=cause.path or None,
            incident=_incident(end.problem if isinstance(end.problem, BaseException) else None, cause.slug),
        )

    def slug_of(self, problem: BaseException) -> str | None:
        """The slug that an exception was logged with."""
        return next((known.slug for known in tuple(self._failures) if known.problem is problem), None)

    def _remember(self, node: NodeRecorder, problem: object, slug: str) -> None:
        self._failures.append(_Known(problem, slug, node.kind, node.node_path, self._session.tally.worked))


def _cause(end: _Known, before: tuple[_Known, ...]) -> _Known:
    """What led to a failure, by the rules of ``docs/failures.md`` as far as a writer can tell without the tree."""
    cause = end
    for known in reversed(before):
        if known.worked != cause.worked or not _led_to(known, cause):
            break
        cause = known
    return cause


def _led_to(known: _Known, cause: _Known) -> bool:
    """Whether a failure with nothing good in between led to another: a retry's, or one that was only passed on."""
    together = _round(known) == _round(cause)
    if cause.slug in _PASSED_ON:
        stopped = known.slug.endswith(".cancelled")
        return not stopped and not _is_bug(cause.problem) and (together or cause.kind == "session")
    return cause.kind == known.kind == "attempt" and together


def _round(known: _Known) -> str:
    return known.path.partition("-")[0]


def _is_bug(problem: object) -> bool:
    from clew.tree.chain import BUGS  # noqa: PLC0415 - a session without failures need not pay

    return f"{type(problem).__module__}.{type(problem).__qualname__}" in BUGS


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
