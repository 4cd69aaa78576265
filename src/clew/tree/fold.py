"""The fold: acts in, one session out.

Pure and incremental. Any prefix of a journal is a valid, honest session; lost lines cost their own record; within a
segment the order of the acts does not matter where it is free. What a reader learns about the record itself (damage,
gaps, losses) is passed in as notes and shown with the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model import event
from clew.model.session import Config, Fin, Init, Session
from clew.tree.draft import Draft, Freezer, Key, last, latest, lifecycle_entry, node_key
from clew.tree.notes import child_notes, clock_note, dropped_note, inversion_notes, redacted_note
from clew.tree.numbering import numbered
from clew.tree.totals import totals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clew.model.act import Act, NodeRef
    from clew.model.log import LogEntry
    from clew.model.session import Note, Parent, Phase, SessionStatus, Step, Turn

ROOT = 0
"""The node number of the session itself."""


class Fold:
    """A session in the making."""

    def __init__(self, session_id: str, *, verbose_in_tree: bool = False) -> None:
        """``verbose_in_tree`` keeps ``VRB`` entries, which are left out otherwise (seed 004, rule 3)."""
        self._session_id = session_id
        self._verbose = verbose_in_tree
        self.drafts: dict[Key, Draft] = {}
        """The nodes in the making."""
        self._latest: Draft | None = None
        self._parent: Parent | None = None
        self._start: Any = None
        self._changes: list[Any] = []
        self._configs: list[Any] = []
        self._init_end: Act | None = None
        self._fin_start: Act | None = None
        self._fin_end: Any = None
        self._report: Any = None
        self._logs: list[tuple[Any, int]] = []
        self._notes: list[Note] = []
        self._first_at: float | None = None
        self._last_start = -1.0
        self._imported = False
        self._segments: set[int] = set()
        self._fin_segment = 0
        self._handlers: dict[type[Act], Callable[[Any, int], None]] = {
            event.Header: self._header,
            event.SessionStart: self._session_start,
            event.SessionSet: self._session_set,
            event.ConfigSet: self._config,
            event.InitEnd: self._init_over,
            event.TurnStart: self._begin,
            event.StepStart: self._begin,
            event.NodeEnd: self._end,
            event.AttemptStart: self._begin_part,
            event.AttemptRequest: self._requested,
            event.AttemptChunk: self._chunk,
            event.AttemptResponse: self._responded,
            event.AttemptEnd: self._attempt_end,
            event.AttemptVerdict: self._verdict,
            event.ToolStart: self._begin_part,
            event.ToolEnd: self._tool_end,
            event.ChildStart: self._child,
            event.SlugDeclared: self._nothing,
            event.Logged: self._log,
            event.FinStart: self._fin_begin,
            event.FinalReport: self._reported,
            event.FinEnd: self._fin_over,
            event.ClockStep: self._clock,
            event.Dropped: self._dropped,
        }

    @property
    def child_ids(self) -> list[str]:
        """The sessions that tool calls of this one started."""
        return [child for draft in self.drafts.values() for child in draft.children]

    @property
    def adopts(self) -> bool:
        """Whether other processes were told to hang sessions on a tool call of this one."""
        return any(draft.path is not None for draft in self.drafts.values())

    def keys(self, kind: str) -> list[Key]:
        """Segment and number of the nodes of all ``turn``s, or of all ``step``s, in the order of the session's."""
        return [draft.key for _, draft in self._numbered(kind)]

    def add(self, act: Act, segment: int = 1) -> None:
        """Take an act of a segment."""
        if self._first_at is None or (act.at < self._first_at and act.at >= 0):
            self._first_at = act.at
        if act.redacted:
            self._notes.append(redacted_note(act, segment))
        self._handlers[type(act)](act, segment)

    def note(self, note: Note) -> None:
        """Take something a reader must know about the record itself."""
        self._notes.append(note)

    def adopt(self, path: str, child: str) -> None:
        """Hang a child session on the tool call at a path, where its header says that it belongs."""
        for draft in self.drafts.values():
            if draft.kind == "tool" and draft.path == path:
                draft.children.setdefault(child, True)
                draft.stale()
                return

    def session(self, alive: frozenset[int] = frozenset(), children: Mapping[str, Session] | None = None) -> Session:
        """The session so far. ``alive`` are the segments whose writers live, ``children`` the child sessions by id."""
        children = children or {}
        freezer = Freezer(self._find, alive, children, verbose=self._verbose)
        bare = self._build(freezer, alive, children)
        notes = (*bare.notes, *inversion_notes(bare)) if self._imported else bare.notes
        return msgspec.structs.replace(bare, totals=totals(bare), notes=notes)

    def _build(self, freezer: Freezer, alive: frozenset[int], children: Mapping[str, Session]) -> Session:
        fin = self._fin(freezer)
        start = self._start
        facts = [act for act in (start, *self._changes) if act is not None]
        turns = self._nodes(freezer, "turn")
        return Session(
            session_id=self._session_id,
            agent_id=start.agent_id if start is not None else None,
            parent=self._parent,
            title=last(facts, "title"),
            latest_status=last(self._changes, "latest_status"),
            model=last(facts, "model"),
            system_prompt=last(facts, "system_prompt"),
            tags=tuple(next((act.tags for act in reversed(facts) if act.tags), ())),
            phase=self._phase(fin),
            status=self._status(fin, bool(alive), bool(turns)),
            started_at=start.at if start is not None else self._first_at or 0.0,
            ended_at=fin.ended_at if fin is not None else None,
            init=self._init(freezer),
            turns=turns,  # type: ignore[arg-type]  # the kind asked for
            steps=self._nodes(freezer, "step"),  # type: ignore[arg-type]  # the kind asked for
            logs=freezer.logs([*self._homeless(), *self._placed("session")]),
            fin=fin,
            attributes=latest("attributes", *facts),
            notes=(*self._notes, *child_notes(self.drafts.values(), children)),
        )

    def _nodes(self, freezer: Freezer, kind: str) -> tuple[Turn | Step, ...]:
        freeze = freezer.turn if kind == "turn" else freezer.step
        nodes = []
        for index, draft in self._numbered(kind):
            known = draft.frozen
            node = known if known is not None and known.index == index else freeze(draft, index)
            closed = draft.end is not None and all(part.end is not None and not part.children for part in draft.parts)
            draft.frozen = node if closed else None
            nodes.append(node)
        return tuple(nodes)

    def _numbered(self, kind: str) -> list[tuple[int, Draft]]:
        return numbered(draft for draft in self.drafts.values() if draft.kind == kind)

    def _init(self, freezer: Freezer) -> Init:
        first, end = self._start, self._init_end
        entries = list(freezer.logs(self._placed("init")))
        riding = self._riding(("session.init", first), ("session.init_complete", end))
        return Init(
            started_at=first.at if first is not None else self._first_at or 0.0,
            ended_at=end.at if end is not None else None,
            config=Config(**{part: last(self._configs, part) for part in ("providers", "tools", "prompts")}),
            logs=(*riding, *entries),
        )

    def _riding(self, *acts: tuple[str, Act | None]) -> tuple[LogEntry, ...]:
        return tuple(lifecycle_entry(slug, act) for slug, act in acts if act is not None) if self._verbose else ()

    def _fin(self, freezer: Freezer) -> Fin | None:
        begin, end = self._fin_start, self._fin_end
        if end is not None and self._last_start > end.at and not self._imported:
            return None
        if begin is None and end is None and self._report is None:
            return None
        entries = freezer.logs(self._placed("fin"))
        riding = (lifecycle_entry("session.fin", end, "FIN"),) if end is not None and end.success else ()
        return Fin(
            started_at=next(act.at for act in (begin, self._report, end) if act is not None),
            ended_at=end.at if end is not None else None,
            success=end.success if end is not None else None,
            error=end.error if end is not None else None,
            failure=end.failure if end is not None else None,
            final_report=self._report.report if self._report is not None else None,
            totals=end.totals if end is not None and self._segments <= {self._fin_segment} else None,
            logs=(*entries, *riding),
        )

    def _phase(self, fin: Fin | None) -> Phase:
        if fin is not None and fin.success is not None:
            return "fin" if fin.success else "error"
        return "running" if self._init_end is not None or self.drafts else "init"

    def _status(self, fin: Fin | None, alive: bool, any_turn: bool) -> SessionStatus:  # noqa: FBT001 - a plain fact
        if fin is not None and fin.success is not None:
            return "ok" if fin.success else "failed"
        if alive:
            return "running"
        return "interrupted" if any_turn else "abandoned"

    def _place(self, act: Act) -> str:
        """Where an entry on the session itself belongs: before the first turn, after the last, or between."""
        if self._fin_start is not None and act.at >= self._fin_start.at:
            return "fin"
        if self._init_end is None:
            return "session" if self.drafts else "init"
        return "init" if act.at <= self._init_end.at else "session"

    def _placed(self, place: str) -> list[tuple[Any, int]]:
        return [entry for entry in self._logs if self._place(entry[0]) == place]

    def _homeless(self) -> list[tuple[Any, int]]:
        """Entries on nodes of which nothing else is left."""
        lost = (draft for draft in self.drafts.values() if draft.parent is None and draft.kind not in {"turn", "step"})
        return [entry for draft in lost for entry in draft.logs]

    # -- acts --

    def _draft(self, ref: NodeRef, segment: int, kind: str, at: float) -> Draft:
        key = node_key(ref, segment)
        draft = self.drafts.get(key)
        if draft is None:
            draft = self.drafts[key] = Draft(key, kind, first_at=at)
        draft.kind = draft.kind or kind
        draft.stale()
        return draft

    def _find(self, ref: NodeRef | None, segment: int) -> Draft | None:
        return self.drafts.get(node_key(ref, segment)) if ref is not None else None

    def _header(self, act: event.Header, segment: int) -> None:
        self._segments.add(segment)
        if segment == 1 or self._parent is None:
            self._parent = act.parent
        self._imported = self._imported or act.writer.imported_from is not None

    def _session_start(self, act: Act, _: int) -> None:
        self._start = self._start or act

    def _session_set(self, act: Act, _: int) -> None:
        self._changes.append(act)

    def _config(self, act: Act, _: int) -> None:
        self._configs.append(act)

    def _init_over(self, act: Act, _: int) -> None:
        if self._init_end is None or act.at < self._init_end.at:  # every process that was forked off says it
            self._init_end = act

    def _begin(self, act: Any, segment: int) -> None:  # noqa: ANN401 - whichever act has the field
        kind = "turn" if isinstance(act, event.TurnStart) else "step"
        draft = self._draft(act.n, segment, kind, act.at)
        draft.kind, draft.start = kind, act
        self._latest = draft
        self._last_start = max(self._last_start, act.at)

    def _end(self, act: Any, segment: int) -> None:  # noqa: ANN401 - whichever act has the field
        self._draft(act.n, segment, "turn", act.at).end = act

    def _begin_part(self, act: Any, segment: int) -> None:  # noqa: ANN401 - whichever act has the field
        kind = "attempt" if isinstance(act, event.AttemptStart) else "tool"
        draft = self._draft(act.n, segment, kind, act.at)
        draft.kind, draft.start = kind, act
        parent = self._draft(act.of, segment, "turn", act.at)
        self._latest = self._latest or parent
        self._hang(draft, parent)

    def _part(self, act: Any, segment: int, kind: str) -> Draft:  # noqa: ANN401 - whichever act has the field
        """The attempt or tool call an act speaks of.

        One whose beginning is lost hangs on the turn or step begun last.
        """
        draft = self._draft(act.n, segment, kind, act.at)
        if draft.parent is None and self._latest is not None:
            self._hang(draft, self._latest)
        return draft

    def _hang(self, draft: Draft, parent: Draft) -> None:
        if draft.parent is parent:
            return
        if draft.parent is not None:
            draft.parent.parts.remove(draft)
        draft.parent = parent
        parent.parts.append(draft)
        draft.stale()

    def _requested(self, act: Act, segment: int) -> None:
        self._part(act, segment, "attempt").request = act

    def _chunk(self, act: Act, segment: int) -> None:
        self._part(act, segment, "attempt").chunks.append(act)

    def _responded(self, act: Act, segment: int) -> None:
        self._part(act, segment, "attempt").responses.append(act)

    def _attempt_end(self, act: Act, segment: int) -> None:
        draft = self._part(act, segment, "attempt")
        if draft.end is not None:  # answered, and failed all the same: what came back still counts
            draft.responses.append(draft.end)
        draft.end = act

    def _verdict(self, act: Act, segment: int) -> None:
        self._part(act, segment, "attempt").verdicts.append(act)

    def _tool_end(self, act: Act, segment: int) -> None:
        draft = self._part(act, segment, "tool")
        if draft.end is not None:  # answered, and failed all the same: what came back still counts
            kept = {name: getattr(draft.end, name) for name in act.PAYLOADS if getattr(act, name) is None}
            act = msgspec.structs.replace(act, **kept)
        draft.end = act

    def _child(self, act: event.ChildStart, segment: int) -> None:
        draft = self._draft(act.of, segment, "tool", act.at)
        draft.children.setdefault(act.session_id, act.process)
        draft.path = draft.path or act.path

    def _log(self, act: Any, segment: int) -> None:  # noqa: ANN401 - whichever act has the field
        if act.of == ROOT:
            self._logs.append((act, segment))
        else:
            self._draft(act.of, segment, "", act.at).logs.append((act, segment))

    def _fin_begin(self, act: Act, _: int) -> None:
        self._fin_start = act

    def _reported(self, act: Act, _: int) -> None:
        self._report = act

    def _fin_over(self, act: Act, segment: int) -> None:
        self._fin_end, self._fin_segment = act, segment

    def _clock(self, act: event.ClockStep, segment: int) -> None:
        self._notes.append(clock_note(act, segment))

    def _dropped(self, act: event.Dropped, segment: int) -> None:
        self._notes.append(dropped_note(act, segment))

    def _nothing(self, act: Act, _: int) -> None:
        """A declaration."""
