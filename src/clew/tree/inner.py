"""What a tool did itself: the calls that were made while it ran, in the rounds of its own session.

The record does not say who made a call; times do. A call that began and ended within that of a tool was its work,
unless the model asked for it under an id of its own. A replay that stands in for the tool does not make it. What has
no end says nothing of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.session import ToolCall
from clew.tree.path import operations

if TYPE_CHECKING:
    from clew.model.session import Attempt, Session, Step, Turn

RUN = frozenset({"agent", "workflow"})
"""The kinds of tools that run when a session is replayed, so that what they call is called too."""


def is_stood_in(tool: ToolCall) -> bool:
    """Whether a replay gives the recorded result of a tool in the place of calling it."""
    return tool.kind not in RUN and tool.child_session is None


def inner_calls(session: Session) -> frozenset[int]:
    """The calls of a session, without its children, that its tools made themselves: by the identity of the node."""
    holders: list[Turn | Step] = [*session.turns, *session.steps]
    nodes = [node for holder in holders for node in operations(holder)]
    found: set[int] = set()
    ends: list[float] = []
    for node in sorted(nodes, key=_started_at):
        ends = [end for end in ends if end >= node.started_at]
        asked_for = isinstance(node, ToolCall) and node.call_id is not None
        if not asked_for and node.ended_at is not None and any(node.ended_at <= end for end in ends):
            found.add(id(node))
        if isinstance(node, ToolCall) and is_stood_in(node) and node.ended_at is not None:
            ends.append(node.ended_at)
    return frozenset(found)


def _started_at(node: Attempt | ToolCall) -> float:
    return node.started_at
