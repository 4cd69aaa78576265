"""Who a session node of an opTree is: its id and its start, which together make the id it gets here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clew.importers.op import list_of
from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import object_or_empty, text_or
from clew.model.session_id import derived_session_id


@dataclass(frozen=True, slots=True)
class Identity:
    """A session node and who it is."""

    tree: dict[str, Any]
    key: str
    """Its id in the file, or what stands for one."""
    started_at: float
    session_id: str


def identify(tree: dict[str, Any], otherwise: str, before: float) -> Identity:
    """Who a session node is; ``otherwise`` and ``before`` count if it has no id and no time."""
    key = text_or(tree.get("id"), text_or(tree.get("traceId"), otherwise))
    times = [tree.get("startedAt"), *(object_or_empty(turn).get("startedAt") for turn in list_of(tree.get("turns")))]
    started = next((time for time in map(epoch_milliseconds, times) if time is not None), before)
    return Identity(tree, key, started, derived_session_id(started, f"optree:{key}"))
