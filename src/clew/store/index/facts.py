"""Rows of the catalog, made from the tree: pure functions of a session that was folded by itself, without its children.

Rows are tuples in the order of the columns below, without the ids that only the catalog can give. A round comes as a
:class:`RoundFacts`, so that the rounds of a session that grows can be replaced one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from clew.model.message import first_words
from clew.model.session import Attempt, Step, ToolCall
from clew.store.index.schema import LARGEST, to_picodollars
from clew.tree.path import operations
from clew.tree.totals import FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from clew.model.log import LogEntry
    from clew.model.payload import Payload
    from clew.model.session import Node, Session, Turn
    from clew.model.usage import Usage

USAGE = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost",
    "unpriced",
)
ROUND = (
    *("segment", "n", "kind", "position", "path", "name", "action", "action_name", "words", "status", "error"),
    *("started_at", "ended_at", "attempts", "retries", "tools", "tools_failed", "warnings", "errors"),
    *USAGE,
)
OPERATION = (
    *("position", "number", "kind", "name", "detail", "status", "verdict", "slugs", "error", "http_status"),
    *("backoff_ms", "started_at", "first_token_at", "ended_at", "child_id"),
    *USAGE,
)
LOG = ("path", "at", "severity", "slug", "message")

_WORDS = 200
_MESSAGE = 500
"""Characters of a log entry's message that the catalog holds."""
_OPENED = 1 << 16
"""Bytes of an action's content beyond which it is not opened for its first words."""
_QUIET = frozenset({"VRB", "TRC", "THK"})
_NO_USAGE = (0, 0, 0, 0, 0, None, 0)

Row = tuple[Any, ...]


class Price(Protocol):
    """Estimates what an answer cost."""

    def __call__(self, provider: str | None, model: str | None, usage: Usage, at: float) -> Decimal | None:
        """Dollars, or ``None`` if unknown; ``at`` is when, in milliseconds since the epoch."""


def unpriced(provider: str | None, model: str | None, usage: Usage, at: float) -> Decimal | None:  # noqa: ARG001 - the shape of `Price`
    """Know no price."""
    return None


class RoundFacts(NamedTuple):
    """A turn or a step as rows."""

    round: Row
    """Columns :data:`ROUND`."""
    operations: list[Row]
    """Columns :data:`OPERATION`."""
    logs: list[Row]
    """Columns :data:`LOG`."""


def round_facts(node: Turn | Step, path: str, key: tuple[int, int], price: Price = unpriced) -> RoundFacts:
    """The rows of a turn or a step; ``key`` is the segment and the number of its node."""
    placed = [(f"{path}-{place}", place, operation) for place, operation in enumerate(operations(node), 1)]
    rows = [_operation(place, operation, price) for _, place, operation in placed]
    logs = [row for where, there in [(path, node), *((p, op) for p, _, op in placed)] for row in log_rows(where, there)]
    kind, name = (node.kind, node.name) if isinstance(node, Step) else ("turn", None)
    action = node.action
    attempts = len(node.attempts)
    severities = [row[2] for row in logs]
    return RoundFacts(
        (
            *key,
            kind,
            node.index,
            path,
            storable(name),
            action.type if action is not None else None,
            storable(action.name) if action is not None else None,
            _words(action.content) if action is not None else None,
            node.status,
            storable(node.error),
            node.started_at,
            node.ended_at,
            attempts,
            max(0, attempts - 1) if kind == "turn" else 0,
            len(node.tools),
            sum(tool.status in FAILED for tool in node.tools),
            severities.count("WRN"),
            severities.count("ERR"),
            *sum_rows(row[-len(USAGE) :] for row in rows),
        ),
        rows,
        logs,
    )


def frame_logs(session: Session) -> list[Row]:
    """The rows of the entries on INIT, FIN and the session itself."""
    places: list[tuple[str, Node | None]] = [("init", session.init), ("", session), ("fin", session.fin)]
    return [row for path, node in places if node is not None for row in log_rows(path, node)]


def log_rows(path: str, node: Node) -> Iterator[Row]:
    """The rows of a node's own log entries."""
    entries: tuple[LogEntry, ...] = node.logs
    if isinstance(node, Attempt) and node.response is not None and node.response.logs:
        entries = (*entries, *node.response.logs)
    for entry in entries:
        if entry.severity not in _QUIET:
            yield (path, entry.timestamp, entry.severity, entry.slug, storable(entry.message[:_MESSAGE]))


def sum_rows(rows: Iterable[Row]) -> Row:
    """The sum of columns :data:`USAGE`; a cost is unknown when none is known."""
    total: Row = _NO_USAGE
    for row in rows:
        if row is not _NO_USAGE:
            total = (*(one + other for one, other in zip(total[:5], row[:5], strict=True)), *_money(total, row))
    return total


def estimate(attempt: Attempt, price: Price) -> Decimal | None:
    """What the answer to an attempt would cost; ``None`` if that is unknown, or nothing was used."""
    response = attempt.response
    if response is None or response.usage is None:
        return None
    return price(attempt.provider, response.model or attempt.model, response.usage, attempt.started_at)


def storable(text: str | None) -> str | None:
    """Text that SQLite can hold: lone surrogates are replaced."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _money(one: Row, other: Row) -> Row:
    cost = other[5] if one[5] is None else one[5] if other[5] is None else one[5] + other[5]
    return cost, one[6] + other[6]


def _words(content: Payload | None) -> str | None:
    if content is None or content.size > _OPENED:
        return None
    return storable(first_words(content)[:_WORDS])


def _operation(place: int, node: Attempt | ToolCall, price: Price) -> Row:
    return _attempt(place, node, price) if isinstance(node, Attempt) else _tool(place, node)


def _attempt(place: int, attempt: Attempt, price: Price) -> Row:
    return (
        place,
        attempt.number,
        "attempt",
        storable(attempt.model),
        storable(attempt.provider),
        attempt.status,
        attempt.verdict,
        " ".join(attempt.slugs) or None,
        storable(attempt.error),
        attempt.http_status,
        attempt.backoff_ms,
        attempt.started_at,
        attempt.first_token_at,
        attempt.ended_at,
        None,
        *_used(attempt, price),
    )


def _tool(place: int, tool: ToolCall) -> Row:
    child = tool.child_session
    return (
        place,
        tool.index,
        tool.kind,
        storable(tool.name),
        storable(tool.command),
        tool.status,
        None,
        " ".join(tool.slugs) or None,
        storable(tool.error),
        None,
        None,
        tool.started_at,
        None,
        tool.ended_at,
        child.session_id if child is not None else None,
        *_NO_USAGE,
    )


def _used(attempt: Attempt, price: Price) -> Row:
    response = attempt.response
    if response is None or (response.usage is None and response.cost is None):
        return _NO_USAGE
    usage, cost = response.usage, response.cost
    if usage is None:
        return (0, 0, 0, 0, 0, to_picodollars(cost), 0)
    if cost is None:
        cost = estimate(attempt, price)
    counts = (
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
    )
    return (*(min(max(count, -LARGEST), LARGEST) for count in counts), to_picodollars(cost), int(cost is None))
