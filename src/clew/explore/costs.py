"""Where tokens and dollars went: of one session with all below it, or of the sessions that a query means.

However they are shared out, the shares of one breakdown sum up to the same totals. Only attempts use tokens, so what a
*tool* or a *child* costs is what the sessions cost that its calls started; what a session spent itself stands under the
key ``""``.

By the kind of token a cost can be shared out only as far as its unit prices are known. What was told beyond list prices
is ``other``; a cost without known prices is ``not split``.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from clew.explore.charge import Charge, charges, in_session, of_query
from clew.model.usage import Usage
from clew.tree.totals import sum_cost, sum_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clew.explore.library import Library
    from clew.explore.prices import Prices, Quote
    from clew.explore.query import Query
    from clew.explore.view import SessionView

By = Literal["model", "agent", "tool", "turn", "child", "kind", "day"]


class Share(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A part of what was used and spent."""

    key: str
    """The model, the agent, the tool …; empty for what belongs to none."""
    usage: Usage
    cost: Decimal | None
    """US dollars, told or estimated; ``None`` if none of it is known."""
    unpriced: int
    """Answers whose cost is unknown."""
    calls: int
    """Attempts with known usage or cost."""
    of_cost: float | None
    """Its part of the known cost, 0 to 1; ``None`` if unknown."""
    of_tokens: float | None
    """Its part of all tokens, 0 to 1; ``None`` if there are none."""


def session_costs(view: SessionView, by: By, prices: Prices | None = None) -> list[Share]:
    """What a session and all below it used and cost, the most expensive part first; turns in their order."""
    shares = _shares(charges(view.index, in_session(view)), by, prices)
    if by != "turn":
        return shares
    order = {path: number for number, path in enumerate(view.round_paths())}
    return sorted(shares, key=lambda share: order.get(share.key, len(order)))


def library_costs(library: Library, query: Query | str, by: By, prices: Prices | None = None) -> list[Share]:
    """The same of the sessions that a query means, each counted once. Raises ``QueryError``."""
    return _shares(charges(library.index, of_query(library, query)), by, prices)


def total(shares: Iterable[Share]) -> Share:
    """What shares add up to."""
    shares = [*shares]
    return Share(
        key="",
        usage=sum_usage(share.usage for share in shares),
        cost=sum_cost(share.cost for share in shares),
        unpriced=sum(share.unpriced for share in shares),
        calls=sum(share.calls for share in shares),
        of_cost=1.0,
        of_tokens=1.0,
    )


def _shares(found: Iterable[Charge], by: By, prices: Prices | None) -> list[Share]:
    parts: dict[str, list[Charge]] = defaultdict(list)
    for charge in found:
        if by == "kind":
            for key, part in _kinds(charge, prices):
                parts[key].append(part)
        else:
            parts[_KEYS[by](charge)].append(charge)
    shares = [_share(key, members) for key, members in parts.items()]
    whole = total(shares)
    shares = [_of(share, whole) for share in shares]
    if by == "day":
        return sorted(shares, key=lambda share: share.key)
    return sorted(shares, key=lambda share: (-(share.cost or 0), -share.usage.total_tokens, share.key))


_KEYS: dict[str, Callable[[Charge], str]] = {
    "model": lambda charge: charge.model or "",
    "agent": lambda charge: charge.agent or "",
    "tool": lambda charge: charge.tool or "",
    "turn": lambda charge: charge.round,
    "child": lambda charge: charge.child,
    "day": lambda charge: charge.day,
}


def _share(key: str, members: list[Charge]) -> Share:
    return Share(
        key=key,
        usage=sum_usage(charge.usage for charge in members),
        cost=sum_cost(charge.cost for charge in members),
        unpriced=sum(charge.unpriced for charge in members),
        calls=sum(charge.calls for charge in members),
        of_cost=None,
        of_tokens=None,
    )


def _of(share: Share, whole: Share) -> Share:
    tokens = whole.usage.total_tokens
    return msgspec.structs.replace(
        share,
        of_cost=float(share.cost / whole.cost) if whole.cost and share.cost is not None else None,
        of_tokens=share.usage.total_tokens / tokens if tokens else None,
    )


def _kinds(charge: Charge, prices: Prices | None) -> Iterator[tuple[str, Charge]]:
    """What one attempt used and cost, by the kind of token; together it is what the attempt used and cost."""
    usage = charge.usage
    quote = prices.quote(charge.provider, charge.model, usage, charge.at) if prices is not None else None
    parts: dict[str, Decimal] = {}
    if quote is not None and charge.cost is not None:
        parts = {name: getattr(quote.parts, part) for name, (_, part) in _PARTS.items()}
        rest = charge.cost - quote.cost
    else:
        rest = charge.cost or Decimal(0)
    first = True
    for name, (counts, _) in _PARTS.items():
        used = Usage(**{count: getattr(usage, count) for count in counts})
        if used.total_tokens or parts.get(name):
            unknown = charge.unpriced if first else 0
            yield name, charge.part(used, parts.get(name), unknown, calls=int(first and charge.calls))
            first = False
    yield from _rest(charge, quote, rest, first=first)


def _rest(charge: Charge, quote: Quote | None, rest: Decimal, *, first: bool) -> Iterator[tuple[str, Charge]]:
    """What of a cost belongs to no kind of token."""
    request = quote.parts.request if quote is not None and charge.cost is not None else None
    if request:
        yield "request", charge.part(Usage(), request, 0, calls=0)
    if rest or first:
        known = charge.cost is not None
        name = "other" if quote is not None and known else "not split"
        yield name, charge.part(Usage(), rest if known else None, charge.unpriced * first, calls=charge.calls * first)


_PARTS = {
    "fresh input": (("input_tokens",), "input"),
    "cache read": (("cache_read_tokens",), "cache_read"),
    "cache write": (("cache_write_tokens",), "cache_write"),
    "output": (("output_tokens", "reasoning_tokens"), "output"),
}
"""Kinds of tokens: the counts of each, and its part of a quote."""
