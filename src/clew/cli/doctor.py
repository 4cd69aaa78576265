"""``clew doctor``: what a person needs to know when something does not work as it should."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.store.index.database import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.text.row import Row

EXTRAS = {
    "tui": ("textual",),
    "web": ("starlette", "uvicorn"),
    "agent": ("anthropic", "openai", "mcp"),
    "prices": ("genai-prices",),
}
"""Distributions that each extra brings."""

_SYNCS = 20
_SLOW_SYNC_MS = 50.0
_TRIGRAM_SINCE = (3, 34)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    """What."""
    state: str
    """``ok``, ``missing`` (of something optional) or ``problem``."""
    words: str
    """What there is, or what to do."""


@click.command(short_help="Check the folder, the disk and the installation.")
@options.folder_option
@options.json_option
@options.ascii_option
def doctor(folder: Path | None, *, as_json: bool, ascii_signs: bool) -> None:
    """Check the folder of sessions, what syncing costs, what is installed, and the terminal.

    Exit code 3 if there is a problem.
    """
    from clew.cli.exit_codes import ExitCode

    findings = [
        *_folder(options.folder_at(folder).path),
        *_versions(),
        *_extras(),
        _search(),
        _recording(),
        _terminal(),
    ]
    if as_json:
        output.write_json([asdict(finding) for finding in findings])
    else:
        output.write_rows(_rows(findings), ascii_signs=ascii_signs)
    if any(finding.state == "problem" for finding in findings):
        raise click.exceptions.Exit(ExitCode.UNREADABLE)


def _folder(path: Path) -> Iterator[Finding]:
    from clew.text.numbers import counted

    where = path.absolute()
    if not path.exists():
        yield Finding("folder", "missing", f"{where} does not exist yet; the first session makes it")
        return
    problem = _folder_problem(path)
    if problem:
        yield Finding("folder", "problem", f"{where} {problem}")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield Finding("folder", "ok", f"{where}, {counted(len(options.folder_at(path).ids()), 'session')}")
    private = not mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield Finding(
        "permissions",
        "ok" if private else "problem",
        f"{mode:04o}" if private else f"{mode:04o}: others can look in; chmod 700 {where}",
    )
    yield _sync_cost(path)
    yield _catalog(path)
    yield _text_index(path)


def _catalog(path: Path) -> Finding:
    """How the index of sessions stands; it is looked at and not changed."""
    from contextlib import closing

    from clew.store.index.database import catalog_in_memory, catalog_path
    from clew.store.index.survey import survey
    from clew.text.numbers import counted

    file = catalog_path(path.absolute())
    if not file.exists():
        return Finding("index", "missing", "there is none yet; 'clew ls' makes it")
    with closing(catalog_in_memory(path.absolute())) as catalog:
        (known,) = catalog.execute("SELECT count(*) FROM session").fetchone()
        look = survey(path, catalog)
    state = "up to date" if look.is_clean else f"{len(look.stale)} to be read and {len(look.gone)} to be forgotten"
    return Finding("index", "ok", f"{_size(file)}, {counted(known, 'session')}, {state}")


def _text_index(path: Path) -> Finding:
    """How far the text index is."""
    from clew.store.index.text.database import NAME, open_to_search
    from clew.store.index.text.listing import list_segments
    from clew.text import numbers

    file = path / INDEX / NAME
    with open_to_search(path) as connection:
        if connection is None:
            return Finding("text index", "missing", "there is none yet; 'clew search' makes it")
        (read,) = connection.execute("SELECT coalesce(sum(offset), 0) FROM segment").fetchone()
    whole = sum(part.stamp.size for parts in list_segments(path).values() for part in parts)
    state = "up to date" if read == whole else f"{numbers.size(read)} of {numbers.size(whole)} read"
    return Finding("text index", "ok", f"{_size(file)}, {state}")


def _size(file: Path) -> str:
    """What a database takes on the disk, with what waits to be taken into it."""
    from clew.text import numbers

    parts = (file.with_name(f"{file.name}{end}") for end in ("", "-wal"))
    return numbers.size(sum(part.stat().st_size for part in parts if part.exists()))


def _folder_problem(path: Path) -> str:
    if not path.is_dir():
        return "is not a folder"
    if not os.access(path, os.R_OK | os.X_OK):
        return "cannot be read; look at its permissions"
    return "" if os.access(path, os.W_OK) else "cannot be written to; look at its permissions"


def _sync_cost(path: Path) -> Finding:
    """What it costs to bring a record to the disk, in the folder itself."""
    costs = []
    with tempfile.TemporaryFile(dir=path) as file:
        for _ in range(_SYNCS):
            file.write(b"x" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            costs.append((time.perf_counter() - begun) * 1000)
    cost = median(costs)
    advice = "" if cost < _SLOW_SYNC_MS else '; slow: a local disk, or sync="never", would help'
    return Finding("sync", "ok", f"{cost:.2f} ms, median of {_SYNCS}{advice}")


def _versions() -> Iterator[Finding]:
    from clew.store.process import VERSION

    yield Finding("clew", "ok", f"{VERSION} on Python {sys.version.split()[0]}, {sys.platform}")
    for name in ("msgspec", "click", "rich"):
        found = _version(name)
        yield Finding(name, "ok" if found else "problem", found or f"is not installed: pip install {name}")


def _extras() -> Iterator[Finding]:
    for extra, names in EXTRAS.items():
        found = {name: _version(name) for name in names}
        if all(found.values()):
            yield Finding(f"clew[{extra}]", "ok", ", ".join(f"{name} {number}" for name, number in found.items()))
        else:
            yield Finding(f"clew[{extra}]", "missing", f"pip install 'clew[{extra}]'")


def _search() -> Finding:
    """Whether SQLite can search text, which the index needs."""
    import sqlite3

    enough = sqlite3.sqlite_version_info >= _TRIGRAM_SINCE
    with sqlite3.connect(":memory:") as database:
        options_there = {row[0] for row in database.execute("pragma compile_options")}
    database.close()
    if enough and "ENABLE_FTS5" in options_there:
        return Finding("sqlite", "ok", f"{sqlite3.sqlite_version}, FTS5 with trigrams")
    return Finding("sqlite", "missing", f"{sqlite3.sqlite_version} has no FTS5 with trigrams: searches will scan")


def _recording() -> Finding:
    off = os.environ.get("CLEW_RECORD") == "0"
    return Finding("recording", "missing" if off else "ok", "off: CLEW_RECORD=0" if off else "on")


def _terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding("terminal", "ok", f"none; {sys.stdout.encoding}")
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    return Finding("terminal", "ok", f"{os.environ.get('TERM', 'unknown')}, {columns} × {lines}, {sys.stdout.encoding}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _rows(findings: list[Finding]) -> Iterator[Row]:
    from clew.text.clean import one_line
    from clew.text.row import Span

    styles = {"missing": "dim", "problem": "failed"}
    for finding in findings:
        style = styles.get(finding.state, "")
        yield (Span(f"{finding.topic:14}"), Span(f"{finding.state:9}", style), Span(one_line(finding.words)))
