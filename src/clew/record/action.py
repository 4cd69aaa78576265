"""What the user did to open a turn, as an application says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from clew.model.session import ActionType


class Action(NamedTuple):
    """A message typed, a menu entry chosen, a workflow, tool or command asked for."""

    type: ActionType
    name: str | None = None
    """What was chosen."""
    content: object = None
    """What was typed."""
