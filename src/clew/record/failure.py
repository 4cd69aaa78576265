"""What an exception means for the node it passes through: a status, a slug, and how it is told."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.model.log import Source
from clew.record.exchange_failure import classify, classify_raised, is_cancelled, is_timeout
from clew.record.standin import RecordedFailure

if TYPE_CHECKING:
    from types import TracebackType

    from clew.model.session import NodeStatus


class Outcome(NamedTuple):
    """How a node ends that an exception passes through."""

    status: NodeStatus
    slug: str


def attempt_outcome(problem: object, told: NodeStatus | None = None) -> Outcome:
    """What a failure means for a model call. One told in words is known by the status it was ``told`` with."""
    if is_disk_full(problem):
        return _DISK_FULL
    error = problem if isinstance(problem, BaseException) else None
    failure = classify_raised(error) if error is not None else classify(status=told)
    return Outcome(failure.status, failure.slug)


def tool_outcome(problem: object, told: NodeStatus | None = None) -> Outcome:
    """What a failure means for a tool call. One told in words is known by the status it was ``told`` with."""
    error = problem if isinstance(problem, BaseException) else None
    if is_disk_full(error):
        return _DISK_FULL
    if told == "cancelled" or (error is not None and is_cancelled(error)):
        return Outcome("cancelled", "tool.cancelled")
    if told == "timeout" or (error is not None and is_timeout(error)):
        return Outcome("timeout", "tool.timeout")
    return Outcome("failed", "tool.failed")


def holder_slug(problem: object, kind: str) -> str:
    """The name of what failed a turn or a step between its calls."""
    return _DISK_FULL.slug if is_disk_full(problem) else _OF_HOLDERS[kind]


def session_outcome(problem: object) -> Outcome:
    """What a failure means for a session."""
    if isinstance(problem, BaseException) and is_cancelled(problem):
        return Outcome("cancelled", "session.cancelled")
    return _DISK_FULL if is_disk_full(problem) else Outcome("failed", "session.error")


_DISK_FULL = Outcome("failed", "host.disk_full")
_OF_HOLDERS = {"turn": "turn.failed", "step": "step.failed"}


def describe(problem: object) -> str:
    """A failure in words; an exception with its type, unless it only hands on words of a record."""
    try:
        text = str(problem)
        if not isinstance(problem, BaseException) or type(problem) is RecordedFailure:
            return text
        return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
    except Exception:  # noqa: BLE001 - the object is the application's
        return type(problem).__name__


def evidence(problem: BaseException) -> dict[str, Any]:
    """What a log entry keeps of an exception."""
    try:
        import traceback  # noqa: PLC0415 - 3 ms that a session without failures need not pay

        lines = traceback.format_exception(problem)
    except Exception:  # noqa: BLE001 - a hostile __str__ or __cause__, or no handle left to load a module with
        lines = [type(problem).__name__]
    return {"exception": f"{type(problem).__module__}.{type(problem).__qualname__}", "traceback": "".join(lines)}


def raised_at(problem: BaseException) -> Source | None:
    """Where an exception was raised."""
    trace: TracebackType | None = problem.__traceback__
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return Source(file=code.co_filename.rpartition("/")[2], line=trace.tb_lineno, function=code.co_name)


def is_disk_full(problem: object) -> bool:
    """Whether the machine, and not what runs on it, had no room left."""
    return isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}
