"""``clew snapshot``: nodes whole, every payload to its last byte (seed 004, phase 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.cli.part import load_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.session import Node, Session
    from clew.text.row import Row


@click.command(short_help="Show nodes whole, with their payloads.")
@options.session_argument
@options.turn_option
@options.path_option
@click.option("--slug", metavar="X", help="Only nodes that carry this slug.")
@options.verbose_option
@options.folder_option
@options.json_option
@options.ascii_option
def snapshot(
    reference: str,
    turn: int | None,
    node_path: str | None,
    slug: str | None,
    folder: Path | None,
    *,
    verbose_in_tree: bool,
    as_json: bool,
    ascii_signs: bool,
) -> None:
    """Show a session or a part of it with whole payloads.

    With --json this is the snapshot document of the node; with --slug an array of {"path", "node"}.
    """
    from clew.tree.path import locate

    path = options.chosen_path(turn, node_path)
    place, session_id = options.find(reference, folder)
    session = load_part(place, session_id, path, verbose_in_tree=verbose_in_tree)
    node = locate(session, path)
    chosen = [(p, n) for p, n in _below(session, path) if slug is None or _carries(n, slug)]
    if not as_json:
        output.write_rows(_rows(chosen), ascii_signs=ascii_signs)
    elif slug is None:
        _write_documents(node)
    else:
        _write_found(chosen)
    if slug is not None and not chosen:
        output.say(f"No node carries the slug {slug}.")


def _below(session: Session, path: str) -> Iterator[tuple[str, Node]]:
    """The node at a path and those below it."""
    from clew.tree.path import walk

    inside = (f"{path}-", f"{path}.")
    return ((p, node) for p, node in walk(session) if not path or p == path or p.startswith(inside))


def _carries(node: Node, slug: str) -> bool:
    """Whether a node's own log entries or reasons have a slug."""
    from clew.model.session import Attempt

    logs = node.logs
    if isinstance(node, Attempt) and node.response is not None:
        logs = (*logs, *node.response.logs)
    return slug in getattr(node, "slugs", ()) or any(entry.slug == slug for entry in logs)


def _rows(chosen: list[tuple[str, Node]]) -> Iterator[Row]:
    from clew.text.detail import detail

    for path, node in chosen:
        yield from detail(path, node)
        yield ()


def _write_documents(node: Node) -> None:
    from clew.wire.snapshot import snapshot_json

    output.write_json_bytes(snapshot_json(node))


def _write_found(chosen: list[tuple[str, Node]]) -> None:
    import msgspec

    from clew.wire.snapshot import snapshot_json

    parts = (
        b'{"path":%b,"node":%b}' % (msgspec.json.encode(path), snapshot_json(node).strip()) for path, node in chosen
    )
    output.write_json_bytes(b"[" + b",\n".join(parts) + b"]")
