"""One node whole: what is known of it, its payloads by name, its log entries, what it used and cost, where it leads.

:func:`detail_of` gives all of that as plain data, without a payload in it; :func:`part_of` opens a payload, in pages.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.errors import PathError
from clew.explore.entry_branch import logs_of
from clew.explore.link import Link, links
from clew.explore.node_facts import Fact, node_facts
from clew.explore.part import Part, PartFacts
from clew.explore.parts import every_part, log_parts, parts
from clew.explore.prices import Quote
from clew.explore.suspicion import Suspicion, facts_of, suspicions
from clew.model.session import Attempt, Session, ToolCall
from clew.model.slug import Severity
from clew.model.usage import Usage
from clew.text.clean import clean, one_line
from clew.text.numbers import utc_time
from clew.tree.query import Kind, kind_of
from clew.tree.totals import sum_cost, sum_usage

if TYPE_CHECKING:
    from clew.explore.conversation import New
    from clew.explore.prices import Prices
    from clew.explore.view import SessionView
    from clew.model.log import LogEntry
    from clew.model.session import Node

Source = Literal["told", "estimated", "summed", "unknown"]
_OPENED = 4 << 20
"""Bytes of an answer beyond which it is not held against what it used."""


class LogLine(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A log entry. Its texts are cleaned."""

    place: int
    """Among all entries of its node, from 0."""
    at: str | None
    """ISO 8601 in UTC."""
    severity: Severity
    slug: str
    message: str
    source: str | None
    """``file:line function``."""
    is_declared: bool
    """Whether its slug was declared."""
    parts: tuple[PartFacts, ...]
    """Its details, and the payloads in force when it was logged."""


class Cost(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a node cost, and how that is known."""

    dollars: Decimal | None
    """``None`` if unknown."""
    source: Source
    """``told`` by whoever recorded it, ``estimated`` from prices, ``summed`` from what is below."""
    unpriced: int = 0
    """Answers below whose cost is unknown."""
    quote: Quote | None = None
    """Of a single call: what each part of it costs, by the prices that are known."""


class Detail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One node."""

    session_id: str
    """Of the session that it belongs to."""
    path: str
    """From the session of the view."""
    kind: Kind
    facts: tuple[Fact, ...]
    parts: tuple[PartFacts, ...]
    logs: tuple[LogLine, ...]
    usage: Usage | None
    """With what is below it; ``None`` if unknown, or nothing uses tokens here."""
    cost: Cost | None
    """``None`` where nothing costs anything."""
    suspicions: tuple[Suspicion, ...]
    """What cannot be true of its usage and cost."""
    links: tuple[Link, ...]


def detail_of(view: SessionView, path: str, prices: Prices | None = None) -> Detail:
    """A node by its path. Raises ``PathError``."""
    inner, here = view.inside(path)
    node = inner.head() if here == "" else view.node(path)
    usage, cost = _used(inner, here, node, prices)
    return Detail(
        session_id=inner.session_id,
        path=path,
        kind=kind_of(node),
        facts=node_facts(node),
        parts=tuple(_speaking(part, node) for part in parts(node).values()),
        logs=tuple(_log(node, place, entry) for place, entry in enumerate(logs_of(node))),
        usage=usage,
        cost=cost,
        suspicions=_suspicions(node, cost),
        links=tuple(links(inner, here, node, path.removesuffix(here))),
    )


def part_of(view: SessionView, path: str, name: str, address: tuple[str | int, ...] = ()) -> Part:
    """A payload of a node by its name, or what stands at an address in it. Raises ``PathError``."""
    part = every_part(view.node(path)).get(name)
    found = part.at(address) if part is not None else None
    if found is None:
        message = f"There is no '{'/'.join([name, *map(str, address)])}' at '{path}'."
        raise PathError(message)
    return found


def new_since(view: SessionView, path: str, before: str) -> New | None:
    """What is new in the request of an attempt beside that of another one; ``None`` if one of them sent nothing."""
    one, other = (every_part(view.node(there)).get("request") for there in (path, before))
    if one is None or other is None:
        return None
    return one.conversation.new_since(other.conversation)


def _speaking(part: Part, node: Node) -> PartFacts:
    """Only what goes to a model and comes from it is a conversation."""
    facts = part.facts
    if facts.kind == "conversation" and not isinstance(node, Attempt):
        return msgspec.structs.replace(facts, kind="json")
    return facts


def _log(node: Node, place: int, entry: LogEntry) -> LogLine:
    source = entry.source
    return LogLine(
        place=place,
        at=utc_time(entry.timestamp),
        severity=entry.severity,
        slug=one_line(entry.slug),
        message=clean(entry.message),
        source=None if source is None else one_line(f"{source.file}:{source.line} {source.function or ''}"),
        is_declared=entry.registered,
        parts=tuple(part.facts for part in log_parts(node, place).values()),
    )


def _used(view: SessionView, here: str, node: Node, prices: Prices | None) -> tuple[Usage | None, Cost | None]:
    if isinstance(node, Attempt):
        return _of_attempt(node, prices)
    if isinstance(node, Session):
        return _summed(view.row.usage, view.row.cost, view.row.unpriced)
    if isinstance(node, ToolCall):
        child = node.child_session
        return (None, None) if child is None else _summed(child.totals.usage, child.totals.cost, child.totals.unpriced)
    if here in {"init", "fin"}:
        return None, None
    known = view.operations(here)
    return _summed(
        sum_usage(there.usage for there in known),
        sum_cost(there.cost for there in known),
        sum(there.unpriced for there in known),
    )


def _summed(usage: Usage, dollars: Decimal | None, unpriced: int) -> tuple[Usage | None, Cost | None]:
    if not usage.total_tokens and dollars is None and not unpriced:
        return None, None
    return usage, Cost(dollars=dollars, source="unknown" if dollars is None else "summed", unpriced=unpriced)


def _of_attempt(node: Attempt, prices: Prices | None) -> tuple[Usage | None, Cost | None]:
    response = node.response
    usage = response.usage if response is not None else None
    told = response.cost if response is not None else None
    quote = None
    if usage is not None and prices is not None:
        answered = response.model if response is not None else None
        quote = prices.quote(node.provider, answered or node.model, usage, node.started_at)
    if told is not None:
        return usage, Cost(dollars=told, source="told", quote=quote)
    if usage is None:
        return None, None
    if quote is None:
        return usage, Cost(dollars=None, source="unknown", unpriced=1)
    return usage, Cost(dollars=quote.cost, source="estimated", quote=quote)


def _suspicions(node: Node, cost: Cost | None) -> tuple[Suspicion, ...]:
    if not isinstance(node, Attempt) or node.response is None:
        return ()
    answer = node.response.payload
    if answer is not None and answer.size > _OPENED:
        return ()
    estimate = cost.quote.cost if cost is not None and cost.quote is not None else None
    return suspicions(facts_of(node, estimate))
