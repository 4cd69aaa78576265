"""Turns, found from what is sent to a model, for applications that mark none.

A request that goes on where an earlier one stopped belongs to the same conversation: it says again what was said, or
names the answer that it goes on from, or the conversation that the provider keeps. Every exchange is a turn; a new
message of the user is the action that opens it. A turn ends with an answer that asks for no tool, else when its
conversation goes on: only then is it known what the tools said. Results of calls that nobody recorded become tool
calls of the turn that asked for them. A request that its thread sends again after it failed is a retry in its turn.

Several conversations of one session may be under way at the same time, in threads or tasks. What tells a turn that was
found from others is therefore true of it from its making on, and an answer is awaited until all is known of it.
"""

from __future__ import annotations

from threading import RLock, get_ident
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from clew.instrument.asks import is_asked, note_asks, open_asks
from clew.instrument.broken_off import INFERRED, break_off
from clew.instrument.spoken import answer_before, kept_conversation, mark_of, messages_of, replies_in, user_words
from clew.model.catalog import find_slug
from clew.record.action import Action
from clew.record.current import presume, presumed
from clew.record.turn import TurnRecorder

if TYPE_CHECKING:
    from clew.instrument.spoken import Ask, Reply
    from clew.record.session import SessionRecorder

KEPT = 64
"""Conversations of one session that may be silent; the one that was so for longest is given up."""


class FoundTurn(TurnRecorder):
    """A turn that was found here, and not marked by the application."""


class Thread:
    """One conversation, as far as it was sent."""

    def __init__(self, marks: list[int], turn: TurnRecorder, kept: str | None) -> None:
        """``marks`` stand for the messages of the last request and what it goes on from, ``turn`` is what it opened.

        ``kept`` is the conversation at the provider that it is part of.
        """
        self.marks = marks
        self.turn = turn
        self.links = {kept} if kept is not None else set()
        """By what a request may name this conversation: its last answer, and the conversation at the provider."""
        self.running = True
        """Whether the answer is still awaited."""
        self.failed: str | None = None
        """Why there is no answer, as a slug."""
        self.ident = get_ident()
        """The thread of the process that speaks."""

    def heard(self, slug: str | None, asks: list[Ask], *, over: bool, answer_id: str | None = None) -> None:
        """One try is over; ``over`` says that the SDK will not try again, ``slug`` why there is no answer."""
        self.failed = slug
        if slug is None and answer_id is not None:
            self.links.add(answer_id)
        if slug is None and not asks:
            self.turn.end()
        self.running = not over

    def close(self, replies: list[Reply]) -> None:
        """End the turn, with what the tools said that it asked for."""
        if self.turn.ended:
            return
        told = {reply.call_id: reply for reply in replies}
        for ask in open_asks(self.turn):
            if ask.call_id in told:
                _record(self.turn, ask, told[ask.call_id])
        note_asks(self.turn, ())
        if self.failed is not None:
            declared = find_slug(self.failed)
            self.turn.fail(declared.description if declared is not None else self.failed)
        self.turn.end()


class Conversations:
    """All conversations of one session."""

    def __init__(self, session: SessionRecorder) -> None:
        self._session = session
        self._threads: list[Thread] = []
        self._lock = RLock()
        session.before_end(self.close)

    def thread_for(self, request: object) -> Thread:
        """The conversation that a request belongs to, with the turn that it opens or is tried again in."""
        messages, kept = messages_of(request), kept_conversation(request)
        chain = answer_before(request) or kept
        marks = [mark_of(message) for message in ([chain, *messages] if chain is not None else messages)]
        with self._lock:
            known = self._find(marks, messages, chain)
            if known is not None and _is_again(known, marks):
                known.running = True
                presume(known.turn)
                return known
            fresh = messages
            if known is not None:
                if chain is None:
                    fresh = messages[len(known.marks) :] if marks[: len(known.marks)] == known.marks else messages[-1:]
                known.close([reply for message in messages for reply in replies_in(message)])
                self._threads.remove(known)
            thread = Thread(marks, self._open(fresh), kept)
            self._threads.append(thread)
            for old in [thread for thread in self._threads if not thread.running][:-KEPT]:
                old.close([])
                self._threads.remove(old)
        presume(thread.turn)
        return thread

    def turn_of(self, name: str, arguments: object) -> TurnRecorder | None:
        """The open turn that a call of a tool belongs to: one that asked for it, else that of this context.

        Else the only one that is open: of several, nobody can tell.
        """
        here = presumed()
        with self._lock:
            turns = [thread.turn for thread in reversed(self._threads) if not thread.turn.ended]
        mine = [turn for turn in turns if turn is here]
        asked = [turn for turn in (*mine, *turns) if is_asked(turn, name, arguments)]
        return next(iter((*asked, *mine, *(turns if len(turns) == 1 else ()))), None)

    def close(self) -> None:
        """End what is open: the session ends."""
        with self._lock:
            open_turns = [thread.turn for thread in self._threads if not thread.turn.ended]
            break_off([turn for turn in open_turns if turn is presumed()] or open_turns, self._session.problem)
            for thread in self._threads:
                thread.close([])
            self._threads.clear()
        _of.pop(self._session, None)

    def _find(self, marks: list[int], messages: list[object], chain: str | None) -> Thread | None:
        """The conversation that goes on: the one that is named, else the one with the longest common past.

        Of several with the same past it is the one whose calls are answered, else the one of this context.
        """
        silent = [thread for thread in self._threads if not thread.running]
        told = {reply.call_id for message in messages[-1:] for reply in replies_in(message)}
        answered = [
            thread
            for thread in reversed(silent)
            if told and not thread.turn.ended and any(ask.call_id in told for ask in open_asks(thread.turn))
        ]
        here = presumed()
        again = (thread for thread in silent if _is_again(thread, marks))
        named = (thread for thread in reversed(silent) if chain is not None and chain in thread.links)
        further = (
            thread
            for thread in sorted(silent, key=lambda one: (-len(one.marks), one not in answered, one.turn is not here))
            if len(thread.marks) < len(marks) and marks[: len(thread.marks)] == thread.marks
        )
        return next(iter((*again, *named, *further, *answered)), None)

    def _open(self, fresh: list[object]) -> TurnRecorder:
        """A turn for what is new in a conversation."""
        said = next((words for message in reversed(fresh) if (words := user_words(message)) is not None), None)
        action = Action("message", None, said) if said is not None else None
        return FoundTurn(self._session, None, action, INFERRED).start()


def conversations_of(session: SessionRecorder) -> Conversations:
    """The conversations of a session."""
    with _lock:
        known = _of.get(session)
        if known is None:
            known = _of[session] = Conversations(session)
        return known


def is_found(holder: object) -> bool:
    """Whether a turn was found here, and not marked by the application."""
    return isinstance(holder, FoundTurn)


def _is_again(thread: Thread, marks: list[int]) -> bool:
    """Whether a conversation failed in this thread of the process with just this request."""
    return thread.failed is not None and thread.marks == marks and thread.ident == get_ident()


def _record(turn: TurnRecorder, ask: Ask, reply: Reply) -> None:
    """Record a call from what the conversation says of it."""
    with turn.tool(ask.name, ask.arguments, call_id=ask.call_id, attributes=INFERRED) as tool:
        if reply.failed:
            tool.fail("the model was told that the call failed", response=reply.content)
        else:
            tool.respond(reply.content)


_of: WeakKeyDictionary[SessionRecorder, Conversations] = WeakKeyDictionary()
_lock = RLock()
