"""The comparison: every recorder on every workload, several rounds, interleaved, each run in a process of its own.

What the loop itself costs is measured like a recorder and taken off. Medians are kept: one disturbed round moves none.
"""

from __future__ import annotations

import tempfile
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from bench.conversation import Variant
from bench.measure import Cost
from bench.process import ask
from bench.recorders.recorder import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded, and how fast it comes."""

    turns: int
    """Turns of the session."""
    variant: Variant = "appended"
    """What the application does to its messages."""
    pace: float = 0.0
    """Milliseconds before each operation; 0 is back to back."""

    @property
    def label(self) -> str:
        """What tables call it."""
        return f"{self.turns} turns, {self.variant}{f', every {self.pace:g} ms' if self.pace else ''}"


WORKLOADS = (
    Workload(turns=50),
    Workload(turns=200),
    Workload(turns=200, variant="mutated"),
    Workload(turns=200, variant="compacted"),
    Workload(turns=200, variant="parallel"),
    Workload(turns=50, pace=50.0),
)
"""The whole comparison."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One recorder on one workload, medians over the rounds."""

    workload: Workload
    """What was recorded."""
    recorder: str
    """Who recorded it."""
    cost: Cost
    """What it cost."""

    @property
    def total(self) -> float:
        """CPU time of everything, the end of the session included, microseconds per operation."""
        return self.cost.cpu + self.cost.end_cpu * 1e3 / self.cost.operations


def compare(
    workloads: Sequence[Workload],
    *,
    recorders: Sequence[str] = NAMES,
    rounds: int = 5,
    told: Callable[[str], None] = lambda _: None,
) -> list[Figures]:
    """Measure. ``told`` hears which workload is next."""
    figures = []
    for workload in workloads:
        costs: dict[str, list[Cost]] = {name: [] for name in ("nothing", *recorders)}
        for number in range(rounds):
            told(f"{workload.label}: round {number + 1} of {rounds}")
            for name, rows in costs.items():
                rows.append(measured(name, workload))
        idle = median(cost.cpu for cost in costs.pop("nothing"))
        figures += [Figures(workload=workload, recorder=name, cost=_middle(rows, idle)) for name, rows in costs.items()]
    return figures


def measured(name: str, workload: Workload) -> Cost:
    """One run in a process of its own, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [name, folder, str(workload.turns), workload.variant, str(workload.pace)]
        return ask(["-m", "bench.measure", *arguments], Cost)


def find(figures: Iterable[Figures], workload: Workload, recorder: str) -> Figures:
    """The row of a workload and a recorder."""
    return next(row for row in figures if row.workload == workload and row.recorder == recorder)


def _middle(costs: Sequence[Cost], idle: float) -> Cost:
    middle = {name: median(getattr(cost, name) for cost in costs) for name in Cost.__struct_fields__}
    middle["cpu"] = max(0.0, middle["cpu"] - idle)
    return msgspec.convert(middle, Cost, strict=False)
