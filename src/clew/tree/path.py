"""Paths: the address of a node, as a person types it.

``init``, ``2`` (turn 2), ``2-1`` (its first operation in time), ``s1`` and ``s1-1`` (the first step and its first
operation), ``fin``; a child session continues after a point: ``2-3.1-2``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.errors import PathError
from clew.model.session import Session, ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Attempt, Node, Step, Turn


def operations(holder: Turn | Step) -> tuple[Attempt | ToolCall, ...]:
    """The attempts and tool calls of a turn or step, in the order in which they began."""
    return tuple(sorted((*holder.attempts, *holder.tools), key=_started_at))


def walk(session: Session) -> Iterator[tuple[str, Node]]:
    """Every node with its path, in reading order, into child sessions.

    The session itself comes first, with the path ``""``.
    """
    stack: list[Iterator[tuple[str, Node]]] = [iter([("", session)])]
    while stack:
        path, node = next(stack[-1], ("", None))
        if node is None:
            stack.pop()
            continue
        yield path, node
        if isinstance(node, Session):
            stack.append(_children(node, f"{path}." if path else ""))
        elif isinstance(node, ToolCall) and node.child_session is not None:
            stack.append(iter([(path, node.child_session)]))


def own_nodes(session: Session) -> Iterator[tuple[str, Node]]:
    """Every node of a session with its path in it, in reading order, without those of child sessions."""
    yield "", session
    yield from _children(session, "")


def locate(session: Session, path: str) -> Node:
    """The node at a path. Raises ``PathError`` with what there is instead."""
    *outer, last = path.split(".")
    here = session
    for part in outer:
        node = _locate_here(here, part, path)
        if not isinstance(node, ToolCall) or node.child_session is None:
            message = f"There is no child session at {_named(part, path)}{_meant(here, path)}"
            raise PathError(message)
        here = node.child_session
    return _locate_here(here, last, path)


def _named(part: str, path: str) -> str:
    """A part of a path, and of which one, if it is not all of it."""
    return f"'{part}'" if part == path else f"'{part}' of '{path}'"


def _meant(session: Session, path: str) -> str:
    """The path of a call or an attempt whose dash was written as a dot, as the end of a sentence."""
    dashed = path.replace(".", "-", 1)
    try:
        _locate_here(session, dashed, dashed)
    except PathError:
        return "."
    return f"; did you mean '{dashed}'?"


def _children(session: Session, prefix: str) -> Iterator[tuple[str, Node]]:
    yield f"{prefix}init", session.init
    for label, holder in sorted([*_labelled(session)], key=lambda item: item[1].started_at):
        yield f"{prefix}{label}", holder
        for number, operation in enumerate(operations(holder), 1):
            yield f"{prefix}{label}-{number}", operation
    if session.fin is not None:
        yield f"{prefix}fin", session.fin


def _labelled(session: Session) -> Iterator[tuple[str, Turn | Step]]:
    for turn in session.turns:
        yield str(turn.index), turn
    for step in session.steps:
        yield f"s{step.index}", step


def _locate_here(session: Session, part: str, path: str) -> Node:
    if part == "":
        return session
    if part == "init":
        return session.init
    if part == "fin" and session.fin is not None:
        return session.fin
    label, dash, number = part.partition("-")
    holder = dict(_labelled(session)).get(label)
    if holder is None:
        message = (
            f"There is no node {_named(part, path)}: "
            f"the session has {len(session.turns)} turns and {len(session.steps)} steps."
        )
        raise PathError(message)
    if not dash:
        return holder
    there = operations(holder)
    if not number.isdecimal() or not 1 <= int(number) <= len(there):
        message = f"There is no operation {_named(part, path)}: '{label}' has {len(there)}."
        raise PathError(message)
    return there[int(number) - 1]


def _started_at(operation: Attempt | ToolCall) -> float:
    return operation.started_at
