"""Times that run backwards: of one session, without its children, each with the path of the node that shows it.

What was recorded here has none, since a writer's clock is monotonic. An imported session keeps the times it came with.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from clew.model.session import Session, Step, Turn
from clew.tree.path import own_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Node


def inversions(session: Session) -> Iterator[tuple[str, str]]:
    """The path of every node whose times run backwards, and what is wrong, in words."""
    for path, node in own_nodes(session):
        yield from ((path, words) for words in chain(_of_node(node), _of_parts(node), _of_log(node)))


def _of_node(node: Node) -> Iterator[str]:
    """A node ends after it began."""
    if node.ended_at is not None and node.ended_at < node.started_at:
        yield f"ends {_apart(node.started_at, node.ended_at)} before it begins"


def _of_parts(node: Node) -> Iterator[str]:
    """No part begins before the whole, no turn before the one before it."""
    parts = _parts(node)
    first = min((part.started_at for part in parts), default=node.started_at)
    if first < node.started_at:
        yield f"holds what began {_apart(node.started_at, first)} earlier"
    if isinstance(node, Session):
        for before, after in pairwise(node.turns):
            if after.started_at < before.started_at:
                yield f"turn {after.index} begins {_apart(before.started_at, after.started_at)} before {before.index}"


def _of_log(node: Node) -> Iterator[str]:
    """Log entries stand in the order of their times, none before its node."""
    times = [node.started_at, *(entry.timestamp for entry in node.logs)]
    for before, after in pairwise(times):
        if after < before:
            yield f"an entry was logged {_apart(before, after)} before what stands before it"


def _parts(node: Node) -> list[Node]:
    if isinstance(node, Session):
        return [node.init, *node.turns, *node.steps, *([node.fin] if node.fin is not None else [])]
    return [*node.attempts, *node.tools] if isinstance(node, Turn | Step) else []


def _apart(later: float, earlier: float) -> str:
    return f"{later - earlier:.3f} ms"
