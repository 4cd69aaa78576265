"""``clew show``: a session, or a part of it, as an outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.part import load_part

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session


@click.command(short_help="Show a session as an outline.")
@options.session_argument
@options.turn_option
@options.path_option
@click.option("--depth", type=click.IntRange(min=0), metavar="N", help="Only so many levels of rows.")
@click.option("--paths", is_flag=True, help="The path of every node in a first column.")
@options.verbose_option
@options.folder_option
@options.json_option
@options.ascii_option
def show(
    reference: str,
    turn: int | None,
    node_path: str | None,
    depth: int | None,
    folder: Path | None,
    *,
    paths: bool,
    verbose_in_tree: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show a session as an outline: turns, attempts, retries with reason, tools, child sessions, warnings and errors.

    ID is 'last' unless given. With --json each node is an object without its payloads.
    """
    path = options.chosen_path(turn, node_path)
    place, session_id = options.find(reference, folder)
    session = load_part(place, session_id, path, verbose_in_tree=verbose_in_tree)
    if as_json:
        _write_facts(session, path)
        return
    from clew.text.outline import View, node_outline
    from clew.tree.path import locate

    view = View(paths=paths, depth=depth, every_entry=verbose_in_tree)
    output.write_rows(node_outline(session, path, locate(session, path), view), ascii_signs=ascii_signs, at_edge=True)


def _write_facts(session: Session, path: str) -> None:
    from clew.text.facts import node_facts
    from clew.tree.path import locate, walk

    locate(session, path)
    below = (path, f"{path}-", f"{path}.")
    nodes = walk(session)
    output.write_json([node_facts(p, node) for p, node in nodes if not path or p == path or p.startswith(below[1:])])
