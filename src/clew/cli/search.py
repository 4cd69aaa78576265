"""``clew search``: where a text occurs in the payloads of sessions, and how to open each place.

The text index is brought up to date first; whoever interrupts that keeps what is done. What it does not hold yet is
read, so the answer is the same with it and without.
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options, output
from clew.cli.exit_codes import ExitCode
from clew.cli.query_words import query_argument, query_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from clew.explore.finds import Find
    from clew.explore.library import Library
    from clew.explore.query import Query
    from clew.store.index.text.hit import Hit

_LIMIT = 50
_CSV = ("session", "agent", "path", "name", "status", "ev", "field", "where", "before", "match", "after", "count")


@click.command(short_help="Find a text in the payloads of sessions.")
@click.argument("text")
@query_argument
@click.option("-i", "--ignore-case", is_flag=True, help="Upper and lower case are alike.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True, help="At most so many; 0 for all."
)
@click.option("--no-index", is_flag=True, help="Read every byte instead of asking the index.")
@options.csv_option
@options.folder_option
@options.json_option
@options.ascii_option
def search(
    text: str,
    words: Sequence[str],
    limit: int,
    folder: Path | None,
    *,
    ignore_case: bool,
    no_index: bool,
    as_csv: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show where TEXT occurs: in requests, answers, results, log entries, titles; newest sessions first.

    TEXT is looked for as it is written: it has no wildcards. QUERY says in which sessions. Each place has the path of
    its node and the match with what stands around it. Exit code 4 if there is none.
    """
    from clew.cli.library import library_at
    from clew.explore.finds import finds

    if not text:
        raise click.UsageError("Write a text to search for.")
    query = query_of(words)
    library = library_at(folder)
    hits = _hits(library, text, query, ignore_case=ignore_case, indexed=not no_index)
    found = finds(library, hits if not limit else islice(hits, limit))
    if as_json:
        count = _write_json(found)
    elif as_csv:
        count = _write_csv(found)
    else:
        count = _write_rows(found, ascii_signs=ascii_signs)
    if limit and next(hits, None) is not None:
        output.say(f"There is more than these {count}; -n 0 shows all.")
    if not count:
        output.say("Nothing found.")
        raise click.exceptions.Exit(ExitCode.NOT_FOUND)


def _hits(library: Library, text: str, query: Query, *, ignore_case: bool, indexed: bool) -> Iterator[Hit]:
    """Where the text occurs, each hit found when it is asked for."""
    from clew.store.index.text.search import scan
    from clew.store.index.text.search import search as search_index

    if indexed:
        _fill(library)
    sessions = frozenset(library.ids(query)) if query.terms else None
    return (search_index if indexed else scan)(library.path, text, sessions=sessions, ignore_case=ignore_case)


def _fill(library: Library) -> None:
    """Bring the text index up to date, as far as this is possible here and now."""
    from clew.cli.library import Meter
    from clew.store.index.text.filler import fill

    with Meter("indexing text:") as meter:
        fill(library.path, told=lambda progress: meter.share(progress.read, progress.size))


def _write_json(found: Iterable[Find]) -> int:
    facts = [_facts(find) for find in found]
    output.write_json(facts)
    return len(facts)


def _write_csv(found: Iterable[Find]) -> int:
    lines = [_cells(find) for find in found]
    output.write_csv(_CSV, lines)
    return len(lines)


def _write_rows(found: Iterable[Find], *, ascii_signs: bool) -> int:
    """Write sessions with what was found in them, each as soon as it is known."""
    from clew.text.matches import match_rows, session_match

    count = 0
    for session_id, group in groupby(found, key=lambda find: find.hit.session_id):
        here = list(group)
        row = here[0].session
        about = (row.agent_id, row.status, row.name) if row is not None else (None, "", None)
        output.write_rows([session_match(session_id, *about)], ascii_signs=ascii_signs)
        output.write_rows(match_rows([_match(find) for find in here]), ascii_signs=ascii_signs)
        path = next((find.path for find in here if find.path), "")
        output.write_rows([_opening(session_id, path), ()], ascii_signs=ascii_signs)
        count += len(here)
    return count


def _match(find: Find) -> Any:  # noqa: ANN401 - a class that is imported when it is needed
    from clew.text.matches import Match

    hit, operation = find.hit, find.operation
    return Match(
        path=find.path,
        kind=operation.kind if operation is not None else None,
        name=operation.name if operation is not None else None,
        slugs=operation.slugs if operation is not None else (),
        place=f"{hit.field} {hit.path}".strip() or hit.ev,
        before=hit.before,
        match=hit.match,
        after=hit.after,
        times=hit.count,
    )


def _opening(session_id: str, path: str) -> Any:  # noqa: ANN401 - a row of text
    from clew.text.row import Span

    return (Span(f"  clew show {session_id}{f' --path {path}' if path else ''}", "dim"),)


def _facts(find: Find) -> dict[str, Any]:
    hit, row, operation = find.hit, find.session, find.operation
    return {
        "sessionId": hit.session_id,
        "agentId": row.agent_id if row is not None else None,
        "path": find.path,
        "kind": operation.kind if operation is not None else None,
        "name": operation.name if operation is not None else None,
        "status": operation.status if operation is not None else None,
        "slugs": list(operation.slugs) if operation is not None else [],
        "ev": hit.ev,
        "field": hit.field,
        "where": hit.path,
        "before": hit.before,
        "match": hit.match,
        "after": hit.after,
        "count": hit.count,
        "segment": hit.segment,
        "offset": hit.offset,
    }


def _cells(find: Find) -> list[object]:
    facts = _facts(find)
    names = {"session": "sessionId", "agent": "agentId"}
    return [facts[names.get(head, head)] for head in _CSV]
