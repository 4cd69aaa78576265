"""Where an exchange with a model belongs: the attempt, turn or step that is in force when the SDK is called.

* An attempt the application opened itself, in a ``with`` block or not, is filled by the first HTTP attempt made inside
  it, so that the call is counted once; further tries become further attempts of the same turn, and are what the
  application then speaks of.
* A turn or a step gets an attempt per try, also one that was opened without a ``with`` block in the session in force.
* Where only a session is in force and its application marks no turns, they are found from the conversation, once
  :func:`clew.instrument` asked for that.
* Where only a session or a tool call is in force, a step of kind ``system`` holds the tries of one call.
* Outside any session nothing is recorded, unless :func:`clew.instrument` asked for a session of its own.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakSet

from clew.instrument.asks import note_asks
from clew.instrument.automatic import note_call, session_in_use, wants_sessions
from clew.instrument.conversations import conversations_of, is_found
from clew.instrument.setting import tell_setting
from clew.record.attempt import AttemptRecorder
from clew.record.current import current
from clew.record.session import SessionRecorder
from clew.record.turn import HolderRecorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.instrument.conversations import Thread
    from clew.instrument.spoken import Ask

TRIED_AGAIN = frozenset({"llm.rate_limited", "llm.overloaded", "llm.timeout", "llm.unreachable"})
"""Failures after which an SDK sends the request again, as long as it has tries left."""


_filled: WeakSet[AttemptRecorder] = WeakSet()
"""Attempts that have their request, or a place that will give it to them: no further one is to fill them."""
_lock = Lock()
_own: WeakSet[HolderRecorder] = WeakSet()
"""Steps made here, each for one call."""


class Place:
    """The holder of one call's attempts."""

    last_try: bool
    """Whether the SDK will not try again, whatever happens; set before each try."""

    def __init__(
        self,
        holder: HolderRecorder,
        *,
        given: AttemptRecorder | None = None,
        own: bool = False,
        thread: Thread | None = None,
    ) -> None:
        """``given`` is an attempt that this place fills; with ``own``, nobody but this place ends the holder.

        ``thread`` is the conversation that the holder was found from.
        """
        self.last_try = True
        self._holder = holder
        self._given = given
        self._filled = False
        self._own = own
        self._thread = thread
        if own:
            _own.add(holder)

    def enter(self, *, provider: str, model: str | None, request: object) -> AttemptRecorder:
        """The attempt for the next try."""
        if self._given is not None and not self._filled:
            self._filled = True
            if not self._given.has_request:
                self._given.send(request)
            return self._given
        attempt = self._holder.attempt(provider=provider, model=model, request=request)
        _filled.add(attempt)
        attempt.start()
        if self._given is not None:
            self._given.supersede(attempt)
        return attempt

    def leave(
        self,
        attempt: AttemptRecorder,
        *,
        slug: str | None,
        answered: bool,
        asks: Sequence[Ask] = (),
        answer_id: str | None = None,
    ) -> None:
        """End an attempt that was made here, and the holder with the last one.

        ``slug`` says why a try failed, ``asks`` which tools the answer asks for, ``answer_id`` what it is called.
        """
        if attempt is not self._given:
            attempt.end()
        over = self.last_try or answered or slug not in TRIED_AGAIN
        if slug is None:
            note_asks(self._holder, asks)
        if self._thread is not None:
            self._thread.heard(slug, list(asks), over=over, answer_id=answer_id)
        if self._own and over:
            self._holder.end()

    def give_up(self) -> None:
        """Another call begins, so this one will not be tried again."""
        if self._own:
            self._holder.end()
        elif self._thread is not None:
            self._thread.running = False


def find_place(request: object = None) -> Place | None:
    """The place for a call made now with this request, if there is one."""
    note_call()
    node = current()
    if node is None or node.session.ended:
        node = session_in_use() or node
    if node is None:
        return None
    if isinstance(node, AttemptRecorder):
        return Place(node.holder, given=node if _take(node) else None)
    if isinstance(node, HolderRecorder):
        return _in_holder(node)
    if isinstance(node, SessionRecorder):
        holder = node.open_holder
        if holder is not None and holder not in _own and not is_found(holder):
            return _in_holder(holder)
        if wants_sessions() and not node.marks_turns:
            tell_setting(node, request)
            thread = conversations_of(node).thread_for(request)
            return Place(thread.turn, thread=thread)
    return Place(node.session.step(kind="system", name="model call"), own=True)


def _in_holder(holder: HolderRecorder) -> Place:
    """A turn or step, in which an attempt may be open that nobody has filled yet."""
    last = holder.last_attempt
    return Place(holder, given=last if last is not None and not last.ended and _take(last) else None)


def _take(attempt: AttemptRecorder) -> bool:
    """Take an attempt that the application opened for a call, if it still waits for one."""
    with _lock:
        waits = attempt not in _filled and not attempt.responded
        _filled.add(attempt)
    return waits
