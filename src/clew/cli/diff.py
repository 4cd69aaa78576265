"""``clew diff``: what differs between two sessions, and where it began. For CI the exit code says whether anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.exit_codes import ExitCode
from clew.explore.comparison.difference import MEANINGS

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.comparison.difference import Kind
    from clew.model.session import Session


@click.command(short_help="Compare two sessions.")
@click.argument("a", metavar="A", type=options.SessionReference())
@click.argument("b", metavar="B", type=options.SessionReference())
@options.path_option
@click.option(
    "--ignore",
    type=click.Choice(list(MEANINGS)),
    multiple=True,
    metavar="KIND",
    help="No differences of this kind, for instance usage_changed; may be given several times.",
)
@click.option("--brief", is_flag=True, help="Only how many differences there are of each kind.")
@options.folder_option
@options.json_option
@options.ascii_option
@click.pass_context
def diff(
    context: click.Context,
    a: str,
    b: str,
    node_path: str | None,
    ignore: tuple[Kind, ...],
    folder: Path | None,
    *,
    brief: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Compare session B with session A, node by node: what was added, removed or changed, and where it began.

    Ids, times and durations are no differences. What only follows from a difference, such as a changed message in all
    later requests, is counted and not reported. The exit code is 0 if nothing differs, and 1 if anything does.
    """
    from clew.explore.comparison.compare import compare
    from clew.explore.comparison.report import below, comparison_facts, comparison_rows
    from clew.explore.prices import Prices

    one, other = _load(a, folder), _load(b, folder)
    _check(one, other, node_path or "")
    told = compare(one, other, ignore=ignore, price=Prices.load().cost)
    shown = below(told.differences, node_path or "")
    if as_json:
        output.write_json(comparison_facts(one, other, told, shown))
    else:
        output.write_rows(comparison_rows(one, other, told, shown, brief=brief), ascii_signs=ascii_signs)
    context.exit(ExitCode.DIFFERENT if shown else ExitCode.OK)


def _load(reference: str, folder: Path | None) -> Session:
    place, session_id = options.find(reference, folder)
    session = place.load(session_id)
    if any(note.kind in _DAMAGE for note in session.notes):
        output.say(
            f"The record of {session_id} is incomplete, which may look like differences: clew verify tells more."
        )
    return session


_DAMAGE = frozenset({"damaged", "gap", "unreadable", "dropped", "missing_child"})


def _check(one: Session, other: Session, path: str) -> None:
    """See that a path is in at least one of the sessions. Raises ``PathError``."""
    from clew.errors import PathError
    from clew.tree.path import locate

    try:
        locate(one, path)
    except PathError:
        locate(other, path)
