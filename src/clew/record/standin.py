"""Stand-ins: a result that takes the place of calling a tool, as a replay of a recorded session needs it.

Whoever calls a tool through the instrumentation asks :func:`stand_in_result` first, once per call and inside the tool
call that is being recorded. Normally nobody stands in and the answer is ``None``: the tool is called. An agent called
as a tool is never stood in for: it runs, and its own calls are.

There is one stand-in for the process and not one per context, because tools run in threads that inherit no context.
"""

from __future__ import annotations

import builtins
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, runtime_checkable

from clew.model.session import NodeStatus
from clew.record.current import current

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from clew.record.session import SessionRecorder

VARIABLE = "CLEW_REPLAY"
"""The environment variable that holds the address of the replay that this process was started by."""


TAG = "replay"
"""The tag of a session that replays another one."""


class RecordedFailure(Exception):
    """A tool failed when the session was recorded, in a way that no exception known here says as well.

    One that was raised and cannot be made again has a type of its own below this one, with the recorded name.
    """


class Found(NamedTuple):
    """What a tool call came to when it was recorded."""

    response: object = None
    """The result, as the JSON value that was recorded."""
    status: NodeStatus = "ok"
    """``ok``, or how it failed."""
    error: str | None = None
    """The failure in words, with the exception's type before a colon."""
    slug: str | None = None
    """The failure's name."""
    told: str | None = None
    """What the model was told of it, if the record says so."""
    exception: str | None = None
    """The full name of the type of what was raised: ``package.module.Name``."""

    def outcome(self) -> object:
        """The result; raises what the tool raised, as far as a recorded failure tells."""
        if self.status != "ok":
            raise exception_of(self.error or self.status, self.status, self.exception)
        return self.response


class StandIn(Protocol):
    """Who knows what tools answered."""

    def result(self, name: str, command: str | None, request: object, call_id: str | None) -> Found | None:
        """What a call came to, or ``None`` to let the tool be called.

        What is raised comes through to the caller of the tool, in place of a result.
        """


@runtime_checkable
class Follower(Protocol):
    """A stand-in that wants to know more of this process."""

    def instrumented(self, names: Iterable[str]) -> None:
        """Tools of these names ask before they are called."""

    def began(self, session_id: str, folder: Path) -> str | None:
        """A session began here, and is recorded in a folder; returns the session that it replays, if it does."""


class _Place:
    """Where the stand-in of this process is."""

    taken: StandIn | None = None
    instrumented: ClassVar[set[str]] = set()


def stand_in() -> StandIn | None:
    """Who stands in for tools in this process; normally nobody, or the replay that started it."""
    if _Place.taken is None and VARIABLE in os.environ:
        from clew.record.replayed import replay_at  # noqa: PLC0415 - only a process that is replayed needs it

        return replay_at(os.environ[VARIABLE])
    return _Place.taken


def instrumented(*names: str) -> None:
    """Say that tools of these names ask before they are called; ``kind:mcp`` says so of all tools of a kind."""
    _Place.instrumented.update(names)
    one = stand_in()
    if isinstance(one, Follower):
        one.instrumented(names)


def instrumented_tools() -> frozenset[str]:
    """The tools of this process that ask before they are called."""
    return frozenset(_Place.instrumented)


def tell_began(session: SessionRecorder) -> None:
    """Link a session that began while a recorded one is replayed to that one."""
    one = stand_in()
    if isinstance(one, Follower):
        original = one.began(session.session_id, session.dir)
        if original is not None:
            session.mark(TAG, attributes={"replay_of": original})


def use_stand_in(one: StandIn | None) -> StandIn | None:
    """Let somebody stand in for tools from now on, or nobody; returns who did before."""
    before, _Place.taken = _Place.taken, one
    return before


def stand_in_result(name: str, command: str | None, request: object, call_id: str | None) -> Found | None:
    """What a tool call came to if somebody stands in; ``None`` if the tool is to be called."""
    one = stand_in()
    if one is None:
        return None
    found = one.result(name, command, request, call_id)
    if found is None:
        _clear()
    return found


def _clear() -> None:
    """Let the tool call in force be made: what it hands on to is not asked about again."""
    from clew.record.tool import ToolRecorder  # noqa: PLC0415 - it imports what describes failures, and that this

    node = current()
    if isinstance(node, ToolRecorder):
        node.cleared = True


def exception_of(error: str, status: NodeStatus, full_name: str | None = None) -> BaseException:
    """An exception that says what a recorded one said; of the same type if that is built in or loaded here.

    ``error`` begins with the name of the type; ``full_name`` says where that was defined.
    """
    name, _, words = error.partition(": ")
    late = status == "timeout"
    made: BaseException | None = _made(_loaded(full_name) or getattr(builtins, name, None), words)
    if made is None and full_name is not None and full_name.rpartition(".")[2] == name:
        made = type(name, (RecordedFailure,), {})(words)
    if made is None:
        return TimeoutError(error) if late else RecordedFailure(error)
    if late:
        made.__cause__ = TimeoutError(words)
    return made


def _loaded(full_name: str | None) -> object:
    """What has this name in a module that is loaded; nothing is imported for it."""
    module, _, name = (full_name or "").rpartition(".")
    return vars(sys.modules[module]).get(name) if module in sys.modules else None


def _made(kind: object, words: str) -> Exception | None:
    """An exception of a type, if it is one and then says these words; its other arguments are not in the record."""
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return None
    given = (words,) if words else ()
    for make in (kind, kind.__new__):
        with suppress(Exception):
            made = make(*given) if make is kind else make(kind, *given)
            if str(made) == words:
                return made
    return None
