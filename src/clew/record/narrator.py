"""The narrator: puts the acts of a session into structured log lines, as they are written.

One line when an interaction begins, one with its outcome, one for each execution, one for each warning and error. The
lines of a child session carry the user's action of the session that it works for, and a path from there.

An interaction ends with its last turn. Which one that is shows only when the next action or the end of the session
comes, and an operator should not have to wait for it; so a turn after which nothing is left to do (its model called no
tool, it failed, or its outcome was said) ends the interaction at once. If the agent goes on after all, another end
follows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

import msgspec

from clew.model import event
from clew.model.catalog import find_slug
from clew.record.clean_payload import CleanPayload
from clew.record.dispatch import dispatch
from clew.record.tidy import severity_of, text_of
from clew.record.whereabouts import Place, Whereabouts
from clew.sinks.line import Line
from clew.wire.redact import in_force
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.act import Act, NodeRef
    from clew.model.log import Source
    from clew.model.slug import Severity

_LOUD = frozenset({"WRN", "ERR"})
_IN_FORCE = ("llm_request", "llm_response", "tool_request", "tool_response")


class _Interaction:
    """What the user did, and how it goes."""

    __slots__ = ("action", "begun", "cause", "end", "open", "outcome", "path", "type", "words")

    def __init__(self, path: str, action_type: str | None, action: str | None, begun: float) -> None:
        self.path = path
        self.type = action_type
        self.action = action
        self.begun = begun
        self.end = begun
        """When its last turn ended."""
        self.open = True
        """Whether something happened that no end has told of."""
        self.outcome = "ok"
        self.words: str | None = None
        """What came of it, as the agent says."""
        self.cause: str | None = None
        """The slug of what went wrong last."""


class Narrator:
    """Tells of one session."""

    def __init__(self, header: event.Header, agent_id: str | None, segment: Callable[[], int]) -> None:
        """``segment`` tells the segment that is being written."""
        parent = header.parent
        self.agent_id = agent_id
        """Who acts."""
        self._session_id = header.session_id
        self._segment = segment
        self._parent_id = parent.session_id if parent is not None else None
        self._above: Narrator | None = _narrators.get(parent.session_id) if parent is not None else None
        above: Whereabouts = self._above.whereabouts if self._above is not None else Whereabouts("")
        place = f"{above.prefix}{parent.path}" if parent is not None else ""
        host = above.tool_at(place)
        self._works_off = host is not None and host.kind == "workflow"
        self.whereabouts: Whereabouts = Whereabouts(f"{place}." if place else "")
        """The session's nodes."""
        self._own: _Interaction | None = None
        self._failed: str | None = None
        _narrators[header.session_id] = self

    def __call__(self, act: Act) -> None:
        """Take in an act, and tell of it if there is something to tell."""
        self.whereabouts.segment = self._segment()  # it may wait for the journal, whose holder may wait for the lock
        with dispatch.lock:
            place = self.whereabouts.note(act)
            telling = self._TELLING.get(type(act))
            if telling is not None:
                telling(self, act, place)

    @property
    def root_id(self) -> str:
        """The outermost session that this process knows of."""
        return self._above.root_id if self._above is not None else self._parent_id or self._session_id

    @property
    def agent_path(self) -> str | None:
        """The agents from the outermost one to this one."""
        above = self._above.agent_path if self._above is not None else None
        return ":".join(agent for agent in (above, self.agent_id) if agent) or None

    @property
    def interaction(self) -> _Interaction | None:
        """What the user did that this session works for."""
        return self._above.interaction if self._above is not None else self._own

    # -- interactions --

    def _start(self, act: event.SessionStart[Any], _: Place | None) -> None:
        self.agent_id = act.agent_id

    def _turn(self, act: event.TurnStart[Any], place: Place) -> None:
        if self._parent_id is not None:
            self._works_off = self._works_off or act.action == "workflow"
        elif act.action is not None or self._own is None:
            self._begin(place, act.action, act.name)
        elif self._own is not None:
            self._own.open = True

    def _step(self, act: event.StepStart[Any], place: Place) -> None:
        if act.action is not None and self._parent_id is None:
            self._begin(place, act.action, act.action_name)

    def _begin(self, place: Place, action_type: str | None, action: str | None) -> None:
        self._conclude(place.start)
        self._own = _Interaction(place.path, action_type, None if action_type == "message" else action, place.start)
        words = f"{action_type or 'interaction'} {self._own.action or ''}".strip()
        self._tell(place.start, "interaction.begin", "VRB", f"{words} begins", path=place.path)

    def _end(self, act: event.NodeEnd[Any], place: Place | None) -> None:
        if place is None:
            return
        if self._works_off and place.kind == "turn":
            self._execution(place, "workflow_step", _outcome(place), self._failed, act.error)
            self._failed = None
        own = self._own
        if own is None or (place.kind == "step" and own.path != place.path):
            return
        own.end, own.outcome = act.at, _outcome(place)
        own.words = act.outcome or own.words
        if act.outcome or own.outcome != "ok" or not (place.attempts and place.tools):
            self._conclude(act.at)

    def _conclude(self, at: float) -> None:
        """Tell what came of the interaction, unless nothing happened since that was told."""
        own = self._own
        if own is not None and own.open:
            self._outcome_line(at, own, own.cause if own.outcome != "ok" else None, None, None)

    def _outcome_line(
        self, at: float, own: _Interaction, slug: str | None, origin: str | None, incident: str | None
    ) -> None:
        own.open = False
        failed = own.outcome not in {"ok", "cancelled"}
        severity: Severity = "ERR" if failed else "WRN" if own.outcome == "cancelled" else "FIN"
        words = f"{own.type or 'interaction'} {own.action or ''}".strip()
        self._tell(
            at,
            "interaction.end",
            severity,
            f"{words}: {own.words or own.outcome}",
            path=own.path,
            outcome=own.outcome,
            slug=slug,
            origin=origin or _origin(slug),
            incident=incident,
            duration_ms=round(own.end - own.begun, 3),
        )

    def _fin(self, act: event.FinEnd, _: Place | None) -> None:
        if self._parent_id is not None:
            return
        if act.success:
            self._conclude(act.at)
            return
        own = self._own = self._own or _Interaction("init", None, None, act.at)
        failure = act.failure
        slug = (failure.slug if failure is not None else None) or own.cause
        own.outcome = "cancelled" if _origin(slug) == "user" else "failed"
        own.end, own.words = act.at, own.words or act.error
        self._outcome_line(
            act.at,
            own,
            slug,
            failure.origin if failure is not None else None,
            failure.incident if failure is not None else None,
        )

    # -- executions and log entries --

    def _tool_end(self, act: event.ToolEnd[Any], place: Place | None) -> None:
        if place is not None:
            self._execution(place, place.kind, act.status, act.slugs[0] if act.slugs else None, act.error)

    def _execution(self, place: Place, kind: str, outcome: str, slug: str | None, error: str | None) -> None:
        failed = outcome != "ok"
        name = place.name or place.path
        self._tell(
            place.end or place.start,
            "execution",
            "WRN" if failed else "VRB",
            f"{kind} {name}: {error or outcome}",
            path=place.path,
            kind=kind,
            name=name,
            outcome=outcome,
            slug=slug if failed else None,
            origin=_workflow_origin(kind, slug) if failed else None,
            duration_ms=round((place.end or place.start) - place.start, 3),
        )

    def _logged(self, act: event.Logged[Any], _: Place | None) -> None:
        if act.severity not in _LOUD:
            return
        place = self.whereabouts.at(act.of) if act.of else None
        attempt = self.whereabouts.at(act.llm_request)
        interaction = self.interaction
        if interaction is not None and (_origin(act.slug) is not None or interaction.cause is None):
            interaction.cause = act.slug
        self._failed = act.slug
        self._tell(
            act.at,
            "log",
            act.severity,  # type: ignore[arg-type]  # one of the two
            act.message,
            path=place.path if place is not None else None,
            kind=place.kind if place is not None else "session",
            name=place.name if place is not None else None,
            slug=act.slug,
            origin=_origin(act.slug),
            provider=attempt.provider if attempt is not None else None,
            model=attempt.model if attempt is not None else None,
            source=act.source,
            details=details_of(act.details.value) if act.details is not None else {},
            payloads=self._in_force(act),
        )

    def _in_force(self, act: event.Logged[Any]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name in _IN_FORCE:
            ref: NodeRef | None = getattr(act, name)
            place = self.whereabouts.at(ref)
            payload = getattr(place, name.partition("_")[2], None)
            if payload is not None:
                found[name] = json_of(payload.value)
        return found

    def _tell(self, at: float, what: Any, severity: Severity, message: str, **fields: Any) -> None:  # noqa: ANN401 - the fields of a line
        interaction = self.interaction
        dispatch.emit(
            Line(
                at=at,
                event=what,
                severity=severity,
                message=message,
                session_id=self._session_id,
                parent_session_id=self._parent_id,
                root_session_id=self.root_id,
                agent_id=self.agent_id,
                agent_path=self.agent_path,
                action_type=interaction.type if interaction is not None else None,
                action=interaction.action if interaction is not None else None,
                **fields,
            )
        )

    _TELLING: ClassVar[dict[type[Act], Callable[[Any, Any, Any], None]]] = {
        event.SessionStart: _start,
        event.TurnStart: _turn,
        event.StepStart: _step,
        event.NodeEnd: _end,
        event.ToolEnd: _tool_end,
        event.Logged: _logged,
        event.FinEnd: _fin,
    }


def tell_outside(
    slug: object, message: object, severity: object, details: dict[str, Any], source: Source | None
) -> None:
    """Tell the sinks of a log entry that belongs to no session, without the secrets in it. Never raises."""
    slug, message = (in_force().text(text_of(text)) for text in (slug, message))
    declared = find_slug(slug)
    dispatch.emit(
        Line(
            at=time.time_ns() / 1e6,
            event="log",
            severity=severity_of(severity) or (declared.severity if declared is not None else "WRN"),
            message=message or (declared.description if declared is not None else slug),
            slug=slug,
            origin=_origin(slug),
            source=source,
            details=details_of(CleanPayload(details).value) if details else {},
        )
    )


def details_of(details: Any) -> dict[str, str]:  # noqa: ANN401 - what an application said
    """Named values as text: strings as they are, others as JSON."""
    named = details if isinstance(details, dict) else {"details": details}
    return {str(key): value if type(value) is str else json_of(value).decode() for key, value in named.items()}


def json_of(value: Any) -> bytes:  # noqa: ANN401 - any object of the application
    """A payload as JSON."""
    return bytes(value) if isinstance(value, msgspec.Raw) else encode_whole(value)


def _outcome(place: Place) -> str:
    """How a turn or step went: its own status, else that of the model or tool it ended with."""
    last = place.last
    if place.status != "ok" or last is None:
        return place.status
    return last.status if last.kind == "attempt" or not place.attempts else "ok"


def _origin(slug: str | None) -> str | None:
    declared = find_slug(slug) if slug is not None else None
    return declared.origin if declared is not None else None


def _workflow_origin(kind: str, slug: str | None) -> str | None:
    """Where a failed execution's failure comes from: a workflow's own, unless something else is known better."""
    origin = _origin(slug)
    return "workflow" if kind.startswith("workflow") and origin in {None, "tool", "agent"} else origin


_narrators: WeakValueDictionary[str, Narrator] = WeakValueDictionary()
"""Those of this process, by session id: a child session asks its parent's for the user's action."""
