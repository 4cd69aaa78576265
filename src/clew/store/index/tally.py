"""A tally: what the rounds of a session add up to, so that a round can be taken out and put in again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from clew.store.index.facts import OPERATION, ROUND, USAGE, Row, sum_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.store.index.facts import RoundFacts

_KIND, _SLUGS, _STATUS = OPERATION.index("kind"), OPERATION.index("slugs"), OPERATION.index("status")
_NAME, _DETAIL = OPERATION.index("name"), OPERATION.index("detail")
_STARTED, _ENDED = OPERATION.index("started_at"), OPERATION.index("ended_at")
_USAGE_AT = len(OPERATION) - len(USAGE)
_ROUND_KIND = ROUND.index("kind")
_COUNTS = slice(ROUND.index("attempts"), ROUND.index("tools_failed") + 1)
_SLUG_IN_LOG = 3


class Tally:
    """Sums over rounds."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.turns = 0
        self.steps = 0
        self.counts: Row = (0, 0, 0, 0)
        """Attempts, retries, tools, failed tools."""
        self.used: Row = sum_rows(())
        """Columns :data:`~clew.store.index.facts.USAGE`."""
        self.slugs: Counter[str] = Counter()
        self.calls: Counter[Row] = Counter()
        """Calls by tool, status and kind."""
        self.times: dict[Row, float] = {}
        """Milliseconds by the same."""
        self.attempts: Counter[Row] = Counter()
        """Attempts by provider and model."""
        self.failed: Counter[Row] = Counter()
        """Those of them that failed."""
        self.models: dict[Row, Row] = {}
        """Usage by provider and model."""

    def forget_names(self) -> None:
        """Count by slug, tool and model from zero again: what there was is written down."""
        for counts in (self.slugs, self.calls, self.times, self.attempts, self.failed, self.models):
            counts.clear()

    def add(self, facts: RoundFacts, sign: int = 1) -> None:
        """Count a round, or with ``sign=-1`` count it no more."""
        if facts.round[_ROUND_KIND] == "turn":
            self.turns += sign
        else:
            self.steps += sign
        self.counts = tuple(have + sign * more for have, more in zip(self.counts, facts.round[_COUNTS], strict=True))
        self.used = sum_rows((self.used, signed(facts.round[-len(USAGE) :], sign)))
        for row in facts.operations:
            self._operation(row, sign)
        self.add_logs(facts.logs, sign)

    def add_logs(self, logs: Iterable[Row], sign: int = 1) -> None:
        """Count the slugs of log entries."""
        for row in logs:
            self.slugs[row[_SLUG_IN_LOG]] += sign

    def _operation(self, row: Row, sign: int) -> None:
        if row[_SLUGS] is not None:
            for slug in row[_SLUGS].split():
                self.slugs[slug] += sign
        if row[_KIND] == "attempt":
            key: Row = (row[_DETAIL] or "", row[_NAME] or "")
            self.attempts[key] += sign
            self.failed[key] += sign * (row[_STATUS] not in {"ok", "running"})
            self.models[key] = sum_rows((self.models.get(key, sum_rows(())), signed(row[_USAGE_AT:], sign)))
        else:
            key = (row[_NAME], row[_STATUS], row[_KIND])
            self.calls[key] += sign
            took = row[_ENDED] - row[_STARTED] if row[_ENDED] is not None else 0.0
            self.times[key] = self.times.get(key, 0.0) + sign * took


def signed(used: Row, sign: int) -> Row:
    """Columns :data:`~clew.store.index.facts.USAGE` to be added or taken away."""
    return used if sign == 1 else tuple(None if value is None else -value for value in used)
