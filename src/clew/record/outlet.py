"""Where a session's acts go: its journal, and those who subscribed.

Everything that can go wrong between an application and a disk ends here: it is reported once, and the application never
notices.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from clew.model.event import ClockStep, Header
from clew.model.session_id import new_session_id
from clew.record.clean_payload import CleanPayload, clean_names
from clew.record.dispatch import dispatch
from clew.record.trouble import report
from clew.store.journal import Journal
from clew.store.names import journal_name, trace_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act
    from clew.record.narrator import Narrator
    from clew.store.journal import Sync

LONGEST_TRACE = 40 << 20
"""Bytes of a journal above which its trace document is left to the first reader.

Writing it would keep the process from ending for more than two seconds.
"""

TRIES = 8
"""Session ids tried before the recorder gives up.

Two that begin in the same second may, once in four billion times, be equal.
"""


class Outlet:
    """The journal of one session, from open to close."""

    def __init__(self, folder: Path, sync: Sync, clock: Callable[[], float], *, recording: bool) -> None:
        """Nothing is opened yet. Without ``recording`` nothing ever is."""
        self._folder = folder
        self._sync: Sync = sync
        self._clock = clock
        self._recording = recording
        self._journal: Journal | None = None
        self._subscribers: list[Callable[[Act], None]] = []
        self._narrator: Narrator | None = None

    @property
    def segment(self) -> int:
        """The segment that this process writes."""
        return self._journal.segment if self._journal is not None else 1

    def lock(self) -> AbstractContextManager[Any]:
        """Keep other threads from writing."""
        return self._journal.lock if self._journal is not None else nullcontext()

    def open(self, header: Header, agent_id: str | None = None) -> str:
        """Begin the journal, and the log if there is any sink; the session id, which is the header's if it was free."""
        if not self._recording:
            return header.session_id
        for _ in range(TRIES):
            try:
                self._journal = Journal.create(self._folder, header, sync=self._sync, clock=self._clock)
            except FileExistsError:
                header = Header(format=0, session_id=new_session_id(), parent=header.parent)
            except Exception as problem:  # noqa: BLE001 - the application must not notice
                report(problem)
                break
            else:
                break
        if dispatch.active():
            self._narrate(header, agent_id)
        return header.session_id

    def last_indexes(self, session_id: str) -> tuple[int, int]:
        """Index of the last turn and of the last step of a session that is continued; 0 without one."""
        try:
            from clew.store.folder import Folder  # noqa: PLC0415 - who begins a new session need not read

            tree = Folder(self._folder).load(session_id)
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)
            return 0, 0
        if self._narrator is not None:
            self._narrator.agent_id = self._narrator.agent_id or tree.agent_id
        turns, steps = ([node.index for node in nodes] for nodes in (tree.turns, tree.steps))
        return max(turns, default=0), max(steps, default=0)

    def write(self, act: Act) -> None:
        """Append an act and hand it to the subscribers."""
        try:
            if self._subscribers:
                self._write_and_tell(act)
            elif self._journal is not None:
                self._journal.write(act)
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)

    def write_clock_step(self, delta: float) -> None:
        """Record that the wall clock was set."""
        self.write(ClockStep(delta_ms=delta))

    def subscribe(self, callback: Callable[[Act], None]) -> Callable[[], None]:
        """Hand every act to a callback from now on; returns what ends it."""
        if self._recording:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    def path(self, session_id: str) -> Path:
        """The journal's file."""
        return self._journal.path if self._journal is not None else self._folder / journal_name(session_id)

    def trace_path(self, session_id: str) -> Path:
        """The trace document's file."""
        return self._folder / trace_name(session_id)

    def finish(self, session_id: str, *, trace: bool) -> None:
        """Close the journal and write the trace document."""
        if self._journal is None:
            return
        path = self._journal.path
        self.close()
        if not trace:
            return
        try:
            if path.stat().st_size > LONGEST_TRACE:
                report(f"the trace of {session_id} is left to 'clew trace {session_id}': the session is large")
                return
        except OSError as problem:
            report(problem)
        self.write_trace(session_id)

    def write_trace(self, session_id: str) -> None:
        """Write the trace document, if there is a journal and no document yet."""
        try:
            if self._journal is not None and not self.trace_path(session_id).exists():
                self._write_trace(session_id)
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)

    def close(self) -> None:
        """Let go of the file."""
        if self._journal is not None:
            self._journal.close()

    def _write_and_tell(self, act: Any) -> None:  # noqa: ANN401 - whichever act, its payload fields by name
        given = {name: getattr(act, name) for name in act.PAYLOADS if getattr(act, name) is not None}
        if self._journal is not None:
            self._journal.write(act)
        if act.at < 0:  # there is no journal, or the act comes from inside another one
            act.at = self._clock()
        if act.seq < 0:
            clean_names(act)
        for name, value in given.items():
            setattr(act, name, CleanPayload(value))
        for callback in tuple(self._subscribers):
            try:
                callback(act)
            except Exception as problem:  # noqa: BLE001 - a subscriber must not harm the recording
                report(problem)

    def _narrate(self, header: Header, agent_id: str | None) -> None:
        try:
            from clew.record.narrator import Narrator  # noqa: PLC0415 - a process without sinks need not load it

            self._narrator = Narrator(header, agent_id, lambda: self.segment)
            self._subscribers.insert(0, self._narrator)
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)

    def _write_trace(self, session_id: str) -> None:
        from clew.exporters.trace import write_trace  # noqa: PLC0415 - only the end of a session needs readers
        from clew.store.folder import Folder  # noqa: PLC0415 - loaded by those who need it only

        write_trace(Folder(self._folder).load(session_id), self.trace_path(session_id))
