"""What all figures have in common: by what they are broken down, and how a table of them is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from clew.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from clew.text.row import Row

_TOTAL = "total"


class Column(NamedTuple):
    """One figure."""

    head: str
    """Its name, on a screen and in CSV."""
    exact: Callable[[Any], object]
    """As data."""
    shown: Callable[[Any], str]
    """As a person reads it."""
    style: str = ""
    """How it is shown unless it is nothing."""


class Breakdown(NamedTuple):
    """Figures, by some keys."""

    by: Sequence[str]
    """The names of the keys."""
    columns: Sequence[Column]
    groups: Sequence[Any]
    """Objects with ``keys``."""
    total: Any = None
    """The same of everything, if it has a meaning."""


days_option = click.option(
    "--days", type=click.IntRange(min=1), metavar="N", help="Only sessions that began on the last N days."
)


def by_option(*choices: str, default: str = "") -> Callable[[Any], Any]:
    """An option for keys, which may be given several times."""
    told = f"  [default: {default}]" if default else ""
    return click.option(
        "--by",
        multiple=True,
        type=click.Choice(choices),
        help=f"By what; may be given several times.{told}",
    )


def write_table(breakdown: Breakdown, *, ascii_signs: bool) -> None:
    """Write figures for people."""
    from clew.text.tables import table

    heads = [*breakdown.by, *(column.head for column in breakdown.columns)]
    lines = [_cells(breakdown, group.keys, group) for group in breakdown.groups]
    if breakdown.total is not None and len(lines) > 1:
        lines.append(_cells(breakdown, (_TOTAL, *[""] * (len(breakdown.by) - 1)), breakdown.total))
    right = {column.head for column in breakdown.columns}
    output.write_rows(table(heads, lines, right), ascii_signs=ascii_signs, at_edge=True)


def write_csv(breakdown: Breakdown) -> None:
    """Write figures for spreadsheets."""
    heads = [*breakdown.by, *(column.head for column in breakdown.columns)]
    lines = [[*group.keys, *(column.exact(group) for column in breakdown.columns)] for group in breakdown.groups]
    output.write_csv(heads, lines)


def facts(by: Sequence[str], group: Any) -> dict[str, Any]:  # noqa: ANN401 - a struct of figures
    """Figures for programs: keys by their names, money as decimals without an exponent."""
    plain: dict[str, Any] = msgspec.to_builtins(group)
    plain["keys"] = dict(zip(by, group.keys, strict=True))
    if "usage" in plain:
        plain |= {"usage": msgspec.structs.asdict(group.usage), "cost": dollars(group.cost)}
    return plain


def dollars(cost: Decimal | None) -> str | None:
    """Money as data."""
    return None if cost is None else f"{cost:f}"


def share(part: float, whole: float) -> str:
    """A part of a whole in a hundred; nothing is a part of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def _cells(breakdown: Breakdown, keys: Sequence[str | None], group: object) -> list[Row]:
    from clew.text.entry import said
    from clew.text.numbers import UNKNOWN

    shown = [said(key if key is not None else UNKNOWN) for key in keys]
    return shown + [
        said(column.shown(group), column.style if column.exact(group) else "") for column in breakdown.columns
    ]
