"""``clew verify``: whether journals are whole.

The exit code is the worst that was found: 0 clean, 1 torn tail, 2 damage or gap, 3 unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from clew.cli import options, output
from clew.cli.errors import sentence
from clew.cli.exit_codes import ExitCode
from clew.errors import RecordError
from clew.model.session import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.store.folder import Folder
    from clew.store.segment import SegmentReader
    from clew.text.row import Row

_CODES = {
    "clean": ExitCode.OK,
    "pending": ExitCode.OK,
    "torn": ExitCode.TORN,
    "damaged": ExitCode.DAMAGED,
    "unreadable": ExitCode.UNREADABLE,
}


@dataclass
class Finding:
    """What is known of one journal."""

    path: Path
    """The file."""
    state: str
    """``clean``, ``pending`` (its writer is in the middle of a record), ``torn``, ``damaged`` or ``unreadable``."""
    acts: int = 0
    """Records that can be read."""
    notes: list[Note] = field(default_factory=list)
    """What is to be known about it, and where."""


@click.command(short_help="Check journals for damage.")
@click.argument("targets", metavar="[PATH]...", nargs=-1, type=options.SessionReference())
@click.option("--tree", is_flag=True, help="Check the trees, too: order, times, sums, links.")
@options.folder_option
@options.json_option
@options.ascii_option
def verify(targets: tuple[str, ...], folder: Path | None, *, tree: bool, as_json: bool, ascii_signs: bool) -> None:
    """Check journals and the blobs they refer to.

    PATH is a journal, a folder, or the id of a session; without any, every session of the folder is checked.
    Exit codes: 0 clean, 1 torn tail, 2 damage or gap, 3 unreadable.
    """
    findings = [finding for target in targets or [""] for finding in _examine(target, folder, tree=tree)]
    if as_json:
        output.write_json([_facts(finding) for finding in findings])
    else:
        output.write_rows((row for finding in findings for row in _rows(finding)), ascii_signs=ascii_signs)
    if not findings:
        output.say("There are no journals to check.")
    raise click.exceptions.Exit(max((_CODES[finding.state] for finding in findings), default=ExitCode.OK))


def _examine(target: str, folder: Path | None, *, tree: bool) -> Iterator[Finding]:
    """The findings about one argument."""
    path = Path(target)
    if target and path.is_file():
        yield _file(path)
        return
    try:
        if target and not path.is_dir():
            place, session_id = options.find(target, folder)
            ids = [session_id]
        else:
            place = options.folder_at(path if target else folder)
            ids = place.ids()
    except RecordError as problem:
        yield _unreadable(path, problem)
        return
    for session_id in ids:
        yield from _session(place, session_id, tree=tree)


def _session(folder: Folder, session_id: str, *, tree: bool) -> Iterator[Finding]:
    """A finding per segment, one for every gap between them, and one about a tree that is unsound, if asked for."""
    from clew.store.names import parse_journal_name

    expected = 1
    for path in folder.segments(session_id):
        parsed = parse_journal_name(path.name)
        number = parsed[1] if parsed is not None else expected
        if number > expected:
            gap = Note(kind="gap", message=f"segments {expected} to {number - 1} are missing", segment=expected)
            yield Finding(folder.journal_path(session_id, expected), "damaged", notes=[gap])
        expected = number + 1
        yield _file(path, number)
    if tree:
        yield from _tree(folder, session_id)


def _file(path: Path, number: int = 1) -> Finding:
    """What one journal is like, with the blobs it refers to."""
    from clew.store.segment import SegmentReader

    reader = SegmentReader(path, number)
    try:
        reader.read()
    except (RecordError, OSError) as problem:
        return _unreadable(path, problem)
    segment = reader.segment
    lost = _lost_blobs(path, reader)
    state = "damaged" if segment.damaged or lost else segment.state
    return Finding(path, state, len(segment.acts), [*segment.notes, *lost])


def _lost_blobs(path: Path, reader: SegmentReader) -> list[Note]:
    from clew.store.blobs import read_blob

    gone = [digest for digest in sorted(reader.blobs) if read_blob(path.parent, digest) is None]
    return [Note(kind="hole", message=f"the blob {digest} is gone or damaged") for digest in gone]


def _tree(folder: Folder, session_id: str) -> Iterator[Finding]:
    from clew.tree.check import check

    try:
        violations = check(folder.load(session_id))
        notes = [Note(kind=v.rule, message=f"{v.path or 'session'}: {v.message}") for v in violations]
        notes += _orphaned(folder, session_id)
    except RecordError:
        return  # its segments have said so
    if notes:
        yield Finding(folder.journal_path(session_id), "damaged", notes=notes)


def _orphaned(folder: Folder, session_id: str) -> Iterator[Note]:
    """A session that names a parent which is there and knows nothing of it."""
    parent = folder.parent(session_id)
    if parent is not None and not folder.holds(parent, session_id):
        message = f"session: says it hangs on {parent.path} of {parent.session_id}, where there is no such call"
        yield Note(kind="link", message=message)


def _unreadable(path: Path, problem: Exception) -> Finding:
    return Finding(path, "unreadable", notes=[Note(kind="unreadable", message=sentence(problem))])


def _facts(finding: Finding) -> dict[str, object]:
    return {
        "path": str(finding.path),
        "state": finding.state,
        "acts": finding.acts,
        "notes": msgspec.to_builtins(finding.notes),
    }


def _rows(finding: Finding) -> Iterator[Row]:
    from clew.text.clean import one_line
    from clew.text.entry import note_entry
    from clew.text.row import Span
    from clew.text.signs import status_style

    state = Span(finding.state.ljust(10), status_style(finding.state))
    yield (state, Span(f"  {one_line(str(finding.path))}"), Span(f"  {finding.acts} acts", "dim"))
    for note in finding.notes:
        entry = note_entry(note, whole=True)
        yield (Span("    "), *entry.label, Span("  "), *entry.notes)
