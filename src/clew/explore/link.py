"""Where a node leads: the session that it started or was started by, and what comes before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from clew.model.session import Attempt, Session, Step, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.view import SessionView
    from clew.model.session import Node

LinkKind = Literal["parent", "child", "before", "after", "request_before", "round"]


_SIDES: tuple[tuple[LinkKind, bool], ...] = (("before", True), ("after", False))


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A way to another node."""

    kind: LinkKind
    """``request_before``: the request sent to the model before this one."""
    session_id: str
    path: str
    """From the session of the view; of a parent from that session."""


def links(view: SessionView, here: str, node: Node, prefix: str) -> Iterator[Link]:
    """Where a node leads; ``here`` is its path in the session of the view, ``prefix`` what stands before it."""

    def link(kind: LinkKind, path: str) -> Link:
        return Link(kind=kind, session_id=view.session_id, path=prefix + path)

    if isinstance(node, Session):
        if node.parent is not None:
            yield Link(kind="parent", session_id=node.parent.session_id, path=node.parent.path)
    elif isinstance(node, ToolCall) and node.child_session is not None:
        yield Link(kind="child", session_id=node.child_session.session_id, path=f"{prefix}{here}.")
    if isinstance(node, Turn | Step):
        yield from (link(kind, path) for kind, path in _rounds(view, here))
    elif isinstance(node, Attempt | ToolCall):
        label, _, number = here.rpartition("-")
        yield link("round", label)
        count = len(view.operations(label))
        if int(number) > 1:
            yield link("before", f"{label}-{int(number) - 1}")
        if int(number) < count:
            yield link("after", f"{label}-{int(number) + 1}")
        before = view.request_before(here) if isinstance(node, Attempt) else None
        if before is not None:
            yield link("request_before", before)


def _rounds(view: SessionView, here: str) -> Iterator[tuple[LinkKind, str]]:
    """The rounds before and after one."""
    for kind, back in _SIDES:
        path = view.beside(here, back=back)
        if path is not None:
            yield kind, path
