"""The node in force: what the code that runs right now is part of.

It is held in a ``ContextVar``, so threads, tasks and executors never mix parents. Leaving a node puts back what was in
force when it was entered, without tokens: a token cannot be reset in another task than its own, and a generator may
well be closed in one.

A turn that was found from a conversation is not entered: nobody says where it ends. The code that runs beside it is
presumed to be part of it, as far as the turn is open and nothing nearer is in force.
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


_presumed: ContextVar[NodeRecorder | None] = ContextVar("clew_presumed", default=None)


def presume(node: NodeRecorder) -> None:
    """The code that runs in this context from now on is presumed to be part of a node that was found."""
    _presumed.set(node)


def presumed() -> NodeRecorder | None:
    """The node that was found last in this context."""
    return _presumed.get()


def nearest() -> NodeRecorder | None:
    """Where what happens now belongs: the node in force; if that is a session or none, the open turn found in it."""
    node, found = _current.get(), _presumed.get()
    if found is None or found.ended or (node is not None and node is not found.session):
        return node
    return found
