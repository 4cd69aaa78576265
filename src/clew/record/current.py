"""The node in force: what the code that runs right now is part of.

It is held in a ``ContextVar``, so threads, tasks and executors never mix parents. Leaving a node puts back what was in
force when it was entered, without tokens: a token cannot be reset in another task than its own, and a generator may
well be closed in one.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.record.node import NodeRecorder

_current: ContextVar[NodeRecorder | None] = ContextVar("clew_current", default=None)


def current() -> NodeRecorder | None:
    """The recorder of the node in force: a session, turn, step, attempt or tool call; ``None`` outside any session."""
    return _current.get()


def enter(node: NodeRecorder) -> NodeRecorder | None:
    """Put a node in force; what was in force before is to be given to :func:`leave`."""
    before = _current.get()
    _current.set(node)
    return before


def leave(node: NodeRecorder, before: NodeRecorder | None) -> None:
    """Put back what was in force, unless something else has taken over meanwhile."""
    if _current.get() is node:
        _current.set(before)
