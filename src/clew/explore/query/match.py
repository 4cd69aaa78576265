"""A query on the rows of a tree: the same words, asked of one node.

A condition that says nothing about nodes (``agent:``, ``tag:`` …) is left out, so that the query that found a session
can be taken along into its tree; :func:`about_nodes` tells what is left to mark there. What is unknown never holds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.explore.query.amount import Span
from clew.explore.query.field import FIELDS
from clew.explore.query.moment import Moment
from clew.explore.query.pattern import Pattern, fits
from clew.explore.query.term import Call, Choice, Condition, Query
from clew.model.session import ToolKind
from clew.model.usage import Usage

if TYPE_CHECKING:
    from clew.explore.query.term import Term, Value

NodeKind = Literal["session", "init", "turn", "step", "attempt", "tool", "fin"]


class NodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a query can ask of one node: its own facts, without those of the nodes below it."""

    kind: NodeKind
    path: str = ""
    name: str | None = None
    """Of a tool or a step."""
    command: str | None = None
    """What a tool was told to do."""
    tool_kind: ToolKind | None = None
    """Of a tool."""
    provider: str | None = None
    """Of an attempt."""
    model: str | None = None
    """The one that an attempt asked."""
    status: str | None = None
    """How the node stands."""
    verdict: str | None = None
    """What the agent thought of an attempt's answer."""
    slugs: tuple[str, ...] = ()
    """Of its log entries, and why it failed."""
    error: str | None = None
    """The failure in words."""
    started_at: float | None = None
    ended_at: float | None = None
    usage: Usage | None = None
    """Its own; ``None`` if unknown."""
    cost: Decimal | None = None
    """Its own; ``None`` if unknown."""
    retries: int | None = None
    """Of a turn or a step."""
    tools: int | None = None
    """Of a turn or a step."""
    failures: int | None = None
    """Of a turn or a step: calls of tools that did not end well."""
    text: str = ""
    """The words of its row."""


def about_nodes(query: Query) -> Query:
    """What a query says about nodes: its free text, and the conditions that a node can have."""
    terms = (_about_nodes(term) for term in query.terms)
    return Query(tuple(term for term in terms if term is not None))


def matches_node(query: Query, facts: NodeFacts, *, now: float) -> bool:
    """Whether a node has all that a query says about nodes, when it is ``now`` (ms since the epoch)."""
    return all(_holds(term, facts, now) is not term.negated for term in about_nodes(query).terms)


def _about_nodes(term: Term) -> Term | None:
    """The term without the words that say nothing about nodes; ``None`` if nothing is left of it."""
    if not isinstance(term, Condition):
        return term
    field = FIELDS[term.field]
    if field.node is None:
        return None
    values = tuple(
        value for value in term.values if not (isinstance(value, Choice) and value.word in field.sessions_only)
    )
    return msgspec.structs.replace(term, values=values) if values else None


def _holds(term: Term, facts: NodeFacts, now: float) -> bool:
    if not isinstance(term, Condition):
        return fits(Pattern((term.words,)), "within", facts.text)
    return any(_has(facts, term.field, value, now) for value in term.values)


def _has(facts: NodeFacts, field: str, value: Value, now: float) -> bool:
    if isinstance(value, Span):
        return value.holds(_amount(facts, field, now))
    if isinstance(value, Moment):
        return _began(facts, field, value.at(now))
    if isinstance(value, Call):
        return facts.kind == "tool" and fits(value.tool, "whole", facts.name) and value.status in {None, facts.status}
    if isinstance(value, Choice):
        return _is(facts, field, value.word)
    return _named(facts, field, value)


def _named(facts: NodeFacts, field: str, pattern: Pattern) -> bool:
    if field == "slug":
        return any(fits(pattern, "whole", slug) for slug in facts.slugs)
    known = {"model": facts.model, "provider": facts.provider, "error": facts.error}[field]
    return fits(pattern, "within" if field == "error" else "whole", known)


def _is(facts: NodeFacts, field: str, word: str) -> bool:
    if field == "kind":
        return facts.tool_kind == word
    if field == "status":
        return facts.verdict == word if word == "rejected" else facts.status == word
    if word == "live":
        return facts.status == "running"
    return facts.usage is not None and facts.cost is None


def _began(facts: NodeFacts, field: str, moment: float) -> bool:
    if facts.started_at is None:
        return False
    return facts.started_at >= moment if field == "after" else facts.started_at < moment


def _amount(facts: NodeFacts, field: str, now: float) -> Decimal | float | None:
    if field == "duration":
        return _duration(facts, now)
    if field in _TOKENS:
        return None if facts.usage is None else float(sum(getattr(facts.usage, name) for name in _TOKENS[field]))
    return {"cost": facts.cost, "retries": facts.retries, "tools": facts.tools, "failures": facts.failures}[field]


_TOKENS = {
    "tokens": ("total_tokens",),
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "cached": ("cache_read_tokens", "cache_write_tokens"),
}
"""The counts of a usage that each field adds up."""


def _duration(facts: NodeFacts, now: float) -> float | None:
    """Milliseconds to the microsecond; of a running node until now."""
    end = now if facts.ended_at is None and facts.status == "running" else facts.ended_at
    return None if end is None or facts.started_at is None else round(end - facts.started_at, 3)
