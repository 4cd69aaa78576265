"""What an exception means for the node it passes through: a status, a slug, and how it is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.model.log import Source

if TYPE_CHECKING:
    from types import TracebackType

    from clew.model.session import NodeStatus


class Outcome(NamedTuple):
    """How a node ends that an exception passes through."""

    status: NodeStatus
    slug: str


def is_cancelled(problem: BaseException) -> bool:
    """Whether an exception says that somebody stopped the work, rather than that it failed."""
    asyncio = sys.modules.get("asyncio.exceptions")
    return isinstance(problem, KeyboardInterrupt | GeneratorExit) or (
        asyncio is not None and isinstance(problem, asyncio.CancelledError)
    )


def attempt_outcome(problem: BaseException) -> Outcome:
    """What an exception means for a model call."""
    if is_cancelled(problem):
        return Outcome("cancelled", "llm.cancelled")
    if _is_timeout(problem):
        return Outcome("timeout", "llm.timeout")
    return Outcome("failed", "llm.failed")


def tool_outcome(problem: BaseException) -> Outcome:
    """What an exception means for a tool call."""
    if is_cancelled(problem):
        return Outcome("cancelled", "tool.cancelled")
    if _is_timeout(problem):
        return Outcome("timeout", "tool.timeout")
    return Outcome("failed", "tool.failed")


def session_outcome(problem: BaseException) -> Outcome:
    """What an exception means for a session."""
    return Outcome("cancelled", "session.cancelled") if is_cancelled(problem) else Outcome("failed", "session.error")


def describe(problem: object) -> str:
    """A failure in words; an exception with its type."""
    try:
        text = str(problem)
        return (
            (f"{type(problem).__name__}: {text}" if text else type(problem).__name__)
            if isinstance(problem, BaseException)
            else text
        )
    except Exception:  # noqa: BLE001 - the object is the application's
        return type(problem).__name__


def evidence(problem: BaseException) -> dict[str, Any]:
    """What a log entry keeps of an exception."""
    import traceback  # noqa: PLC0415 - 3 ms that a session without failures need not pay

    try:
        lines = traceback.format_exception(problem)
    except Exception:  # noqa: BLE001 - a hostile __str__ or __cause__
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


def _is_timeout(problem: BaseException) -> bool:
    return isinstance(problem, TimeoutError) or type(problem).__name__.endswith(
        ("Timeout", "TimeoutError", "TimeoutExpired")
    )
