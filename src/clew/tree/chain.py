"""The chain: from the trouble that ended a session back to the first one, link by link.

The rules are the table "What led to it" of ``docs/failures.md``, one function for each of its rows. No rule looks at
words: they ask for kinds, statuses, slugs and times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.model.session import Step, ToolCall, Turn
from clew.tree.origin import declared_origin
from clew.tree.path import operations
from clew.tree.trouble import Trouble, history

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.model.session import Session
    from clew.tree.trouble import History, Kind

_GAVE_UP_ON: frozenset[Kind] = frozenset({"attempt", "answer", "tool", "context", "holder"})
"""What an agent that gives up gave up on."""
BUGS = frozenset(
    f"builtins.{kind}"
    for kind in [
        "AssertionError",
        "AttributeError",
        "ImportError",
        "IndexError",
        "KeyError",
        "LookupError",
        "ModuleNotFoundError",
        "NameError",
        "NotImplementedError",
        "RecursionError",
        "StopIteration",
        "SyntaxError",
        "TypeError",
        "UnboundLocalError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "ValueError",
        "ZeroDivisionError",
    ]
)
"""Exceptions of the language itself that a program raises by mistake."""
_DIED = frozenset({"interrupted", "abandoned"})
_UNSTARTED = "mcp.start_failed"
_UNKNOWN = "tool.not_found"


class Place(NamedTuple):
    """A trouble, and the session it happened in."""

    path: str
    """From the session that was asked about."""
    trouble: Trouble
    in_workflow: bool
    """Whether its session is a workflow's."""


def chain(past: History, prefix: str = "", *, in_workflow: bool = False) -> list[Place]:
    """From the first cause to the last link; empty if the session did not end badly, or nothing tells why."""
    found: list[Place] = []
    trouble = last_link(past)
    while trouble is not None:
        found.append(Place(f"{prefix}{trouble.path}", trouble, in_workflow))
        child = trouble.node.child_session if isinstance(trouble.node, ToolCall) else None
        if trouble.kind == "tool" and child is not None and _told_by_child(past, child):
            inner = chain(history(child), f"{prefix}{trouble.path}.", in_workflow=_is_workflow(trouble))
            if inner:
                return [*inner, *reversed(found)]
        trouble = led_to(past, trouble)
    return found[::-1]


def last_link(past: History) -> Trouble | None:
    """The trouble that ended the session, or that it is in at the moment."""
    session = past.session
    if session.status == "ok":
        return None
    if session.status in _DIED:
        return _death(past)
    begun = session.fin.started_at if session.fin is not None else float("inf")
    left = past.left
    noise = ("entry", "lost")
    pool = [trouble for trouble in left if trouble.kind != "lost" and (trouble.kind != "entry" or trouble.at < begun)]
    named = next((trouble for trouble in reversed(pool) if _is_named(session, trouble)), None)
    if named is not None and all(later.kind in noise for later in pool[pool.index(named) + 1 :]):
        return named
    return next(reversed(pool), None) or next(reversed(left), None)


def led_to(past: History, trouble: Trouble) -> Trouble | None:
    """The trouble that led to another one of the same session."""
    before = past.left_before(trouble)
    if trouble.kind == "tool":
        return _to_tool(trouble, before, past)
    if trouble.kind == "answer":
        return _to_answer(trouble, before)
    if trouble.kind == "holder":
        return _to_holder(past, trouble, before)
    if trouble.kind == "session":
        return _to_session(past, trouble, before)
    return _last(other for other in before if _is_condition(other, trouble))


def _is_condition(other: Trouble, trouble: Trouble) -> bool:
    """Whether an attempt follows from another one, or an agent gave up on something."""
    if trouble.kind == "attempt":
        return other.kind == "attempt" and other.holder is trouble.holder
    if trouble.kind == "giving_up":
        return other.kind in _GAVE_UP_ON
    return trouble.slug == "context.final_turn" and other.kind in {"attempt", "answer", "tool"}


def _to_answer(trouble: Trouble, before: list[Trouble]) -> Trouble | None:
    """The attempt before it, else the call or the shortage that the model gave up on."""
    tried = [other for other in before if other.kind in {"attempt", "answer"} and other.holder is trouble.holder]
    return _last(tried) or _last(other for other in before if other.kind in {"tool", "context"})


def _told_by_child(past: History, child: Session) -> bool:
    """Whether a call went wrong because of its child; where the writer died, only if the child's died with it."""
    return past.session.status not in _DIED or child.status in _DIED


