"""What recording costs beside the floor and the peers, in the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.recorders.recorder import NAMES
from bench.series import Workload, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.series import Figures

MOST_OF_ONCE = 2.0
MOST_OF_OTEL = 1 / 40


def cost(figures: Sequence[Figures], workload: Workload) -> list[Finding]:
    """Judge the figures of one workload: totals of all threads, up to the last operation and with the session's end."""
    own, once, structlog, otel = (find(figures, workload, name) for name in NAMES)
    return [
        _ratio("CPU per operation: recording", own.cost.cpu, once.cost.cpu, "the floor once", MOST_OF_ONCE),
        _ratio("CPU per operation: with FIN and the trace", own.total, once.total, "the floor once", MOST_OF_ONCE),
        _ratio("CPU per operation: recording", own.cost.cpu, structlog.total, "structlog + orjson", 1.0),
        _ratio("CPU per operation: with FIN and the trace", own.total, structlog.total, "structlog + orjson", 1.0),
        _ratio(
            "CPU per operation: with FIN and the trace",
            own.total,
            otel.total,
            "OpenTelemetry, OTLP JSON file",
            MOST_OF_OTEL,
        ),
    ]


def _ratio(name: str, own: float, other: float, beside: str, most: float) -> Finding:
    return Finding(
        name=f"{name}, beside {beside}",
        figure=f"{own:,.0f} µs, {beside} {other:,.0f} µs: {own / other:.3g} ×",
        target=f"at most {most:.3g} ×",
        met=own <= other * most,
    )
