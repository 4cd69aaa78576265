"""The desk: the library that screens ask, and a second one through which new bytes are taken in.

Bringing an index up to date may take long. A thread does it with a connection of its own, so that no screen waits. In
a folder where the index cannot be written each library works on a copy in memory; then the two change places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.store.index.index import Progress


class Desk:
    """Two libraries of one folder."""

    def __init__(self, open_library: Callable[[], Library]) -> None:
        """Open the first one; nothing is read yet."""
        self._open = open_library
        self.library = open_library()
        """The library that is asked."""
        self._behind: Library | None = None
        self._changes = Changes(self.library)

    def refresh(self, told: Callable[[Progress], None] | None = None) -> Changed:
        """Take in what is new, and say what changed, whoever took it in; for a thread. Raises ``UnreadableFolder``."""
        behind = self._behind or self._open()
        behind.refresh(wait=0.0, told=told)
        if behind.index.is_shared and self.library.index.is_shared:
            self._behind = behind
        else:
            self.library, self._behind = behind, self.library
            self._changes = Changes(behind)
        return self._changes.look()

    def close(self) -> None:
        """Let go of both."""
        self.library.index.close()
        if self._behind is not None:
            self._behind.index.close()
