"""``clew import``: take over sessions that other programs recorded. Doing it again takes over only what is new."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clew.cli import options, output
from clew.cli.errors import Stop, exit_code, sentence
from clew.cli.exit_codes import ExitCode
from clew.errors import ForeignFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.importers.deposit import Outcome
    from clew.importers.foreign import Foreign, Source

    Took = Callable[[int], None]

_LONG = 8 << 20
"""Bytes from which a progress bar is worth its lines."""


@click.command("import", short_help="Take over sessions from other formats.")
@click.argument("paths", metavar="[FILE|DIR]...", nargs=-1, type=click.Path(path_type=Path))
@options.folder_option
@options.json_option
def import_command(paths: tuple[Path, ...], folder: Path | None, *, as_json: bool) -> None:
    """Take over sessions that other programs recorded, each with its sub-agents.

    Known are Claude Code transcripts, opTree snapshots and session traces; a file's content tells which it is. Without
    an argument: where Claude Code keeps its transcripts. One line per session: id, what was done, title.

    A name that begins with '-' goes after '--'.
    """
    from clew.importers.deposit import store_foreign

    target = options.folder_at(folder).path
    problems: list[Exception] = []
    rows: list[dict[str, Any]] = []
    for foreign in _found(_sources(paths, problems), problems):
        outcome = store_foreign(target, foreign)
        rows.append(_row(foreign, outcome))
        if not as_json:
            output.write_line(f"{foreign.session_id}  {outcome:9}  {_title(foreign)}")
    if as_json:
        output.write_json(rows)
    _finish(rows, problems)


def _sources(paths: tuple[Path, ...], problems: list[Exception]) -> list[Source]:
    """Every record that the command line names."""
    from clew.importers.formats import sources

    found: list[Source] = []
    for path in paths or (_place(),):
        if not path.exists():
            problems.append(Stop(f"There is no file or folder {path}.", ExitCode.NOT_FOUND))
            continue
        try:
            found += sources(path)
        except (ForeignFormat, OSError) as problem:
            problems.append(problem)
    return found


def _place() -> Path:
    from clew.importers.place import claude_code_projects

    place = claude_code_projects()
    if not place.is_dir():
        message = f"Claude Code keeps no transcripts in {place}; name a file or folder, or set CLAUDE_CONFIG_DIR."
        raise Stop(message, ExitCode.NOT_FOUND)
    return place


def _found(sources: list[Source], problems: list[Exception]) -> Iterator[Foreign]:
    """The sessions of every record; one that cannot be read costs only itself."""
    with _Progress(sum(source.size for source in sources)) as took:
        for source in sources:
            try:
                yield from source.read()
            except (ForeignFormat, OSError) as problem:
                problems.append(problem)
            took(source.size)


class _Progress:
    """A progress bar on stderr, where there is a terminal and something to wait for."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("importing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        quiet = not sys.stderr.isatty() or total < _LONG
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)
        self._task = self._bar.add_task("importing", total=total)

    def __enter__(self) -> Took:
        self._bar.start()
        return self._took

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _took(self, size: int) -> None:
        self._bar.advance(self._task, size)


def _row(foreign: Foreign, outcome: Outcome) -> dict[str, Any]:
    parent = foreign.parent
    return {
        "sessionId": foreign.session_id,
        "outcome": outcome,
        "format": foreign.format,
        "foreignId": foreign.foreign_id,
        "agentId": foreign.agent_id,
        "title": foreign.title,
        "parent": {"sessionId": parent.session_id, "path": parent.path} if parent is not None else None,
    }


def _title(foreign: Foreign) -> str:
    from clew.text.clean import one_line

    below = f"(below {foreign.parent.session_id} at {foreign.parent.path}) " if foreign.parent is not None else ""
    return below + one_line(foreign.title or foreign.agent_id or "–")


def _finish(rows: list[dict[str, Any]], problems: list[Exception]) -> None:
    """Say what was left as it was and what could not be read; the last problem decides the exit code."""
    kept = sum(row["outcome"] == "kept" for row in rows)
    if kept:
        output.say(f"{kept} were recorded here or are being written under the same id, and stay as they are.")
    for problem in problems[:-1]:
        output.say(f"clew: {sentence(problem)}")
    if problems:
        raise Stop(sentence(problems[-1]), exit_code(problems[-1]))
