"""``python -m bench.prove``: every promise at full size; the figures go to ``docs/evidence.md``."""

from __future__ import annotations

import os
import platform
import signal
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.checks.bad_input import bad_input
from bench.checks.browsing import browsing
from bench.checks.cost import cost
from bench.checks.cuts import cuts
from bench.checks.exactness import exactness
from bench.checks.exploring import exploring
from bench.checks.failures import failures
from bench.checks.finding import Finding
from bench.checks.flips import flips
from bench.checks.fresh import fresh
from bench.checks.growth import growth
from bench.checks.importing import importing
from bench.checks.indexing import indexing
from bench.checks.kills import kills
from bench.checks.leaks import leaks
from bench.checks.library import library
from bench.checks.log import log
from bench.checks.opening import opening
from bench.checks.plugin import plugin
from bench.checks.properties import properties
from bench.checks.replaying import replaying
from bench.checks.samples import samples
from bench.checks.searching import searching
from bench.checks.seeds import seeds
from bench.checks.serving import serving
from bench.checks.slugs import slugs
from bench.checks.vectors import vectors
from bench.checks.views import views
from bench.process import ROOT
from bench.series import WORKLOADS, compare
from bench.table import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.series import Figures

EVIDENCE = ROOT / "docs" / "evidence.md"

Check = tuple[str, "Callable[[], Sequence[Finding]]"]

CHECKS: dict[str, Check] = {
    "fresh": ("A newcomer's first commands", fresh),
    "seeds": ("The documents this project answers to", seeds),
    "kills": ("Killed while recording", lambda: kills(500)),
    "cuts": ("Cut off", lambda: cuts(6)),
    "flips": ("Damaged", lambda: flips(20_000)),
    "growth": ("Size", growth),
    "exactness": ("Read back", lambda: exactness(200)),
    "opening": ("Opening", lambda: opening(200)),
    "importing": ("Importing the package", lambda: importing(21)),
    "plugin": ("The pytest plugin", lambda: plugin(2_000, 5)),
    "samples": ("Real transcripts", samples),
    "bad_input": ("Bad input", bad_input),
    "failures": ("Why it failed", failures),
    "log": ("The log alone", log),
    "leaks": ("Nothing leaks", leaks),
    "slugs": ("Every slug held by a test", slugs),
    "replaying": ("Recorded once, replayed", replaying),
    "indexing": ("The index", lambda: indexing(100_000, 10_000, 100_000)),
    "library": ("A library of sessions", lambda: library(1_000, 100_000)),
    "searching": ("Search", lambda: searching(1_000)),
    "exploring": ("The terminal explorer", lambda: exploring(100_000)),
    "serving": ("The page's server", lambda: serving(100, 4.0, 5, 500)),
    "browsing": ("The page", lambda: browsing(100_000, 200 << 20)),
    "views": ("Every view of a long session", lambda: views(100_000)),
    "vectors": ("Hostile text in the page", lambda: vectors(200)),
    "properties": ("Properties", properties),
}
"""Every check but the comparison of costs, which is run first, while nothing has heated the machine."""


@click.command()
@click.option("--only", multiple=True, type=click.Choice(["cost", *CHECKS]), help="Only this check; may be repeated.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of the comparison of costs.")
@click.option("--output", type=click.Path(path_type=Path), default=EVIDENCE, help="Where the evidence goes.")
def main(only: tuple[str, ...], rounds: int, output: Path) -> None:
    """Check every promise at full size and write down what was found."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    wanted = only or ("cost", *CHECKS)
    began = time.monotonic()
    figures: list[Figures] = []
    sections: list[tuple[str, Sequence[Finding]]] = []
    if "cost" in wanted:
        figures = compare(WORKLOADS, rounds=rounds, told=lambda words: click.echo(words, err=True))
        sections.append(_told("What recording costs", cost(figures, WORKLOADS[1])))
    for name, (title, check) in CHECKS.items():
        if name in wanted:
            sections.append(_told(title, _tried(name, check)))
        left_out = [other for other in CHECKS if other not in wanted]
        lines = page(sections, figures, time.monotonic() - began, left_out)
        output.write_text("\n".join(lines), encoding="utf-8")
    click.echo(f"written to {output}", err=True)
    missed = [finding for _, findings in sections for finding in findings if finding.met is False]
    raise click.exceptions.Exit(1 if missed else 0)


def page(
    sections: Sequence[tuple[str, Sequence[Finding]]],
    figures: Sequence[Figures],
    seconds: float,
    left_out: Sequence[str] = (),
) -> list[str]:
    """The lines of the evidence; ``left_out`` are the checks that were not asked for."""
    verdicts = [finding.verdict for _, findings in sections for finding in findings]
    lines = [
        "# Evidence",
        "",
        f"Written by `make prove` in {seconds / 60:.0f} minutes on {machine()}.",
        ", ".join(f"{count:,} {verdict}" for verdict, count in Counter(verdicts).most_common()) + ".",
        "Absolute figures move between machines; ratios in one run are what counts.",
        *([f"Left out this time: {', '.join(left_out)}."] if left_out else []),
    ]
    for title, findings in sections:
        lines += ["", f"## {title}", "", "| promise | found | promised | verdict |", "|---|---|---|---|"]
        lines += [_row(finding) for finding in findings]
    if figures:
        lines += ["", "## The whole comparison", "", *_explained(), *markdown(figures)]
    return [*lines, ""]


def machine() -> str:
    """The machine, as far as figures depend on it."""
    return f"{os.cpu_count()} cores, {platform.python_implementation()} {'.'.join(platform.python_version_tuple()[:2])}"


def _tried(name: str, check: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """What a check found; one that breaks off is itself a finding, and costs no other."""
    try:
        return check()
    except Exception as problem:  # noqa: BLE001 - a promise whose check fails is not kept
        why = f"the check broke off: {type(problem).__name__}"
        click.echo(f"{name}: {problem}", err=True)
        return [Finding(name=name, figure=why, target="a check that ends", met=False)]


def _told(title: str, findings: Sequence[Finding]) -> tuple[str, Sequence[Finding]]:
    for finding in findings:
        click.echo(f"{finding.verdict:9}  {finding.name}: {finding.figure}  (promised: {finding.target})", err=True)
    return title, findings


def _row(finding: Finding) -> str:
    verdict = finding.verdict if finding.met else f"**{finding.verdict}**"
    cells = (finding.name, finding.figure, finding.target, verdict)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _explained() -> list[str]:
    return [
        "An operation is a model attempt or a tool call, begin and end together. CPU is the time of all threads. Each",
        "run has a process and one core of its own; medians of interleaved rounds; the loop's own cost is taken off.",
        "`once` is the floor: new messages only, one line and one write per operation, no checksum, no turns, no tree.",
    ]


if __name__ == "__main__":
    main()
