"""Some of the rows of a branch: those that a query means, and those that have such rows below them."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.entry_branch import Branch
    from clew.explore.marks import Marks
    from clew.explore.tree_row import TreeRow


class SiftedBranch:
    """Some rows of another branch."""

    def __init__(self, branch: Branch, places: Sequence[int]) -> None:
        """``places`` are those of the rows to be seen, in order."""
        self._branch = branch
        self._places = places

    def __len__(self) -> int:
        """How many."""
        return len(self._places)

    def pick(self, places: Sequence[int]) -> list[TreeRow]:
        """The rows at some places."""
        return self._branch.pick([self._places[place] for place in places])

    def place(self, key: str) -> int | None:
        """Where the row of a key is."""
        place = self._branch.place(key)
        here = len(self._places) if place is None else bisect_left(self._places, place)
        return here if here < len(self._places) and self._places[here] == place else None

    def below(self, key: str) -> list[Branch]:
        """What is under the row of a key."""
        return self._branch.below(key)

    def sifted(self, marks: Marks) -> Branch:
        """Sift once more."""
        return self._branch.sifted(marks)