def _to_tool(trouble: Trouble, before: list[Trouble], past: History) -> Trouble | None:
    """The warning before it on the same call, the server that did not start, or an earlier failure of the same tool."""
    said = (other for other in before if other.node is trouble.node and other.kind == "entry")
    warned = _last(other for other in said if _tells_why(past, other, trouble))
    if warned is not None:
        return warned
    name = trouble.node.name if isinstance(trouble.node, ToolCall) else ""
    if trouble.slug == _UNKNOWN:
        return _last(other for other in past.troubles if other.slug == _UNSTARTED and _serves(other, name))
    again = _last(other for other in before if isinstance(other.node, ToolCall) and other.node.name == name)
    return again if again is not None and again.slug == trouble.slug else None


def _tells_why(past: History, said: Trouble, trouble: Trouble) -> bool:
    """Whether a log entry outranks the failure it came before: by its origin, or as an error of one told in words."""
    fin = past.session.fin
    told = fin.failure if fin is not None else None
    if said.kind != "entry" or declared_origin(said.slug, told) is not None:
        return True
    return said.entry is not None and said.entry.severity == "ERR" and _raised(trouble) is None


def _to_holder(past: History, trouble: Trouble, before: list[Trouble]) -> Trouble | None:
    """The operation that failed in a turn or step: its last one, or any if the turn only let the failure pass."""
    inside = [other for other in before if other.holder is trouble.holder]
    parts = [other for other in inside if other.kind in {"attempt", "answer", "tool", "died"}]
    alike = [other for other in parts if other.cancelled == trouble.cancelled]
    if _is_bug(trouble):
        return None
    if trouble.entry is not None and isinstance(trouble.holder, Turn | Step):
        last = next(reversed(operations(trouble.holder)), None)
        alike = parts = [other for other in alike if other.node is last]
    if trouble.cancelled:
        return _last(alike)
    said = (other for other in inside if other.kind in {"entry", "context", "giving_up"})
    warned = _last(other for other in said if _tells_why(past, other, trouble))
    return _last(alike) or _last(parts) or warned


def _to_session(past: History, trouble: Trouble, before: list[Trouble]) -> Trouble | None:
    """What an error of the session itself follows from: told in words, anything; raised, what had just failed."""
    worth = [other for other in before if other.kind not in {"lost", "session"}]
    if _is_bug(trouble):
        return None
    if _raised(trouble) is None:
        return _last(worth)
    alike = [other for other in worth if other.holder is not None and other.cancelled == trouble.cancelled]
    return next((other for other in reversed(alike) if past.nothing_after(other)), None)


def _death(past: History) -> Trouble:
    """The innermost node that was open when the writer died."""
    open_nodes = [trouble for trouble in past.troubles if trouble.kind == "died" or _died_below(trouble)]
    if open_nodes:
        return open_nodes[-1]
    session = past.session
    holders: list[tuple[float, str]] = [(turn.started_at, str(turn.index)) for turn in session.turns]
    holders += [(step.started_at, f"s{step.index}") for step in session.steps]
    path = "fin" if session.fin is not None else max(holders)[1] if holders else "init"
    return Trouble(path=path, node=session, kind="died", slug=None, at=session.started_at)


def _died_below(trouble: Trouble) -> bool:
    """Whether the writer of a call died together with that of its child."""
    return isinstance(trouble.node, ToolCall) and trouble.kind == "tool" and trouble.node.status == "interrupted"


def _is_named(session: Session, trouble: Trouble) -> bool:
    """Whether it is what the session's end names."""
    failure = session.fin.failure if session.fin is not None else None
    if failure is None or failure.slug is None or failure.slug != trouble.slug:
        return False
    path = failure.path or ""
    if session.parent is not None:
        path = path.removeprefix(f"{session.parent.path}.")
    return path in {trouble.path, ""}


def _serves(unstarted: Trouble, tool: str) -> bool:
    """Whether a tool is one of a server that did not start, as far as its entry names the server."""
    details = unstarted.entry.details if unstarted.entry is not None else None
    named = details.part("server") if details is not None else None
    return named is None or str(named.value) in tool


def _raised(trouble: Trouble) -> str | None:
    """The class of the exception that an entry tells of."""
    details = trouble.entry.details if trouble.entry is not None else None
    named = details.part("exception") if details is not None else None
    return str(named.value) if named is not None else None


def _is_bug(trouble: Trouble) -> bool:
    """Whether an exception is one that only a mistake in a program raises, and not a way to give up."""
    return trouble.entry is not None and (_raised(trouble) or "") in BUGS


def _is_workflow(trouble: Trouble) -> bool:
    return isinstance(trouble.node, ToolCall) and trouble.node.kind == "workflow"


def _last(troubles: Iterable[Trouble]) -> Trouble | None:
    return next(reversed([*troubles]), None)
