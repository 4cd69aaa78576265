"""QUERY on a command line: words joined by blanks, completed by the shell from the language and the catalog."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import click

from clew.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from click.shell_completion import CompletionItem

    from clew.explore.query import Field, Query

_COMPLETIONS = 100

_VALUES = {
    "id": "SELECT session_id FROM session ORDER BY session_id DESC LIMIT 100",
    "agent": "SELECT agent_id FROM session GROUP BY 1 ORDER BY count(*) DESC, 1",
    "model": "SELECT model FROM usage GROUP BY 1 ORDER BY sum(attempts) DESC, 1",
    "provider": "SELECT provider FROM usage GROUP BY 1 ORDER BY sum(attempts) DESC, 1",
    "slug": "SELECT slug FROM slug GROUP BY 1 ORDER BY sum(count) DESC, 1",
    "tool": "SELECT name FROM tool GROUP BY 1 ORDER BY sum(calls) DESC, 1",
    "tag": "SELECT tag FROM tag GROUP BY 1 ORDER BY count(*) DESC, 1",
    "incident": "SELECT incident FROM session WHERE incident IS NOT NULL ORDER BY session_id DESC LIMIT 100",
}
"""What the catalog knows of the values of a field, the likeliest first."""


class QueryWord(click.types.StringParamType):
    """A word of a query."""

    name = "query"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What may stand here: fields, and values that sessions have."""
        from click.shell_completion import CompletionItem

        from clew.explore.query import complete

        typed = ctx.params.get(param.name or "") or ()
        head = _cut_off(typed, incomplete)
        word = head + incomplete.removeprefix(":") if head else incomplete
        found = complete(word, len(word), _values(ctx))[:_COMPLETIONS]
        return [CompletionItem((word[: one.start] + one.insert).removeprefix(head), help=one.says) for one in found]


query_argument = click.argument("words", metavar="[QUERY]...", nargs=-1, type=QueryWord())


def query_of(words: Sequence[str]) -> Query:
    """The query that the words of a command line say. Raises ``QueryError``."""
    from clew.explore.query import parse

    return parse(" ".join(words))


def _cut_off(typed: Sequence[str], incomplete: str) -> str:
    """What belongs to this word and stands before it: bash takes a colon for a word of its own."""
    if incomplete == ":" and typed:
        return f"{typed[-1]}:"
    return "".join(typed[-2:]) if len(typed) > 1 and typed[-1] == ":" else ""


def _values(ctx: click.Context) -> Callable[[Field], Iterable[str]]:
    """Looks values up in the catalog as it stands; a shell does not wait for it to be brought up to date."""
    from clew.store.index.database import UNUSABLE, catalog_in_memory

    folder = options.folder_at(ctx.params.get("folder")).path

    def values(field: Field) -> Iterable[str]:
        if field.name not in _VALUES:
            return
        try:
            catalog = catalog_in_memory(folder.absolute())
            for (value,) in catalog.execute(_VALUES[field.name]):
                if value:
                    yield value
            catalog.close()
        except (sqlite3.Error, *UNUSABLE):
            return

    return values
