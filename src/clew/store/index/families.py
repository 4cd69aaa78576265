"""What sessions add up to with all sessions below them: recomputed for those that changed, and for those above them.

A session is below the one that its own header names, also where the other's record of that was lost. Why a family
failed is forgotten on the same occasion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_SUMMED = (
    *("attempts", "retries", "tools", "tools_failed", "input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "unpriced"),
)
_ALONE = ", ".join(f"all_{name} = {name}" for name in (*_SUMMED, "cost"))
_WITH_CHILDREN = ", ".join(
    f"all_{name} = {name} + (SELECT sum(all_{name}) FROM session c WHERE c.parent_id = session.session_id)"
    for name in _SUMMED
)
_COST = (
    "all_cost = (SELECT CASE WHEN session.cost IS NULL AND count(all_cost) = 0 THEN NULL"
    " ELSE coalesce(session.cost, 0) + coalesce(sum(all_cost), 0) END"
    " FROM session c WHERE c.parent_id = session.session_id)"
)
_CHILDREN = "children = (SELECT count(*) + sum(children) FROM session c WHERE c.parent_id = session.session_id)"

_WITH_ABOVE = """
WITH RECURSIVE above(session_id, parent_id) AS (
    SELECT session_id, parent_id FROM session WHERE id IN (SELECT id FROM temp.changed)
    UNION SELECT s.session_id, s.parent_id FROM session s JOIN above ON s.session_id = above.parent_id
)"""
_ABOVE = f"""{_WITH_ABOVE}
SELECT session_id, parent_id FROM above
WHERE EXISTS (SELECT 1 FROM session c WHERE c.parent_id = above.session_id)
"""


def sum_families(connection: sqlite3.Connection, changed: Iterable[int], orphaned: Iterable[str] = ()) -> None:
    """Bring the sums of sessions up to date; ``orphaned`` are ids of sessions that lost one below them."""
    run = connection.execute
    run("CREATE TEMP TABLE IF NOT EXISTS changed (id INTEGER PRIMARY KEY)")
    run("DELETE FROM temp.changed")
    connection.executemany("INSERT OR IGNORE INTO temp.changed VALUES (?)", [(key,) for key in changed])
    connection.executemany(
        "INSERT OR IGNORE INTO temp.changed SELECT id FROM session WHERE session_id = ?", [(one,) for one in orphaned]
    )
    run(f"UPDATE session SET {_ALONE}, children = 0 WHERE id IN (SELECT id FROM temp.changed)")
    _forget_explanations(connection)
    parents: dict[str, str | None] = dict(run(_ABOVE))
    for session_id in sorted(parents, key=lambda one: -_depth(one, parents)):
        run(f"UPDATE session SET {_WITH_CHILDREN}, {_COST}, {_CHILDREN} WHERE session_id = ?", (session_id,))


def _forget_explanations(connection: sqlite3.Connection) -> None:
    """Forget why families failed of which a session changed: an explanation is that of the outermost session."""
    for table in ("failure", "explained"):
        connection.execute(
            f"DELETE FROM {table} WHERE session IN ({_WITH_ABOVE}"
            " SELECT session.id FROM above JOIN session ON session.session_id = above.session_id)"
        )


def _depth(session_id: str, parents: dict[str, str | None]) -> int:
    """How many of these sessions are above one; a forged circle counts as deep as it is long."""
    depth, above = 0, parents.get(session_id)
    while above is not None and depth <= len(parents):
        depth, above = depth + 1, parents.get(above)
    return depth
