"""Why a session failed: the first cause, its evidence, and the chain from there to the end, from the tree alone.

The rules are those of ``docs/failures.md``; in short:

* the *last link* is the failure that ended the session, or the node that was open when its writer died;
* from there the chain goes back as long as a rule says what led to a link, into child sessions too;
* the *first cause* is where it begins: the earliest failure, not made good, that leads to the end;
* a failed attempt is made good by a later accepted one of its turn, a failed call by a later good one of the same tool,
  either of them by later turns that worked, and everything by a session that ended well: that is what a session
  *recovered* from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clew.model.catalog import find_slug
from clew.model.log import Context, LogEntry
from clew.model.session import Attempt, SessionStatus, ToolCall
from clew.model.slug import Origin
from clew.tree.chain import Place, chain
from clew.tree.origin import origin_of
from clew.tree.path import walk
from clew.tree.trouble import history

if TYPE_CHECKING:
    from clew.model.payload import Payload
    from clew.model.session import Session
    from clew.tree.trouble import History, Trouble


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One failure."""

    path: str
    """Where."""
    slug: str | None
    """Its stable name; ``None`` where nobody was left to say it, or it only passed through."""
    origin: Origin
    """Where it comes from."""
    what: str
    """What happened, in words."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the record holds of a failure."""

    entry: LogEntry | None = None
    """The log entry."""
    payloads: Context = Context()
    """The payloads in force."""
    http_status: int | None = None
    """As the model's server answered."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "why did it fail?"."""

    session_id: str
    status: SessionStatus
    cause: Link | None = None
    """The first cause; ``None`` if nothing is wrong."""
    evidence: Evidence = Evidence()
    """Of the first cause."""
    chain: tuple[Link, ...] = ()
    """From the first cause to the end, both included."""
    recovered: tuple[Link, ...] = ()
    """What was made good, in the order of time."""
    aside: tuple[Link, ...] = ()
    """What was not made good and did not lead to the end either."""
    incident: str | None = None
    """The name of this failure that users were told."""
    damaged: bool = False
    """Whether parts of the record are lost, so that there may be more to it."""


def explain(session: Session) -> Explanation:
    """Say why a session ended as it did, or what it recovered from."""
    past = history(session)
    places = chain(past)
    told = session.fin.failure if session.fin is not None else None
    bare = not places and session.status == "failed"
    links = [_link(place, session) for place in places] if not bare else [_end(session)]
    used = {id(place.trouble) for place in places}
    return Explanation(
        session_id=session.session_id,
        status=session.status,
        cause=links[0] if links else None,
        evidence=_evidence(places[0].trouble) if places else Evidence(),
        chain=(*links, *_fin(session, links)),
        recovered=tuple(_link(place, session) for place in _recovered(past, "")),
        aside=tuple(
            _link(Place(trouble.path, trouble, in_workflow=False), session)
            for trouble in past.left
            if id(trouble) not in used
        ),
        incident=told.incident if told is not None else None,
        damaged=any(note.kind in _DAMAGE for _, node in walk(session) for note in getattr(node, "notes", ())),
    )


_DAMAGE = frozenset({"damaged", "gap", "double", "disorder", "headless", "dropped", "unreadable", "missing_child"})


def _recovered(past: History, prefix: str, *, all_of_it: bool = False) -> list[Place]:
    """What was made good, with what happened below it; ``all_of_it`` if the whole session was made good."""
    good = [trouble for trouble in past.troubles if all_of_it or past.made_good(trouble)]
    found = [Place(f"{prefix}{trouble.path}", trouble, in_workflow=False) for trouble in good]
    for path, node in walk(past.session):
        if "." not in path and isinstance(node, ToolCall) and node.child_session is not None:
            child = node.child_session
            over = child.status == "ok" or any(trouble.node is node for trouble in good)
            found += _recovered(history(child), f"{prefix}{path}.", all_of_it=over)
    return found


def _link(place: Place, session: Session) -> Link:
    trouble = place.trouble
    told = session.fin.failure if session.fin is not None else None
    return Link(
        path=place.path,
        slug=trouble.slug,
        origin=origin_of(trouble, in_workflow=place.in_workflow, told=told),
        what=_words(trouble),
    )


def _words(trouble: Trouble) -> str:
    """What happened, in one sentence."""
    declared = find_slug(trouble.slug) if trouble.slug is not None else None
    entry = trouble.entry.message if trouble.entry is not None else ""
    if trouble.kind == "died":
        return "the process died here"
    if trouble.kind in {"attempt", "tool", "holder"}:
        own = getattr(trouble.node, "error", None) or entry
    else:
        own = entry or trouble.what
    return own or (declared.description if declared is not None else "failed")


def _end(session: Session) -> Link:
    """The end of a failed session, where nothing else tells why."""
    fin = session.fin
    failure = fin.failure if fin is not None else None
    slug = failure.slug if failure is not None else None
    declared = find_slug(slug) if slug is not None else None
    known = declared.origin if declared is not None else failure.origin if failure is not None else None
    what = (fin.error if fin is not None else None) or "the session was ended as failed"
    return Link(path="fin", slug=slug, origin=known or "agent", what=what)


def _fin(session: Session, links: list[Link]) -> tuple[Link, ...]:
    """The end of a failed session, unless it is in the chain already."""
    if session.status != "failed" or not links or links[-1].path == "fin":
        return ()
    end = _end(session)
    return (Link(path="fin", slug=None, origin=links[0].origin, what=end.what),)


def _evidence(trouble: Trouble) -> Evidence:
    node, entry = trouble.node, trouble.entry
    context = entry.context if entry is not None and entry.context is not None else Context()
    if isinstance(node, Attempt):
        answer: Payload | None = node.response.payload if node.response is not None else None
        context = msgspec.structs.replace(
            context, llm_request=context.llm_request or node.request, llm_response=context.llm_response or answer
        )
    elif isinstance(node, ToolCall):
        context = msgspec.structs.replace(
            context,
            tool_request=context.tool_request or node.request,
            tool_response=context.tool_response or node.response,
        )
    return Evidence(entry=entry, payloads=context, http_status=node.http_status if isinstance(node, Attempt) else None)
