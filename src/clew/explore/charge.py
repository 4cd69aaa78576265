"""Charges: what single attempts used and cost, as the catalog has them, and whom to put them down to."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.model.usage import Usage
from clew.store.index.schema import to_dollars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.explore.view import SessionView
    from clew.store.index.index import Index


class Place(NamedTuple):
    """Where a session stands below the one that is asked about."""

    call: str
    """The call of the outermost session that it came from; empty for that session itself."""
    tool: str | None
    """The tool that was called there."""


class Charge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one attempt used and cost."""

    provider: str | None
    model: str | None
    agent: str | None
    tool: str | None
    child: str
    """The call of the outermost session below which it was made; empty if it made it itself."""
    round: str
    """The turn or step of the outermost session."""
    day: str
    """Local day, ``2026-11-22``."""
    at: float
    usage: Usage
    cost: Decimal | None
    unpriced: int
    calls: int

    def part(self, usage: Usage, cost: Decimal | None, unpriced: int, *, calls: int) -> Charge:
        """A part of it."""
        return msgspec.structs.replace(self, usage=usage, cost=cost, unpriced=unpriced, calls=calls)


def in_session(view: SessionView) -> dict[int, Place]:
    """A session and all below it, by their numbers in the catalog."""
    tools = {there.path: there.name for there in view.calls_with_children()}
    found = {}
    for number, prefix in view.prefixes().items():
        call = prefix.partition(".")[0]
        found[number] = Place(call, tools.get(call))
    return found


def of_query(library: Library, query: Query | str) -> dict[int, Place]:
    """The sessions that a query means, and all below them."""
    wanted = library.condition(query, children=False)
    rows = library.index.rows(f"SELECT id FROM session WHERE {wanted.sql}", wanted.parameters)
    found = {number: Place("", None) for (number,) in rows}
    below = library.index.rows(_BELOW, (msgspec.json.encode([*found]).decode(),))
    for number, above, tool in below:  # each after the one that it is below
        found.setdefault(number, Place("", found[above].tool or tool))
    return found


_BELOW = """
WITH RECURSIVE below(id, above, tool) AS (
    SELECT child.id, o.session, o.name FROM json_each(?) CROSS JOIN operation o ON o.session = value
    JOIN session child ON child.session_id = o.child_id WHERE o.child_id IS NOT NULL
    UNION
    SELECT child.id, o.session, o.name FROM below JOIN operation o ON o.session = below.id
    JOIN session child ON child.session_id = o.child_id WHERE o.child_id IS NOT NULL)
SELECT id, above, tool FROM below"""


def charges(index: Index, places: Mapping[int, Place]) -> Iterator[Charge]:
    """Every attempt of some sessions with known usage or cost, in the order of time."""
    rows = index.rows(_CHARGES, (msgspec.json.encode([*places]).decode(),))
    for number, path, agent, provider, model, at, *used, cost, unpriced in rows:
        usage = Usage(**dict(zip(Usage.__struct_fields__, used, strict=True)))
        if cost is None and not unpriced:
            continue
        place = places[number]
        yield Charge(
            provider=provider,
            model=model,
            agent=agent,
            tool=place.tool,
            child=place.call,
            round=place.call.rpartition("-")[0] or path,
            day=time.strftime("%Y-%m-%d", time.localtime(at / 1000)),
            at=at,
            usage=usage,
            cost=to_dollars(cost),
            unpriced=unpriced,
            calls=1,
        )


_CHARGES = f"""
SELECT o.session, round.path, session.agent_id, o.detail, o.name, o.started_at,
 {", ".join(f"o.{name}" for name in Usage.__struct_fields__)}, o.cost, o.unpriced
FROM json_each(?) CROSS JOIN operation o ON o.session = value
JOIN round ON round.id = o.round JOIN session ON session.id = o.session
WHERE o.kind = 'attempt' ORDER BY o.started_at, o.id"""
