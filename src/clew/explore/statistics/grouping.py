"""Grouping: by what figures are broken down, and which sessions they are of, as SQL.

Three tables can be counted: ``usage`` (what a session used of each model), ``tool`` (its calls of each tool), and
``operation``, which is larger and knows the time of each. A key that is unknown is ``None``. A session counts under
each of its tags, so figures by tag may add up to more than the total; of every other key a row has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from clew.explore.query import Query, Where, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.library import Library

By = Literal["model", "provider", "agent", "tool", "kind", "day", "hour", "status", "tag", "session"]
Table = Literal["usage", "tool", "operation"]

_EVERYTHING = Where("TRUE")

_OF_SESSION: dict[By, str] = {
    "agent": "session.agent_id",
    "status": "session.status",
    "tag": "tag.tag",
    "session": "session.session_id",
}
_OF_TABLE: dict[Table, dict[By, str]] = {
    "usage": {"model": "usage.model", "provider": "usage.provider", "tool": "starter.name"},
    "tool": {"tool": "tool.name", "kind": "tool.kind"},
    "operation": {
        "model": "CASE operation.kind WHEN 'attempt' THEN operation.name END",
        "provider": "CASE operation.kind WHEN 'attempt' THEN operation.detail END",
        "tool": "CASE operation.kind WHEN 'attempt' THEN starter.name ELSE operation.name END",
        "kind": "operation.kind",
        "day": "strftime('%Y-%m-%d', operation.started_at / 1000, 'unixepoch', 'localtime')",
        "hour": "strftime('%H', operation.started_at / 1000, 'unixepoch', 'localtime')",
    },
}
_TAGS = " LEFT JOIN tag ON tag.session = session.id"
_STARTERS = (
    " LEFT JOIN (SELECT child_id, min(name) AS name FROM operation WHERE child_id IS NOT NULL GROUP BY child_id)"
    " AS starter ON starter.child_id = session.session_id"
)
"""The tool whose call started a session."""


class Counted(NamedTuple):
    """Rows of a table to be counted, as parts of an SQL statement."""

    keys: str
    """The columns to group by, with a comma after each."""
    source: str
    """What stands after FROM, with its condition."""
    parameters: tuple[str | int | float, ...]
    grouped: str
    """The clause that groups; empty where everything is one group."""


def counted(table: Table, chosen: Where, by: Sequence[By], only: str = "") -> Counted:
    """Count rows of a table, of the sessions that are chosen, by these keys; ``only`` is a further condition.

    Raises ``ValueError`` for a key that these rows do not have.
    """
    known = {**_OF_SESSION, **_OF_TABLE[table]}
    if not known.keys() >= set(by):
        raise ValueError(f"These figures have no {', '.join(sorted(set(by) - known.keys()))}.")
    columns = [known[key] for key in by]
    joins = _joins(table, columns, needed=chosen.sql != _EVERYTHING.sql)
    conditions = " AND ".join(f"({one})" for one in (chosen.sql, only) if one)
    return Counted(
        keys="".join(f"nullif({column}, ''), " for column in columns),
        source=f"{table}{joins} WHERE {conditions}",
        parameters=chosen.parameters,
        grouped=f" GROUP BY {', '.join(str(place) for place in range(1, len(by) + 1))}" if by else "",
    )


def chosen(library: Library, query: Query | str = "", *, days: int | None = None) -> Where:
    """The sessions that a query means, begun on the last so many local days, with all below them.

    Raises ``QueryError``.
    """
    asked = parse(query) if isinstance(query, str) else query
    if not asked.terms and days is None:
        return _EVERYTHING
    meant = library.condition(asked, children=True)
    recent, since = ("", ()) if days is None else (" AND session.started_at >= ?", (midnight(days, library.now()),))
    sql = (
        "session.id IN (WITH RECURSIVE meant (id, session_id) AS ("
        f"SELECT session.id, session.session_id FROM session WHERE ({meant.sql}){recent}"
        " UNION SELECT below.id, below.session_id FROM session AS below"
        " JOIN meant ON below.parent_id = meant.session_id)"
        " SELECT id FROM meant)"
    )
    return Where(sql, (*meant.parameters, *since))


def midnight(days: int, now: float) -> float:
    """When the first of the last so many local days began, in milliseconds; ``now`` is in seconds."""
    today = datetime.fromtimestamp(now).astimezone().date()
    first = today - timedelta(days=days - 1)
    return datetime(first.year, first.month, first.day).timestamp() * 1000  # noqa: DTZ001 - a local day begins at local midnight


def _joins(table: Table, columns: Sequence[str], *, needed: bool) -> str:
    about_sessions = any(column.startswith(("session.", "tag.")) or "starter." in column for column in columns)
    joins = f" JOIN session ON session.id = {table}.session" if needed or about_sessions else ""
    joins += _TAGS if "tag.tag" in columns else ""
    return joins + (_STARTERS if any("starter." in column for column in columns) else "")
