"""``assert_session(tree)``: what has to be in a tree; where it is not, what is there instead.

::

    assert_session(tree).has_tool("memory", status="ok").has_log("llm.retry").retries(2).ok()

Only the tree is asked, by slug, path, kind, status and name; messages for people are nobody's contract. Every method
returns the same object, so that what has to hold reads as one sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model.session import Attempt, Session, ToolCall
from clew.text.outline import View, outline
from clew.text.row import plain
from clew.tree.check import check
from clew.tree.failure import explain
from clew.tree.query import count_retries, find_logs, find_tools, kind_of, slugs_of, status_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn, Self

    from clew.model.session import Node
    from clew.record.session import SessionRecorder
    from clew.tree.query import Kind

_MOST = 200
"""Rows of an outline that a failed assertion shows."""


class SessionAssertion:
    """A tree, and what has to hold of it."""

    tree: Session
    """The tree."""

    def __init__(self, tree: Session) -> None:
        self.tree = tree

    def ok(self) -> Self:
        """The session ended well, or goes well so far if it still runs."""
        __tracebackhide__ = True
        told = explain(self.tree)
        if self.tree.status not in {"ok", "running"} or (self.tree.status == "running" and told.cause is not None):
            cause = told.cause
            found = [f"{cause.slug} at {cause.path or 'the session'}, origin {cause.origin}"] if cause else []
            self._refuse("a session that went well", f"a session that is {self.tree.status}", found)
        return self

    def failed(self, slug: str | None = None, *, path: str | None = None, origin: str | None = None) -> Self:
        """The session failed, and its first cause is what is given."""
        __tracebackhide__ = True
        told = explain(self.tree)
        cause = told.cause
        wanted = _words(slug=slug, path=path, origin=origin)
        if cause is None or told.status in {"ok", "running"}:
            self._refuse(f"a session that failed{wanted}", f"a session that is {told.status}", [])
        given = {"slug": slug, "path": path, "origin": origin}
        if any(value is not None and value != getattr(cause, name) for name, value in given.items()):
            found = _words(slug=cause.slug, path=cause.path, origin=cause.origin)
            self._refuse(f"a session that failed{wanted}", f"a session that failed{found}", [])
        return self

    def turns(self, count: int) -> Self:
        """There are so many turns."""
        __tracebackhide__ = True
        return self._count("turns", count, len(self.tree.turns), self._rows("turn"))

    def retries(self, count: int) -> Self:
        """So many attempts came after a first one, in all turns together."""
        __tracebackhide__ = True
        return self._count("retries", count, count_retries(self.tree), self._rows("attempt"))

    def has_tool(
        self,
        name: str | None = None,
        *,
        status: str | None = None,
        request: object = None,
        command: str | None = None,
        slug: str | None = None,
        path: str | None = None,
        times: int | None = None,
        children: bool = False,
    ) -> Self:
        """A tool was called so; exactly ``times`` often, if given.

        ``request`` are parameters, of which a dictionary may name some. ``children`` counts child sessions too.
        """
        __tracebackhide__ = True
        given = _words(name=name, status=status, request=request, command=command, slug=slug, path=path)
        found = [
            place
            for place, node in walk(
                self.tree, kind="tool", name=name, status=status, slug=slug, path=path, children=children
            )
            if isinstance(node, ToolCall) and command in {None, node.command} and _contains(node, request)
        ]
        wanted = f"a call of a tool{given}" if times is None else f"{times} calls of a tool{given}"
        if (not found) if times is None else len(found) != times:
            self._refuse(wanted, f"{len(found)} of these", self._rows("tool", children=children))
        return self

    def has_no_tool(self, name: str | None = None, *, status: str | None = None, children: bool = False) -> Self:
        """No tool was called so."""
        __tracebackhide__ = True
        return self.has_tool(name, status=status, times=0, children=children)

    def calls(self, *names: str) -> Self:
        """Exactly these tools were called, in this order, child sessions left out."""
        __tracebackhide__ = True
        found = tuple(tool.name for tool in find_tools(self.tree))
        if found != names:
            self._refuse(f"calls of {_listed(names)}", f"calls of {_listed(found)}", self._rows("tool"))
        return self

    def has_log(
        self, slug: str, *, path: str | None = None, times: int | None = None, children: bool = True, **details: object
    ) -> Self:
        """There is a log entry of this slug, with these details; exactly ``times`` often, if given."""
        __tracebackhide__ = True
        places = [node for _, node in walk(self.tree, path=path, children=children)] if path else [self.tree]
        entries = [entry for node in places for entry in find_logs(node, slug, children=children and path is None)]
        found = [entry for entry in entries if _has(entry.details.value if entry.details else None, details)]
        given = _words(path=path, **details)
        wanted = f"an entry {slug}{given}" if times is None else f"{times} entries {slug}{given}"
        if (not found) if times is None else len(found) != times:
            self._refuse(wanted, f"{len(found)} of these", self._slugs(children=children))
        return self

    def has_no_log(self, slug: str, *, children: bool = True) -> Self:
        """There is no log entry of this slug."""
        __tracebackhide__ = True
        return self.has_log(slug, times=0, children=children)

    def has(
        self,
        kind: Kind | None = None,
        *,
        status: str | None = None,
        slug: str | None = None,
        path: str | None = None,
        name: str | None = None,
        times: int | None = None,
        children: bool = True,
    ) -> Self:
        """There is a node of which all this holds; exactly ``times`` often, if given."""
        __tracebackhide__ = True
        asked: dict[str, Any] = {"kind": kind, "status": status, "slug": slug, "path": path, "name": name}
        count = sum(1 for _ in walk(self.tree, **asked, children=children))
        wanted = f"a node{_words(**asked)}" if times is None else f"{times} nodes{_words(**asked)}"
        if (not count) if times is None else count != times:
            self._refuse(wanted, f"{count} of these", self._rows(kind, children=children))
        return self

    def sound(self) -> Self:
        """No invariant of the tree is broken."""
        __tracebackhide__ = True
        broken = check(self.tree)
        if broken:
            found = [f"{one.rule} at {one.path or 'the session'}: {one.message}" for one in broken]
            self._refuse("a sound tree", f"{len(broken)} broken invariants", found)
        return self

    def _count(self, what: str, wanted: int, found: int, rows: list[str]) -> Self:
        __tracebackhide__ = True
        if wanted != found:
            self._refuse(f"{wanted} {what}", str(found), rows)
        return self

    def _rows(self, kind: Kind | None, *, children: bool = True) -> list[str]:
        """The nodes of a kind, a line each."""
        return [_row(path, node) for path, node in walk(self.tree, kind=kind, children=children)]

    def _slugs(self, *, children: bool) -> list[str]:
        """The slugs of all log entries, by node."""
        nodes = walk(self.tree, children=children)
        return [f"{path or 'session'}  {', '.join(slugs_of(node))}" for path, node in nodes if slugs_of(node)]

    def _refuse(self, wanted: str, found: str, rows: list[str]) -> NoReturn:
        """Fail, with what was wanted, what there is, and the whole session."""
        __tracebackhide__ = True
        lines = [f"expected {wanted}", f"   found {found}", *(f"         {row}" for row in rows), ""]
        drawn = [plain(row) for row in outline(self.tree, View(paths=True))]
        lines += drawn if len(drawn) <= _MOST else [*drawn[:_MOST], f"… and {len(drawn) - _MOST} more rows"]
        raise AssertionError("\n".join(lines))


def assert_session(session: Session | SessionRecorder) -> SessionAssertion:
    """Begin to say what has to hold of a tree, or of what a session that is being recorded holds so far."""
    return SessionAssertion(session if isinstance(session, Session) else session.tree())


def _contains(tool: ToolCall, request: object) -> bool:
    return request is None or _has(tool.request.value if tool.request is not None else None, request)


def _has(value: object, wanted: object) -> bool:
    """Whether a value is the one wanted; of a dictionary what is named is enough, at any depth."""
    if isinstance(wanted, dict) and isinstance(value, dict):
        return all(name in value and _has(value[name], part) for name, part in wanted.items())
    return wanted == value or (wanted == {} and value is None)


def _words(**given: object) -> str:
    """What was asked for, in words."""
    words = ", ".join(f"{name}={value!r}" for name, value in given.items() if value is not None)
    return f" with {words}" if words else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no tool"


def _row(path: str, node: Node) -> str:
    name = " ".join(
        str(word) for word in (getattr(node, "name", None), getattr(node, "command", None)) if word is not None
    )
    if isinstance(node, Attempt):
        name = node.model or ""
    parts = [path or "session", kind_of(node), name, status_of(node) or "", *slugs_of(node)]
    return "  ".join(part for part in parts if part)
