"""A foreign session: what an importer hands over.

It is the acts a recorder would have written, each with the time it came with, and who it belongs to. Payload fields
hold plain Python objects. The id is derived from the foreign id, so that the same input always gets the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clew.model.act import Act
from clew.model.session import Parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """One session found in a foreign record."""

    session_id: str
    """The id it gets here."""
    format: str
    """Name of the format it was found in."""
    foreign_id: str
    """The id it has there."""
    agent_id: str | None = None
    """Which agent ran."""
    title: str | None = None
    """What it was about."""
    parent: Parent | None = None
    """The tool call that started it, for a child session; the parent's acts hold the matching ``ChildStart``."""
    acts: Iterable[Act]
    """Everything that happened, in the order of the source; requests are put together only as the acts are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One foreign record: a file, or several that belong together."""

    path: Path
    """The file, or the first of them."""
    format: str
    """Name of its format."""
    size: int
    """Bytes of all its files."""
    read: Callable[[], Iterator[Foreign]]
    """Its sessions, a parent before its children. Raises ``ForeignFormat`` or ``OSError``."""
