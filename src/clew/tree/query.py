"""Questions to a tree, for tests and tools.

By slug, path, kind, status and name, never by message text (seed 004, rule 10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.session import Attempt, Session, Step, ToolCall, Turn
from clew.tree.path import operations, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.log import LogEntry
    from clew.model.session import Node


def find_turn(session: Session, index: int) -> Turn | None:
    """The turn with a 1-based index."""
    return next((turn for turn in session.turns if turn.index == index), None)


def find_tools(
    node: Session | Turn | Step, name: str | None = None, *, status: str | None = None, children: bool = False
) -> tuple[ToolCall, ...]:
    """All tool calls below a node, by name and status; ``children`` looks into child sessions too."""
    found = (
        tool for tool in _tools(node, children=children) if name in {None, tool.name} and status in {None, tool.status}
    )
    return tuple(found)


def find_tool(
    node: Session | Turn | Step, name: str | None = None, *, status: str | None = None, children: bool = False
) -> ToolCall | None:
    """The first tool call below a node, by name and status."""
    return next(iter(find_tools(node, name, status=status, children=children)), None)


def find_logs(node: Node, slug: str | None = None, *, children: bool = True) -> tuple[LogEntry, ...]:
    """All log entries on a node and below it, by slug, in reading order; ``children`` looks into child sessions too."""
    return tuple(entry for _, entry in walk_logs(node, children=children) if slug in {None, entry.slug})


def find_log(node: Node, slug: str | None = None, *, children: bool = True) -> LogEntry | None:
    """The first log entry on a node or below it, by slug."""
    return next((entry for _, entry in walk_logs(node, children=children) if slug in {None, entry.slug}), None)


def count_retries(node: Session | Turn) -> int:
    """How many attempts came after a first one."""
    turns = node.turns if isinstance(node, Session) else (node,)
    return sum(len(turn.llm_retries) for turn in turns)


def walk_logs(node: Node, *, children: bool = True) -> Iterator[tuple[Node, LogEntry]]:
    """Every log entry on a node and below it, with the node it hangs on."""
    for place in _below(node, children=children):
        yield from ((place, entry) for entry in place.logs)
        if isinstance(place, Attempt) and place.response is not None:
            yield from ((place, entry) for entry in place.response.logs)


def _below(node: Node, *, children: bool) -> Iterator[Node]:
    if isinstance(node, Session):
        for path, place in walk(node):
            if children or ("." not in path and not (path and isinstance(place, Session))):
                yield place
        return
    yield node
    if isinstance(node, Turn | Step):
        for operation in operations(node):
            yield from _below(operation, children=children)
    elif isinstance(node, ToolCall) and children and node.child_session is not None:
        yield from _below(node.child_session, children=children)


def _tools(node: Session | Turn | Step, *, children: bool) -> Iterator[ToolCall]:
    for place in _below(node, children=children):
        if isinstance(place, ToolCall):
            yield place


__all__ = ["count_retries", "find_log", "find_logs", "find_tool", "find_tools", "find_turn", "walk", "walk_logs"]
