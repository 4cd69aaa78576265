"""What several commands have in common: where sessions are, how one is named, what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from clew.store.folder import Folder

_COMPLETIONS = 100


class SessionReference(click.types.StringParamType):
    """A person's word for a session; a shell completes it with the ids in the folder."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The ids that begin like this, newest first."""
        from click.shell_completion import CompletionItem

        from clew.errors import RecordError

        try:
            ids = folder_at(ctx.params.get("folder")).ids()
        except RecordError:
            return []
        return [CompletionItem(word) for word in ("last", *ids) if word.startswith(incomplete)][:_COMPLETIONS]


def folder_at(path: Path | None) -> Folder:
    """The folder of sessions: the one asked for, else ``$CLEW_DIR``, else ``./sessions``."""
    from clew.store.folder import Folder

    return Folder.default() if path is None else Folder(path)


def find(reference: str, path: Path | None) -> tuple[Folder, str]:
    """The folder and the id that a person's word for a session means. Raises ``RecordError``."""
    from clew.store.folder import open_reference

    return open_reference(reference, folder_at(path))


folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    is_eager=True,
    help="The folder of sessions.  [default: $CLEW_DIR, else ./sessions]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON on stdout instead of text.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout instead of text.")
ascii_option = click.option("--ascii", "ascii_signs", is_flag=True, help="ASCII signs only.")
verbose_option = click.option("--verbose-in-tree", is_flag=True, help="Log entries of every severity, VRB too.")
turn_option = click.option("--turn", type=click.IntRange(min=1), metavar="N", help="Only this turn.")
path_option = click.option("--path", "node_path", metavar="P", help="Only the node at this path, for instance 2-1.")
session_argument = click.argument("reference", metavar="[ID]", type=SessionReference(), default="last")


def chosen_path(turn: int | None, node_path: str | None) -> str:
    """The path that ``--turn`` and ``--path`` ask for; empty for the whole session."""
    if turn is not None and node_path is not None:
        raise click.UsageError("Give --turn or --path, not both.")
    return str(turn) if turn is not None else node_path or ""
