"""A writer's own running totals.

What FIN says of the session, for readers to compare with the sum of what they find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.event import AttemptEnd, AttemptResponse, AttemptStart, NodeEnd, ToolEnd, ToolStart, TurnStart
from clew.model.session import Totals
from clew.model.usage import Usage

if TYPE_CHECKING:
    from decimal import Decimal

    from clew.model.act import Act

_BAD = frozenset({"failed", "timeout", "cancelled"})


class Tally:
    """Counts acts as they are written."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._counts = {"turns": 0, "attempts": 0, "retries": 0, "tools": 0}
        self.worked = 0
        """Model calls and tool calls that ended well."""
        self._failed: set[object] = set()
        self._turns: set[object] = set()
        self._usages: dict[object, Usage] = {}
        self._costs: dict[object, Decimal] = {}

    def add(self, act: Act) -> None:
        """Count an act."""
        kind = type(act)
        if kind is AttemptStart:
            self._counts["attempts"] += 1
            self._counts["retries"] += act.number > 0 and act.of in self._turns  # type: ignore[attr-defined]  # an AttemptStart
        elif kind is AttemptEnd or kind is AttemptResponse:
            self.worked += kind is AttemptEnd and act.status == "ok"  # type: ignore[attr-defined]  # an AttemptEnd
            self._account(act)  # type: ignore[arg-type]  # one of the two
        elif kind is ToolStart:
            self._counts["tools"] += 1
        elif kind is ToolEnd:
            self.worked += act.status == "ok"  # type: ignore[attr-defined]  # a ToolEnd
            (self._failed.add if act.status in _BAD else self._failed.discard)(act.n)  # type: ignore[attr-defined]  # a ToolEnd
        elif kind is TurnStart:
            self._counts["turns"] += 1
            self._turns.add(act.n)  # type: ignore[attr-defined]  # a TurnStart
        elif kind is NodeEnd:
            self._turns.discard(act.n)  # type: ignore[attr-defined]  # a NodeEnd

    def totals(self) -> Totals:
        """The totals so far."""
        costs = list(self._costs.values())
        return Totals(
            **self._counts,
            tools_failed=len(self._failed),
            usage=sum(self._usages.values(), Usage()),
            cost=sum(costs[1:], costs[0]) if costs else None,
            unpriced=sum(key not in self._costs for key in self._usages),
        )

    def _account(self, act: AttemptResponse[object]) -> None:
        if act.usage is not None:
            self._usages[act.n] = act.usage
        if act.cost is not None:
            self._costs[act.n] = act.cost
