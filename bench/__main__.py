"""``python -m bench``: the recorder beside its floor and its peers, on this machine, as a table of ratios."""

from __future__ import annotations

import click
import msgspec
from rich.console import Console

from bench.reading import openings
from bench.series import WORKLOADS, Workload, compare
from bench.startup import startup
from bench.table import tables


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often each recorder runs on each workload.")
@click.option("--turns", type=click.IntRange(min=1), help="Only a session of this many turns, appended to, unpaced.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(rounds: int, turns: int | None, *, as_json: bool) -> None:
    """Measure what recording, opening and importing cost."""
    narration = Console(stderr=True)
    with narration.status("measuring") as status:
        workloads = WORKLOADS if turns is None else (Workload(turns=turns),)
        figures = compare(workloads, rounds=rounds, told=status.update)
        status.update("reading")
        read = openings(turns or 200, rounds)
        status.update("importing")
        start = startup(rounds * 3)
    if as_json:
        facts = {"recording": figures, "reading": read, "import": start}
        click.echo(msgspec.json.format(msgspec.json.encode(facts)).decode())
        return
    console = Console(width=None if Console().is_terminal else 140)
    for table in tables(figures):
        console.print(table, "")
    own, floor = read["clew"], read["once"]
    console.print(
        f"opening {turns or 200} turns: clew {own.opened:.1f} ms, {own.loaded:.0f} ms with every payload; "
        f"once {floor.opened:.1f} ms; ratio {own.opened / floor.opened:.2f}",
        f"import clew: {start.cpu:.1f} ms CPU, {start.wall:.1f} ms more than a bare interpreter",
        sep="\n",
    )


if __name__ == "__main__":
    main()
