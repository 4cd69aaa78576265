"""Numbering: the indexes of turns and steps, each once, whatever was lost and whoever wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.tree.draft import Draft, Key


def numbered(drafts: Iterable[Draft]) -> list[tuple[int, Draft]]:
    """Turns, or steps, with their indexes, in order.

    One whose beginning is lost counts as the next after the one before it; where two processes took the same index the
    later one gives way.
    """
    index, told = 0, []
    for draft in sorted(drafts, key=_key):
        index = draft.start.index if draft.start is not None else index + 1
        told.append((index, draft.key, draft))
    index, found = 0, []
    for wanted, _, draft in sorted(told, key=_by_index):
        index = max(wanted, index + 1)
        found.append((index, draft))
    return found


def _key(draft: Draft) -> Key:
    return draft.key


def _by_index(told: tuple[int, Key, Draft]) -> tuple[int, Key]:
    return told[:2]
