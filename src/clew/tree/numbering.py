"""Numbering: the indexes of turns and steps, each once, whatever was lost and whoever wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def path_of(drafts: Mapping[Key, Draft], key: Key) -> str | None:
    """The path of the node of a segment and number; ``None`` if there is none."""
    draft = drafts.get(key)
    if draft is None:
        return None
    holder = draft if draft.parent is None else draft.parent
    sign = "s" if holder.kind == "step" else ""
    alike = numbered(other for other in drafts.values() if other.kind == holder.kind)
    label = next((f"{sign}{index}" for index, other in alike if other is holder), None)
    if label is None or holder is draft:
        return label
    there = sorted(holder.parts, key=lambda part: (part.started_at, part.kind))
    return f"{label}-{there.index(draft) + 1}"


def _key(draft: Draft) -> Key:
    return draft.key


def _by_index(told: tuple[int, Key, Draft]) -> tuple[int, Key]:
    return told[:2]
