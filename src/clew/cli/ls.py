"""``clew ls``: which sessions there are, newest first, or those that a query means.

One that cannot be read has a row like the others, which says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from clew.cli import options, output
from clew.cli.query_words import query_argument, query_of
from clew.explore.library import Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.explore.library import Library
    from clew.explore.listing import SessionRow
    from clew.explore.query import Query
    from clew.model.session import Note
    from clew.text.tables import SessionLine

_LIMIT = 50
_COLUMNS = (
    *("sessionId", "agentId", "parent", "title", "model", "status", "startedAt", "endedAt", "durationMs", "turns"),
    *("retries", "tools", "toolsFailed", "childSessions", "input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "cost", "unpriced", "error"),
)


@click.command(short_help="List sessions, newest first.")
@query_argument
@click.option(
    "-n", "--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True, help="At most so many; 0 for all."
)
@click.option(
    "--order",
    type=click.Choice(get_args(Order)),
    default="newest",
    show_default=True,
    help="What stands first; 'live' is what still runs, then the newest.",
)
@click.option("--children", is_flag=True, help="Sessions that other sessions started, too.")
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def ls(
    words: Sequence[str],
    limit: int,
    order: Order,
    folder: Path | None,
    *,
    children: bool,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """List sessions, newest first: id, agent, status, turns, time, tokens, cost, title. Sums include child sessions.

    QUERY says which, for instance 'agent:support status:failed after:2d'; docs/query.md has its language. It finds
    sessions that others started, too, and marks them.
    """
    from clew.cli.library import library_at

    query = query_of(words)
    library = library_at(folder)
    found = library.sessions(query, limit=limit or None, order=order, children=children)
    if as_json:
        output.write_json([_facts(row, _notes(library, row)) for row in found])
    elif as_csv:
        output.write_csv(_COLUMNS, [_cells(_facts(row, ())) for row in found])
    else:
        from clew.text.tables import session_table

        below = bool(query.terms) and any(row.parent_id is not None for row in found)
        lines = [_line(row) for row in found]
        output.write_rows(session_table(lines, below=below), ascii_signs=ascii_signs, at_edge=True)
    _say_rest(library, len(found), library.count(query, children=children) if limit else len(found), query)


def _say_rest(library: Library, shown: int, known: int, query: Query) -> None:
    asked = bool(query.terms)
    if shown < known:
        output.say(f"{known - shown} {'more' if asked else 'older ones'} are not shown; -n 0 shows all.")
    elif not known and asked:
        cased = " A text in a payload is found in its own capitals only." if query.texts else ""
        output.say(f"No session in {library.path.absolute()} is meant by this query.{cased}")
    elif not known:
        output.say(f"There are no sessions in {library.path.absolute()}; another folder is named by --dir or CLEW_DIR.")


def _line(row: SessionRow) -> SessionLine:
    from clew.record.standin import TAG
    from clew.text.numbers import elapsed
    from clew.text.tables import SessionLine

    return SessionLine(
        session_id=row.session_id,
        agent_id=row.agent_id,
        status=row.status,
        turns=row.turns,
        took=elapsed(row.started_at, row.ended_at),
        tokens=row.usage.total_tokens,
        cost=row.cost,
        unpriced=row.unpriced,
        title=row.name,
        below=row.parent_id is not None,
        replay=TAG in row.tags,
        refused=(row.error or "") if row.status == "unreadable" else None,
    )


def _notes(library: Library, row: SessionRow) -> Sequence[Note]:
    """What reading found or the writer said of the record; looked up only where there is something."""
    return library.session(row.session_id).frame().notes if row.notes and row.status != "unreadable" else ()


def _facts(row: SessionRow, notes: Sequence[Note]) -> dict[str, Any]:
    from clew.text.numbers import elapsed, utc_time

    if row.status == "unreadable":
        return {"sessionId": row.session_id, "status": row.status, "error": row.error}
    return {
        "sessionId": row.session_id,
        "agentId": row.agent_id,
        "parent": None if row.parent_id is None else f"{row.parent_id} {row.parent_path}",
        "title": row.title,
        "opening": row.opening,
        "model": row.model,
        "status": row.status,
        "startedAt": utc_time(row.started_at),
        "endedAt": utc_time(row.ended_at),
        "durationMs": elapsed(row.started_at, row.ended_at),
        "tags": list(row.tags),
        "turns": row.turns,
        "retries": row.retries,
        "tools": row.tools,
        "toolsFailed": row.tools_failed,
        "childSessions": row.children,
        "usage": msgspec.structs.asdict(row.usage),
        "cost": None if row.cost is None else f"{row.cost:f}",
        "unpriced": row.unpriced,
        "notes": [msgspec.to_builtins(note) for note in notes],
    }


def _cells(facts: dict[str, Any]) -> list[object]:
    flat = {**facts, **facts.get("usage", {})}
    return [flat.get(column) for column in _COLUMNS]
