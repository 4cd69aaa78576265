"""The words that recorded sessions use, to complete a query with: agents, models, tools, tags, slugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.explore.library import Library
    from clew.explore.query import Field

_MOST = 200
"""Values of a field that are worth offering."""

_SQL = {
    "id": "SELECT session_id FROM session ORDER BY session_id DESC",
    "agent": "SELECT agent_id FROM session WHERE agent_id NOT NULL GROUP BY 1 ORDER BY count(*) DESC",
    "model": "SELECT model FROM usage WHERE model != '' GROUP BY 1 ORDER BY count(*) DESC",
    "provider": "SELECT provider FROM usage WHERE provider != '' GROUP BY 1 ORDER BY count(*) DESC",
    "tool": "SELECT name FROM tool GROUP BY 1 ORDER BY sum(calls) DESC",
    "tag": "SELECT tag FROM tag GROUP BY 1 ORDER BY count(*) DESC",
    "slug": "SELECT slug FROM slug GROUP BY 1 ORDER BY sum(count) DESC",
    "incident": "SELECT incident FROM session WHERE incident NOT NULL ORDER BY session_id DESC",
}


def known_values(library: Library, field: Field) -> list[str]:
    """Values that a field has in the sessions of a library, the likeliest first; empty for one of numbers or times."""
    sql = _SQL.get(field.name)
    return [] if sql is None else [value for (value,) in library.index.rows(f"{sql} LIMIT ?", (_MOST,))]
