"""What a query means in the tree of a session: the paths of nodes, and how many there are below each row.

The catalog is asked, for the session and all that it started, at once: nothing is loaded.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from clew.explore.query import Condition, NodeFacts, Query, about_nodes, matches_node
from clew.explore.query.term import Choice
from clew.explore.tree_row import parent_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.rounds import Operation, Round
    from clew.explore.view import SessionView

_LOGGED = "EXISTS (SELECT 1 FROM log WHERE log.round = round.id)"
_OF_ROUNDS = {
    "tool": "0",
    "kind": "0",
    "model": "0",
    "provider": "0",
    "slug": _LOGGED,
    "error": "round.error IS NOT NULL",
    "cost": "round.cost IS NOT NULL",
    "status": "round.status IN ({words})",
}
_OF_OPERATIONS = {
    "tool": "operation.kind <> 'attempt'",
    "kind": "operation.kind <> 'attempt'",
    "model": "operation.kind = 'attempt'",
    "provider": "operation.kind = 'attempt'",
    "slug": f"(operation.slugs IS NOT NULL OR {_LOGGED})",
    "error": "operation.error IS NOT NULL",
    "cost": "operation.cost IS NOT NULL",
    "status": "(operation.status IN ({words}) OR operation.verdict IN ({words}))",
    "retries": "0",
    "tools": "0",
    "failures": "0",
}
"""What must hold of a row for a condition on a field to hold, as SQL: it keeps most rows of a long session away."""


class Marks:
    """The nodes that a query means."""

    def __init__(self, view: SessionView, query: Query, now: float | None = None) -> None:
        """``now`` is in milliseconds since the epoch."""
        self._query = about_nodes(query)
        self._now = time.time() * 1000 if now is None else now
        self.is_empty = not self._query.terms
        """Whether the query says nothing about nodes."""
        self.paths: frozenset[str] = frozenset() if self.is_empty else frozenset(self._found(view))
        """Full paths of the nodes that are meant."""
        self.below: Counter[str] = Counter()
        """How many of them are below a path."""
        for path in self.paths:
            above = path
            while above := parent_key(above):
                self.below[above] += 1

    def keeps(self, path: str) -> bool:
        """Whether a node is meant, or one below it is."""
        return path in self.paths or path in self.below

    def _found(self, view: SessionView) -> Iterator[str]:
        prefixes = view.prefixes()
        slugs = view.slugs(prefixes)
        for session, known in view.rounds_where(prefixes, self._needed(_OF_ROUNDS)):
            path = f"{prefixes[session]}{known.path}"
            if self._holds(_round_facts(known, slugs.get((session, known.path), ()))):
                yield path
        for session, there in view.operations_where(prefixes, self._needed(_OF_OPERATIONS)):
            path = f"{prefixes[session]}{there.path}"
            if self._holds(_operation_facts(there, slugs.get((session, there.path), ()))):
                yield path
        for (session, path), names in slugs.items():
            if path in {"init", "fin"} and self._holds(NodeFacts(kind=path, path=path, slugs=names)):  # type: ignore[arg-type]  # one of the two
                yield f"{prefixes[session]}{path}"

    def _holds(self, facts: NodeFacts) -> bool:
        return matches_node(self._query, facts, now=self._now)

    def _needed(self, known: dict[str, str]) -> str:
        terms = [term for term in self._query.terms if isinstance(term, Condition) and not term.negated]
        return " AND ".join([_filled(known[term.field], term) for term in terms if term.field in known] or ["1"])


def _filled(sql: str, term: Condition) -> str:
    """The words that may be asked for are a closed set of plain ones."""
    words = [value.word for value in term.values if isinstance(value, Choice)]
    return sql.replace("{words}", ", ".join(f"'{word}'" for word in words))


def _round_facts(known: Round, slugs: tuple[str, ...]) -> NodeFacts:
    words = (known.name, known.action, known.action_name, known.words, known.error, *slugs)
    return NodeFacts(
        kind="turn" if known.kind == "turn" else "step",
        path=known.path,
        name=known.name,
        status=known.status,
        slugs=slugs,
        error=known.error,
        started_at=known.started_at,
        ended_at=known.ended_at,
        usage=known.usage if known.attempts else None,
        cost=known.cost,
        retries=known.retries,
        tools=known.tools,
        failures=known.tools_failed,
        text=" ".join(word for word in words if word),
    )


def _operation_facts(known: Operation, slugs: tuple[str, ...]) -> NodeFacts:
    is_attempt = known.kind == "attempt"
    every = (*known.slugs, *slugs)
    own: dict[str, Any] = (
        {"model": known.name, "provider": known.detail}
        if is_attempt
        else {"name": known.name, "command": known.detail, "tool_kind": known.kind}
    )
    is_counted = known.cost is not None or known.unpriced or known.usage.total_tokens
    return NodeFacts(
        kind="attempt" if is_attempt else "tool",
        path=known.path,
        **own,
        status=known.status,
        verdict=known.verdict,
        slugs=every,
        error=known.error,
        started_at=known.started_at,
        ended_at=known.ended_at,
        usage=known.usage if is_attempt and is_counted else None,
        cost=known.cost if is_attempt else None,
        text=" ".join(word for word in (known.detail, known.name, known.error, *every) if word),
    )
