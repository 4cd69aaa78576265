"""Where an exchange with a model belongs: the attempt, turn or step that is in force when the SDK is called.

* An attempt the application opened itself is filled by the first HTTP attempt made inside it, so that the call is
  counted once; further tries become further attempts of the same turn, and are what the application then
  speaks of.
* A turn or a step gets an attempt per try.
* Where only a session or a tool call is in force, a step of kind ``system`` holds the tries of one call.
* Outside any session nothing is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from clew.record.attempt import AttemptRecorder
from clew.record.current import current
from clew.record.turn import HolderRecorder

if TYPE_CHECKING:
    from clew.record.node import NodeRecorder

TRIED_AGAIN = frozenset({"llm.rate_limited", "llm.overloaded", "llm.timeout", "llm.unreachable"})
"""Failures after which an SDK sends the request again, as long as it has tries left."""


_filled: WeakSet[AttemptRecorder] = WeakSet()


class Place:
    """The holder of one call's attempts."""

    last_try: bool
    """Whether the SDK will not try again, whatever happens; set before each try."""

    def __init__(self, holder: HolderRecorder, *, given: AttemptRecorder | None = None, own: bool = False) -> None:
        """``given`` is an attempt that waits to be filled; with ``own``, nobody but this place ends the holder."""
        self.last_try = True
        self._holder = holder
        self._given = given
        self._own = own

    def enter(self, *, provider: str, model: str | None, request: object) -> AttemptRecorder:
        """The attempt for the next try."""
        if self._given is not None and self._given not in _filled:
            _filled.add(self._given)
            if not self._given.has_request:
                self._given.send(request)
            return self._given
        attempt = self._holder.attempt(provider=provider, model=model, request=request).start()
        if self._given is not None:
            self._given.supersede(attempt)
        return attempt

    def leave(self, attempt: AttemptRecorder, *, slug: str | None, answered: bool) -> None:
        """End an attempt that was made here, and the holder with the last one. ``slug`` says why a try failed."""
        if attempt is not self._given:
            attempt.end()
        if self._own and (self.last_try or answered or slug not in TRIED_AGAIN):
            self._holder.end()


def find_place() -> Place | None:
    """The place for a call made now, if there is one."""
    node: NodeRecorder | None = current()
    if node is None:
        return None
    if isinstance(node, AttemptRecorder):
        return Place(node.holder, given=None if node in _filled or node.responded else node)
    if isinstance(node, HolderRecorder):
        return Place(node)
    return Place(node.session.step(kind="system", name="model call"), own=True)
