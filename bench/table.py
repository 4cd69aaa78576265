"""The table of figures a person reads: ratios first, since absolute figures move between machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from bench.series import Figures, find

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "recorder",
    "CPU µs/op",
    "× once",
    "end of session ms",
    "CPU µs/op with it",
    "× once",
    "caller median µs",
    "p99 µs",
    "MB on disk",
)


def tables(figures: Sequence[Figures]) -> list[Table]:
    """One table per workload."""
    made = []
    for workload in dict.fromkeys(row.workload for row in figures):
        table = Table(title=workload.label, title_justify="left", box=None, pad_edge=False)
        for name in COLUMNS:
            table.add_column(name, justify="left" if name == "recorder" else "right")
        for row in figures:
            if row.workload == workload:
                table.add_row(*cells(row, find(figures, workload, "once")))
        made.append(table)
    return made


def markdown(figures: Sequence[Figures]) -> list[str]:
    """The same as lines of Markdown."""
    lines = []
    for workload in dict.fromkeys(row.workload for row in figures):
        lines += ["", f"**{workload.label}**", "", f"| {' | '.join(COLUMNS)} |", "|---" + "|---:" * 8 + "|"]
        floor = find(figures, workload, "once")
        lines += [f"| {' | '.join(cells(row, floor))} |" for row in figures if row.workload == workload]
    return lines


def cells(row: Figures, floor: Figures) -> tuple[str, ...]:
    """The cells of one recorder, beside the floor on the same workload."""
    cost = row.cost
    size = f"{cost.size / 1e6:.2f}" + (f" + {cost.derived / 1e6:.2f} trace" if cost.derived else "")
    return (
        row.recorder,
        f"{cost.cpu:,.0f}",
        f"{cost.cpu / floor.cost.cpu:.2f}",
        f"{cost.end_cpu:,.1f}",
        f"{row.total:,.0f}",
        f"{row.total / floor.total:.2f}",
        f"{cost.median:,.0f}",
        f"{cost.p99:,.0f}",
        size,
    )
