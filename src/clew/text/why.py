"""The answer to "why did it fail?": ten lines at most, for somebody who was woken by it, and the same as data."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import msgspec

from clew.errors import PathError
from clew.model.catalog import find_slug
from clew.model.slug import is_slug
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.facts import log_facts
from clew.text.row import Row, Span, crop
from clew.tree.path import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.model.session import Session
    from clew.model.slug import Origin
    from clew.tree.failure import Evidence, Explanation, Link

_HEAD = 11
"""Columns of the first words."""
_WIDTH = 110
"""Columns of what follows them."""
_MOST = 3
"""Failures of a list that are named."""

_ADVICE: dict[Origin, str] = {
    "configuration": "Check what the agent is set up with: clew show --path init.",
    "workflow": "Read what the step expected and what it got.",
    "tool": "Try the call by hand with the same parameters.",
    "model": "Look at the request and the answer.",
    "context": "Start a new session, or let tools answer shorter.",
    "agent": "Read the error: the agent's own code, or the program around it, ended the session.",
    "user": "Nothing is wrong: somebody stopped it.",
    "host": "Look at the machine: the kernel's log (out of memory?), the service manager, the disk; then run it again.",
}
"""What to do where no slug says more."""


def why_rows(session: Session, told: Explanation, folder: str = "") -> Iterator[Row]:
    """At most ten lines: what happened, where, whose fault, on what evidence, what to do, and how to see more.

    ``folder`` is where the session lies, if the commands have to name it.
    """
    yield _title(session, told)
    cause = told.cause
    if cause is not None:
        yield _line("what", cause.what, "failed" if told.status == "failed" else "interrupted")
        yield _line("where", "  ".join(dict.fromkeys((cause.path, _place(session, cause.path)))).rstrip())
        yield _line("origin", f"{cause.origin}{signs.BETWEEN}{cause.slug or 'no slug: nobody was left to say it'}")
        yield from _lines("evidence", _evidence_words(told.evidence))
        if len(told.chain) > 1:
            yield _line("led to", " → ".join(_name(link) for link in _shortened(told.chain[1:])))
    yield from _lines("recovered", _listed(told.recovered), "besides, not made good: ", _listed(told.aside))
    if told.damaged:
        verify = f"clew verify {told.session_id}{_at(folder)}"
        yield _whole_line("record", f"incomplete, so there may be more to it: {verify}", "hole")
    if cause is not None:
        yield _line("do", advice(cause))
        yield _whole_line("see", f"{see(told, folder)}   (payloads: snapshot instead of show)")


def why_facts(session: Session, told: Explanation, folder: str = "") -> dict[str, Any]:
    """The same for programs; payloads appear by their size."""
    return {
        "sessionId": told.session_id,
        "agentId": session.agent_id,
        "status": told.status,
        "incident": told.incident,
        "cause": _link_facts(told.cause),
        "evidence": _evidence_facts(told.evidence),
        "chain": [_link_facts(link) for link in told.chain],
        "recovered": [_link_facts(link) for link in told.recovered],
        "aside": [_link_facts(link) for link in told.aside],
        "recordIncomplete": told.damaged,
        "advice": advice(told.cause) if told.cause is not None else None,
        "see": see(told, folder) if told.cause is not None else None,
    }


def advice(cause: Link) -> str:
    """What to do about a cause: as its slug says, else by its origin."""
    declared = find_slug(cause.slug) if cause.slug is not None else None
    return declared.advice if declared is not None and declared.advice else _ADVICE[cause.origin]


def see(told: Explanation, folder: str = "") -> str:
    """The command that shows more of the first cause; ``folder`` if it has to be named."""
    path = told.cause.path if told.cause is not None else ""
    return f"clew show {told.session_id}" + (f" --path {shlex.quote(path)}" if path else "") + _at(folder)


def _at(folder: str) -> str:
    return f" --dir {shlex.quote(folder)}" if folder else ""


def _title(session: Session, told: Explanation) -> Row:
    count = len(told.recovered)
    words = {
        "ok": "went well" if not count else f"went well after {count} failure{'s' * (count > 1)}",
        "running": "is running" if told.cause is None else "is running, in trouble",
    }.get(told.status, told.status)
    incident = f"{signs.BETWEEN}incident {told.incident}" if told.incident else ""
    when = numbers.clock_time(session.started_at)
    head = "  ".join(part for part in (told.session_id, one_line(session.agent_id or ""), when) if part)
    return (
        Span(f"{signs.SESSION} {head}  ", "title"),
        Span(words, signs.status_style(told.status)),
        Span(incident),
    )


def _line(head: str, text: str, style: str = "") -> Row:
    return _whole_line(head, crop(one_line(text), _WIDTH), style)


def _whole_line(head: str, text: str, style: str = "") -> Row:
    """A line with a command, of which nothing can be left out."""
    return (Span(head.ljust(_HEAD), "dim"), Span(one_line(text), style))


def _lines(head: str, text: str, further: str = "", rest: str = "") -> Iterator[Row]:
    """A line, if there is anything to say."""
    if text or rest:
        yield _line(head, "; ".join(part for part in (text, further + rest if rest else "") if part))


def _place(session: Session, path: str) -> str:
    """What is at a path, in a few words."""
    try:
        node = locate(session, path)
    except PathError:
        return ""
    name = getattr(node, "name", None) or getattr(node, "model", None) or type(node).__name__.lower()
    command = getattr(node, "command", None)
    return f"{name} {command}" if command else str(name)


def _evidence_words(evidence: Evidence) -> str:
    entry, status = evidence.entry, evidence.http_status
    words = []
    if entry is not None:
        source = entry.source
        place = f" at {source.file}:{source.line}" if source is not None else ""
        words.append(f"{entry.severity} {numbers.utc_time(entry.timestamp)}{place}")
    if status is not None:
        words.append(f"HTTP {status}")
    words += [f"{name} {numbers.size(payload.size)}" for name, payload in _payloads(evidence).items()]
    return signs.BETWEEN.join(words)


def _payloads(evidence: Evidence) -> dict[str, Any]:
    """The payloads in force that there are, by what they are."""
    force = evidence.payloads
    named = {
        "request": force.llm_request,
        "answer": force.llm_response,
        "parameters": force.tool_request,
        "result": force.tool_response,
    }
    return {name: payload for name, payload in named.items() if payload is not None}


def _shortened(links: tuple[Link, ...]) -> Iterator[Link]:
    """A long chain by its beginning and its end."""
    yield from links if len(links) <= _MOST + 2 else (*links[:_MOST], *links[-2:])


def _name(link: Link) -> str:
    slug = link.slug if link.slug is None or is_slug(link.slug) else f"“{link.slug}”"
    return " ".join(part for part in (link.path, slug) if part)


def _listed(links: Iterable[Link]) -> str:
    names = [_name(link) for link in links]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _link_facts(link: Link | None) -> dict[str, Any] | None:
    return msgspec.structs.asdict(link) if link is not None else None


def _evidence_facts(evidence: Evidence) -> dict[str, Any]:
    return {
        "log": log_facts(evidence.entry) if evidence.entry is not None else None,
        "httpStatus": evidence.http_status,
        "payloadSizes": {name: payload.size for name, payload in _payloads(evidence).items()},
    }
