"""The formats that can be imported, and the proof of each: content, never a file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clew.errors import ForeignFormat
from clew.importers import claude_code, optree, trace
from clew.importers.foreign import Foreign, Source
from clew.store.names import parse_journal_name

_HEAD = 1 << 16
"""Bytes of a file that a proof sees."""
_SUFFIXES = (".json", ".json.gz")
"""Files that are looked into when a folder is searched, beside transcripts."""


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format."""

    name: str
    """Short, as headers carry it."""
    title: str
    """For people."""
    detect: Callable[[Path, bytes], bool]
    """Whether a file or folder is of this format, by its content; the second argument is the beginning of a file."""
    read: Callable[[Path], Iterator[Foreign]]
    """Every session in it, a parent before its children."""
    split: Callable[[Path], list[Source]] | None = None
    """The records in it, for a format that can hold several."""

    def sources(self, path: Path) -> list[Source]:
        """The records in a file or folder of this format."""
        if self.split is not None:
            return self.split(path)
        return [Source(path=path, format=self.name, size=path.stat().st_size, read=lambda: self.read(path))]


FORMATS: tuple[Format, ...] = (
    Format(claude_code.NAME, claude_code.TITLE, claude_code.detect, claude_code.read, claude_code.sources),
    Format(optree.NAME, optree.TITLE, optree.detect, optree.read),
    Format(trace.NAME, trace.TITLE, trace.detect, trace.read),
)
"""Every format, the most particular proof first."""


def detect(path: Path) -> Format:
    """The format of a file or folder. Raises ``ForeignFormat`` or ``OSError``."""
    head = b"" if path.is_dir() else _head(path)
    found = next((known for known in FORMATS if known.detect(path, head)), None)
    if found is None:
        what = "is empty" if not path.is_dir() and not head else "is of no known format"
        titles = "; ".join(known.title for known in FORMATS)
        raise ForeignFormat(f"{path} {what}. What can be imported: {titles}.")
    return found


def sources(path: Path) -> list[Source]:
    """Every record in a file or folder. Raises ``ForeignFormat`` if there is none, or ``OSError``."""
    if not path.is_dir():
        return detect(path).sources(path)
    documents = [(file, known) for file in sorted(_candidates(path)) if (known := _known(file)) is not None]
    folders = [(path, known) for known in FORMATS if known.detect(path, b"")]
    if not documents and not folders:
        detect(path)
    return [source for place, known in (*documents, *folders) for source in known.sources(place)]


def _candidates(folder: Path) -> Iterator[Path]:
    """Documents in a folder, but for those that stand beside a journal: they were written from it."""
    for file in folder.rglob("*"):
        if file.name.endswith(_SUFFIXES) and file.is_file() and not _is_derived(file):
            yield file


def _is_derived(file: Path) -> bool:
    journal = file.with_suffix(".jsonl")
    return parse_journal_name(journal.name) is not None and journal.exists()


def _known(file: Path) -> Format | None:
    try:
        return detect(file)
    except (ForeignFormat, OSError):
        return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
