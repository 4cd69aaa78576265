"""``clew prune``: old sessions and unreferenced blobs."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.rm import report

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}


def age(text: str) -> float:
    """Seconds in an age like ``30d``. Raises ``BadParameter``."""
    return _quantity(text, _SECONDS, "age, write for instance 30d, 12h or 2w")


def amount(text: str) -> int:
    """Bytes in a size like ``2GB``. Raises ``BadParameter``."""
    return int(_quantity(text, _BYTES, "size, write for instance 500MB or 2GB"))


def _quantity(text: str, units: dict[str, float], wanted: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)", text)
    unit = units.get(match[2].lower()) if match is not None else None
    if match is None or unit is None:
        raise click.BadParameter(f"'{text}' is no {wanted}.")
    return float(match[1]) * unit


@click.command(short_help="Remove old sessions and unreferenced blobs.")
@click.option(
    "--older-than",
    type=age,
    metavar="AGE",
    help="Sessions last written longer ago, e.g. 30d.",
)
@click.option(
    "--max-size",
    type=amount,
    metavar="SIZE",
    help="The oldest, until all takes no more, e.g. 2GB.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@options.folder_option
@options.json_option
def prune(older_than: float | None, max_size: int | None, folder: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Remove old sessions with all sessions below them, and blobs that nothing refers to.

    Never one that is being written.

    Without --older-than and --max-size only unreferenced blobs go.
    """
    from clew.store.prune import carry_out, plan_pruning

    plan = plan_pruning(options.folder_at(folder), now=time.time(), older_than=older_than, max_size=max_size)
    if not dry_run:
        carry_out(plan)
    report(plan, dry_run=dry_run, as_json=as_json)
