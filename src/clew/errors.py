"""The errors of the project, as a tree.

::

    ClewError
    ├─ RecordError            what was asked of a folder of sessions cannot be done
    │  ├─ SessionNotFound     no session has this id
    │  ├─ AmbiguousSession    several sessions have ids like this
    │  ├─ NotASession         the file is no journal
    │  ├─ NewerFormat         the journal was written by a newer release
    │  ├─ UnreadableFolder    the folder cannot be listed, or is not safe to write to
    │  ├─ SessionIsLive       the session is being written
    │  ├─ SessionExists       another session has this id
    │  └─ PackDamaged         the pack is not what its manifest says
    ├─ PathError              no node has this path
    ├─ QueryError             a query is not in the language
    ├─ SlugError              a slug is misspelt or declared twice
    ├─ ForeignFormat          an import does not know, or cannot read, the file
    ├─ ScenarioError          a scenario file is wrong
    ├─ AgentFileError         an agent file is wrong
    ├─ PriceFileError         a price file is wrong
    ├─ ReplayDiverged         a run did something else than the record that it replays
    └─ MissingExtra           an optional part of the installation is needed

Each carries one sentence for the person at the keyboard: what is wrong and what to do. How it is shown is decided
elsewhere. The recorder raises none of them.
"""

from __future__ import annotations

from typing import Any


class ClewError(Exception):
    """Anything the project reports on purpose."""


class RecordError(ClewError):
    """What was asked of a folder of sessions cannot be done."""


class SessionNotFound(RecordError):
    """No session has this id."""


class AmbiguousSession(RecordError):
    """Several sessions have ids like this."""


class NotASession(RecordError):
    """The file is no journal."""


class NewerFormat(RecordError):
    """The journal was written by a newer release."""


class UnreadableFolder(RecordError):
    """The folder cannot be listed, or is not safe to write to."""


class SessionIsLive(RecordError):
    """The session is being written."""


class SessionExists(RecordError):
    """Another session has this id."""


class PackDamaged(RecordError):
    """The pack is not what its manifest says."""


class PathError(ClewError):
    """No node has this path."""


class QueryError(ClewError):
    """A query is not in the language."""

    def __init__(self, sentence: str, column: int = 1) -> None:
        """Keep the place: a column of the query, from 1."""
        super().__init__(sentence)
        self.column = column


class SlugError(ClewError):
    """A slug is misspelt or declared twice."""


class ForeignFormat(ClewError):
    """An import does not know, or cannot read, the file."""


class ScenarioError(ClewError):
    """A scenario file is wrong."""


class AgentFileError(ClewError):
    """An agent file is wrong."""


class PriceFileError(ClewError):
    """A price file is wrong."""


class ReplayDiverged(ClewError):
    """A run did something else than the record that it replays."""

    def __init__(self, sentence: str, divergences: tuple[Any, ...]) -> None:
        """Keep the divergences, each a :class:`clew.replay.divergence.Divergence`."""
        super().__init__(sentence)
        self.divergences = divergences


class MissingExtra(ClewError):
    """An optional part of the installation is needed."""
