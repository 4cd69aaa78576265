"""The handle of a session: it owns the journal, gives nodes their numbers, and ends with FIN and the trace document."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from clew.model.event import (
    ConfigSet,
    FinalReport,
    FinEnd,
    FinStart,
    Header,
    InitEnd,
    SessionSet,
    SessionStart,
)
from clew.model.session_id import new_session_id
from clew.record.action import Action
from clew.record.clock import Clock
from clew.record.failure import describe, session_outcome
from clew.record.logbook import Logbook
from clew.record.node import NodeRecorder
from clew.record.outlet import Outlet
from clew.record.tally import Tally
from clew.record.tidy import maybe_text, texts_of
from clew.record.turn import StepRecorder, TurnRecorder

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from clew.model.act import Act
    from clew.model.session import Failure, Parent, Session, StepKind
    from clew.record.options import Options


class SessionRecorder(NodeRecorder):
    """The handle of a session."""

    kind = "session"

    def __init__(
        self, options: Options, *, session_id: str | None, parent: Parent | None, continues: bool = False
    ) -> None:
        """Use :func:`clew.session`. ``continues`` says that the session exists and gets another segment."""
        super().__init__(self)
        self._options = options
        self._clock = Clock()
        self._outlet = Outlet(options.dir, options.sync, self._clock.now, recording=options.recording)
        self.session_id = session_id or new_session_id()
        """``YYYYMMDD_HHMMSS_<8 hex>``."""
        self.parent = parent
        """The node of another session that started this one."""
        self._continues = continues
        self._owner = os.getpid()
        self._numbers = count(1)
        self._turns = 0
        self._steps = 0
        self._init_over = False
        self._marks: tuple[str, ...] = ()
        self._verdict: tuple[bool, str | None] | None = None
        self._last_holder: TurnRecorder | StepRecorder | None = None
        self.logbook = Logbook(self)
        """What was worth saying."""
        self.tally = Tally()
        """Running totals of this session, without its children."""
        self.marks_turns = False
        """Whether the application opens turns itself."""
        self.unsaid = frozenset() if continues else options.unsaid
        """What the application has not said of ``model``, ``system_prompt`` and ``tools``."""
        self.problem: BaseException | None = None
        """What the session ends by, as soon as it is about to end."""
        self._endings: list[Callable[[], None]] = []

    # -- what applications call --

    def config(self, *, providers: object = None, tools: object = None, prompts: object = None) -> None:
        """What the agent is set up with; may come in parts. It belongs to INIT and is always in the tree."""
        self.start()
        self.unsaid -= {"tools"} if tools is not None else set()
        self.write(ConfigSet(providers=providers, tools=tools, prompts=prompts))

    def set(
        self,
        *,
        title: str | None = None,
        latest_status: str | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
        tags: list[str] | tuple[str, ...] = (),
        attributes: object = None,
    ) -> None:
        """Say what became known or changed. ``attributes`` are laid over earlier ones."""
        self.start()
        said = texts_of(tags)
        self.unsaid -= {name for name, it in (("model", model), ("system_prompt", system_prompt)) if it is not None}
        self.write(
            SessionSet(
                title=maybe_text(title),
                latest_status=maybe_text(latest_status),
                model=maybe_text(model),
                system_prompt=system_prompt,
                tags=[*dict.fromkeys((*said, *self._marks))] if said else [],
                attributes=attributes,
            )
        )

    def mark(self, tag: str, *, attributes: object = None) -> None:
        """Give the session a tag that stays, whatever tags are said later."""
        self._marks = (*self._marks, tag)
        self.set(tags=self._options.tags or self._marks, attributes=attributes)

    def ready(self) -> None:
        """INIT is over; said by the first turn or step otherwise."""
        self.start()
        if not self._init_over:
            self._init_over = True
            self.write(InitEnd())

    def turn(
        self,
        user_input: object = None,
        *,
        action: Action | None = None,
        index: int | None = None,
        attributes: object = None,
    ) -> TurnRecorder:
        """A turn, opened by what the user typed, by another action of his, or by nobody."""
        self.marks_turns = True
        if action is None and user_input is not None:
            action = Action("message", None, user_input)
        return TurnRecorder(self, index, action, attributes)

    def step(
        self,
        kind: StepKind = "system",
        name: str | None = None,
        *,
        action: Action | None = None,
        attributes: object = None,
    ) -> StepRecorder:
        """Work between turns."""
        return StepRecorder(self, kind, name, action, attributes)

    def final_report(self, report: object) -> None:
        """The agent's final report: what it is and where it comes from (``source``).

        A session can have one and fail.
        """
        self.start()
        self.write(FinalReport(report=report))

    def fail(self, error: object, slug: str | None = None) -> None:
        """Let the session end as failed."""
        self.failed(self, error, slug or session_outcome(error).slug)
        self._verdict = (False, describe(error))

    def end(
        self, problem: BaseException | None = None, *, success: bool | None = None, error: str | None = None
    ) -> None:
        """End the session: FIN, then the trace document.

        Without arguments it is a success, unless :meth:`fail` was called.
        """
        if success is not None or error is not None:
            self._verdict = (bool(success) and error is None, maybe_text(error))
        super().end(problem)

    def before_end(self, callback: Callable[[], None]) -> None:
        """Call something when the session is about to end, whatever ends it."""
        self._endings.append(callback)

    def write_trace(self) -> None:
        """Write the trace document now, unless it is there; the end of the session does so by itself. Never raises."""
        self._outlet.write_trace(self.session_id)

    def subscribe(self, callback: Callable[[Act], None]) -> Callable[[], None]:
        """Hand every act from now on to the application, after it is written; returns what ends the subscription.

        What the callback raises is reported once.
        """
        return self._outlet.subscribe(callback)

    def tree(self) -> Session:
        """The session so far, read from its journal. Raises what :func:`clew.load` raises."""
        from clew.store.folder import Folder  # noqa: PLC0415 - a recorder seldom reads

        return Folder(self.dir).load(self.session_id)

    @property
    def dir(self) -> Path:
        """The folder of sessions."""
        return self._options.dir

    @property
    def path(self) -> Path:
        """The journal that is being written."""
        return self._outlet.path(self.session_id)

    @property
    def trace_path(self) -> Path:
        """Where the trace document lies after the session has ended."""
        return self._outlet.trace_path(self.session_id)

    @property
    def open_holder(self) -> TurnRecorder | StepRecorder | None:
        """The turn or step begun last, if it has not ended."""
        holder = self._last_holder
        return holder if holder is not None and not holder.ended else None

    # -- what other handles call --

    @property
    def segment(self) -> int:
        """The segment that this process writes."""
        return self._outlet.segment

    @segment.setter
    def segment(self, number: int) -> None:
        """A session has no segment of its own."""

    def now(self) -> float:
        """The time, in milliseconds since the epoch."""
        return self._clock.now()

    def writing(self) -> AbstractContextManager[Any]:
        """Keep other threads from writing between several acts."""
        return self._outlet.lock()

    def write(self, act: Act) -> None:
        """Append an act. Never raises."""
        self.tally.add(act)
        self._outlet.write(act)
        step = self._clock.step()
        if step is not None:
            self._outlet.write_clock_step(step)

    def number(self, node: NodeRecorder) -> None:
        """Give a node that begins its number."""
        node.n = next(self._numbers)
        node.segment = self.segment

    def next_turn(self, turn: TurnRecorder, index: int) -> int:
        """Index of a turn that begins; the one asked for, if any."""
        self.ready()
        self._turns = index or self._turns + 1
        self._last_holder = turn
        return self._turns

    def next_step(self, step: StepRecorder) -> int:
        """Index of a step that begins."""
        self.ready()
        self._steps += 1
        self._last_holder = step
        return self._steps

    def in_force(self) -> tuple[Any, Any]:
        """The attempt begun last in the turn or step begun last."""
        return self._last_holder.in_force() if self._last_holder is not None else (None, None)

    def write_log(
        self, node: NodeRecorder, slug: str, message: str, severity: str | None, details: dict[str, Any]
    ) -> None:
        """Write a log entry on a node."""
        self.start()
        self.logbook.write(node, slug, message, severity, details)

    def failed(self, node: NodeRecorder, problem: object, slug: str) -> None:
        """Log a failure on the node where it happened."""
        self.start()
        self.logbook.failed(node, problem, slug)

    def open_child(
        self, parent: Parent, session_id: str, agent_id: str | None, options: dict[str, Any]
    ) -> SessionRecorder:
        """A session inside a tool call of this one."""
        return SessionRecorder(self._options.for_child(agent_id, options), session_id=session_id, parent=parent)

    # -- beginning and end --

    def _begin(self) -> None:
        _live[id(self)] = self
        options = self._options
        segment = 2 if self._continues else 1
        self.session_id = self._outlet.open(
            Header(format=0, session_id=self.session_id, segment=segment, parent=self.parent),
            maybe_text(options.agent_id),
        )
        if self._continues:
            self._turns, self._steps = self._outlet.last_indexes(self.session_id)
            said = (options.title, options.model, options.system_prompt, options.attributes, options.tags or None)
            if any(fact is not None for fact in said):
                self.set(
                    title=options.title,
                    model=options.model,
                    system_prompt=options.system_prompt,  # type: ignore[arg-type]  # a payload, whatever it is
                    tags=options.tags,
                    attributes=options.attributes,
                )
            return
        self.write(
            SessionStart(
                agent_id=maybe_text(options.agent_id),
                title=maybe_text(options.title),
                model=maybe_text(options.model),
                system_prompt=options.system_prompt,
                tags=texts_of(options.tags),
                attributes=options.attributes,
            )
        )

    def _finish(self, problem: BaseException | None) -> None:
        _live.pop(id(self), None)
        if os.getpid() != self._owner:
            self._outlet.close()
            return
        self.problem = problem
        for callback in self._endings:
            callback()
        self.ready()
        self.write(FinStart())
        success, error, failure = self._conclude(problem)
        self.write(FinEnd(success=success, error=error, failure=failure, totals=self.tally.totals()))
        self._outlet.finish(self.session_id, trace=self._options.trace)

    def _conclude(self, problem: BaseException | None) -> tuple[bool, str | None, Failure | None]:
        """Whether the session went well, and if not, where it went wrong."""
        if problem is None or (isinstance(problem, SystemExit) and not problem.code):
            success, error = self._verdict or (True, None)
            return success, error, None if success else self.logbook.failure(None)
        self.failed(self, problem, session_outcome(problem).slug)
        return False, describe(problem), self.logbook.failure(problem)


def only_live_session() -> SessionRecorder | None:
    """The one session of this process that no other of it started and that has not ended; ``None`` if several are."""
    live = [session for ref in _live.valuerefs() if (session := ref()) is not None and not session.ended]
    ids = {session.session_id for session in live}
    roots = [session for session in live if session.parent is None or session.parent.session_id not in ids]
    return roots[0] if len(roots) == 1 else None


_live: WeakValueDictionary[int, SessionRecorder] = WeakValueDictionary()
"""Sessions that have begun and not ended."""
