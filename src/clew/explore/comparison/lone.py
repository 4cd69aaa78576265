"""Nodes that only one of two sessions has: each stands in the list of pairs, and what it says explains later copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.comparison.fingerprint import steady
from clew.model.session import Attempt, Fin, Init, Session, Step, ToolCall, Turn
from clew.tree.path import operations, walk

if TYPE_CHECKING:
    from clew.explore.comparison.difference import NodeName
    from clew.explore.comparison.findings import Findings, Place
    from clew.model.session import Node

_NODES: dict[type, NodeName] = {
    Session: "session",
    Init: "init",
    Turn: "turn",
    Step: "step",
    Attempt: "attempt",
    ToolCall: "tool",
    Fin: "fin",
}


def lone_place(path: str, node: Node, findings: Findings, *, added: bool) -> Place:
    """The place of a node that has no counterpart."""
    path_a, path_b = (None, path) if added else (path, None)
    return findings.place(path_a, path_b, _NODES[type(node)])


def lone_round(path: str, node: Turn | Step, findings: Findings, *, added: bool) -> None:
    """What is below a turn or a step that has no counterpart."""
    if node.action is not None and node.action.content is not None:
        _learn(findings, node.action.content.value, added=added)
    for number, operation in enumerate(operations(node), 1):
        lone_place(f"{path}-{number}", operation, findings, added=added)
        lone_operation(f"{path}-{number}", operation, findings, added=added)


def lone_operation(path: str, node: Attempt | ToolCall, findings: Findings, *, added: bool) -> None:
    """What is in and below an attempt or a call that has no counterpart."""
    if isinstance(node, Attempt):
        answer = node.response
        if answer is not None:
            _learn(findings, answer.text if answer.payload is None else steady(answer.payload.value), added=added)
        return
    payloads = (steady(part.value) for part in (node.request, node.response) if part is not None)
    _learn(findings, node.name, *payloads, *(text for text in (node.command, node.error) if text), added=added)
    if node.child_session is not None:
        lone_session(path, node.child_session, findings, added=added)


def lone_session(path: str, session: Session, findings: Findings, *, added: bool) -> None:
    """A child session that has no counterpart, and all below it."""
    for inner, node in walk(session):
        # `walk` addresses a session within its parent by the path of the call that started it.
        whole = f"{path}.{inner}" if inner else path
        lone_place(whole, node, findings, added=added)


def _learn(findings: Findings, *values: object, added: bool) -> None:
    (findings.echo.learn_added if added else findings.echo.learn_removed)(*values)
