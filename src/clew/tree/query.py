"""Questions to a tree, for tests and tools.

By slug, path, kind, status and name, never by message text (seed 004, rule 10). Wherever a slug, a path or a name is
asked for, ``*`` and ``?`` stand for any text and any character: ``llm.*``, ``2-*``, ``orders.?``. What is not there is
``None`` or empty. A question that nothing can answer raises, because a test that asks it would always pass: a kind or a
status that there is none of (``ValueError``), and something that is no node of a tree (``TypeError``).
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from clew.model.session import Attempt, Fin, Init, NodeStatus, Session, SessionStatus, Step, ToolCall, Turn
from clew.tree.path import operations
from clew.tree.path import walk as walk_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.log import LogEntry
    from clew.model.session import Node

Kind = Literal["session", "init", "turn", "step", "attempt", "tool", "fin"]
"""What a node is."""
_KINDS: dict[type, Kind] = {
    Session: "session",
    Init: "init",
    Turn: "turn",
    Step: "step",
    Attempt: "attempt",
    ToolCall: "tool",
    Fin: "fin",
}
_STATUSES = ("rejected", *dict.fromkeys((*get_args(NodeStatus), *get_args(SessionStatus))))


def kind_of(node: Node) -> Kind:
    """What a node is."""
    return _KINDS[type(node)]


def status_of(node: Node) -> str | None:
    """How a node went: its status; a rejected attempt is ``rejected``, FIN ``ok`` or ``failed``."""
    if isinstance(node, Attempt) and node.verdict == "rejected":
        return "rejected"
    if isinstance(node, Fin):
        return None if node.success is None else "ok" if node.success else "failed"
    status: str | None = getattr(node, "status", None)
    return status


def slugs_of(node: Node) -> tuple[str, ...]:
    """The slugs on a node: why it failed, and those of its own log entries, each once."""
    own = getattr(node, "slugs", ())
    return tuple(dict.fromkeys((*own, *(entry.slug for entry in own_logs(node)))))


def own_logs(node: Node) -> tuple[LogEntry, ...]:
    """The log entries on a node itself; those on its response are an attempt's own."""
    response = node.response if isinstance(node, Attempt) else None
    return (*node.logs, *response.logs) if response is not None else node.logs


def walk(
    session: Session,
    *,
    kind: Kind | None = None,
    status: str | None = None,
    slug: str | None = None,
    path: str | None = None,
    name: str | None = None,
    children: bool = True,
) -> Iterator[tuple[str, Node]]:
    """Every node with its path, in reading order; the session itself comes first, with the path ``""``.

    Only nodes of which all that is given holds; ``name`` is that of a tool, a step, an action, an agent or a model.
    ``children`` looks into child sessions too.
    """
    _hold(session, Session)
    _known(status, "status", _STATUSES)
    _known(kind, "kind", tuple(_KINDS.values()))
    return (
        (place, node)
        for place, node in walk_all(session)
        if (children or not _in_child(place, node))
        and kind in {None, kind_of(node)}
        and status in {None, status_of(node)}
        and _fits(path, place)
        and (slug is None or any(_fits(slug, known) for known in slugs_of(node)))
        and (name is None or any(_fits(name, known) for known in _names(node)))
    )


def find_turn(session: Session, index: int) -> Turn | None:
    """The turn with a 1-based index."""
    _hold(session, Session)
    return next((turn for turn in session.turns if turn.index == index), None)


def find_tools(
    node: Session | Turn | Step, name: str | None = None, *, status: str | None = None, children: bool = False
) -> tuple[ToolCall, ...]:
    """All tool calls below a node, by name and status; ``children`` looks into child sessions too."""
    _hold(node, Session, Turn, Step)
    _known(status, "status", _STATUSES)
    found = (
        tool for tool in _tools(node, children=children) if _fits(name, tool.name) and status in {None, tool.status}
    )
    return tuple(found)


def find_tool(
    node: Session | Turn | Step, name: str | None = None, *, status: str | None = None, children: bool = False
) -> ToolCall | None:
    """The first tool call below a node, by name and status."""
    return next(iter(find_tools(node, name, status=status, children=children)), None)


def find_logs(node: Node, slug: str | None = None, *, children: bool = True) -> tuple[LogEntry, ...]:
    """All log entries on a node and below it, by slug, in reading order; ``children`` looks into child sessions too."""
    return tuple(entry for _, entry in walk_logs(node, children=children) if _fits(slug, entry.slug))


def find_log(node: Node, slug: str | None = None, *, children: bool = True) -> LogEntry | None:
    """The first log entry on a node or below it, by slug."""
    return next((entry for _, entry in walk_logs(node, children=children) if _fits(slug, entry.slug)), None)


def count_retries(node: Session | Turn, *, children: bool = False) -> int:
    """How many attempts came after a first one, in one turn or in all; ``children`` counts child sessions too."""
    _hold(node, Session, Turn)
    return sum(len(turn.llm_retries) for turn in _below(node, children=children) if isinstance(turn, Turn))


def walk_logs(node: Node, *, children: bool = True) -> Iterator[tuple[Node, LogEntry]]:
    """Every log entry on a node and below it, with the node it hangs on."""
    _hold(node)
    return ((place, entry) for place in _below(node, children=children) for entry in own_logs(place))


def _below(node: Node, *, children: bool) -> Iterator[Node]:
    if isinstance(node, Session):
        yield from (place for _, place in walk(node, children=children))
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


def _hold(node: object, *kinds: type) -> None:
    """Refuse what is no node, or none of these kinds."""
    kinds = kinds or tuple(_KINDS)
    if not isinstance(node, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        hint = "; the tree of a session that is being recorded is session.tree()" if hasattr(node, "tree") else ""
        raise TypeError(f"A {wanted} can be asked this, not {type(node).__name__}{hint}.")


def _known(word: str | None, what: str, words: tuple[str, ...]) -> None:
    """Refuse a word that no node has."""
    if word is not None and word not in words:
        raise ValueError(f"There is no {what} {word!r}, but {', '.join(words)}.")


def _in_child(path: str, node: Node) -> bool:
    """Whether a node belongs to a child session; such a session has the path of the call that started it."""
    return "." in path or bool(path and isinstance(node, Session))


def _names(node: Node) -> Iterator[str]:
    """What a person calls a node."""
    found: list[str | None] = [getattr(node, "name", None), getattr(node, "agent_id", None)]
    if isinstance(node, Attempt):
        found.append(node.model)
    elif isinstance(node, Turn | Step) and node.action is not None:
        found.append(node.action.name)
    yield from (name for name in found if name is not None)


def _fits(pattern: str | None, text: str) -> bool:
    """Whether a text is as asked for."""
    if pattern is None or pattern == text:
        return True
    return ("*" in pattern or "?" in pattern) and _compiled(pattern).match(text) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, ready to be compared; a bracket is only a bracket."""
    return re.compile(translate(pattern.replace("[", "[[]")))


__all__ = [
    "Kind",
    "count_retries",
    "find_log",
    "find_logs",
    "find_tool",
    "find_tools",
    "find_turn",
    "kind_of",
    "own_logs",
    "slugs_of",
    "status_of",
    "walk",
    "walk_logs",
]
