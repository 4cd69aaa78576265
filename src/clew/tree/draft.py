"""Nodes in the making: what the acts said of one node so far, and the frozen node that follows from it.

A draft only collects; nothing depends on the order in which its acts come. A node whose first act was lost is still
built from the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clew.model.log import Context, LogEntry
from clew.model.session import Action, Attempt, Response, Step, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clew.model.act import Act, NodeRef
    from clew.model.payload import Payload
    from clew.model.session import NodeStatus, Session

Key = tuple[int, int]
"""Segment and number of a node."""


def node_key(ref: NodeRef, segment: int) -> Key:
    """The node that an act of a segment refers to."""
    return (segment, ref) if isinstance(ref, int) else (ref[0], ref[1])


@dataclass(eq=False)
class Draft:
    """The acts of one node."""

    key: Key
    kind: str
    """``turn``, ``step``, ``attempt`` or ``tool``; empty while only log entries speak of it."""
    parent: Draft | None = None
    start: Any = None
    end: Any = None
    first_at: float = 0.0
    """Time of the first act that named the node."""
    request: Any = None
    """What an attempt sent, where it was said after the beginning."""
    chunks: list[Any] = field(default_factory=list)
    responses: list[Any] = field(default_factory=list)
    verdicts: list[Any] = field(default_factory=list)
    logs: list[tuple[Any, int]] = field(default_factory=list)
    """With the segment each was written in."""
    path: str | None = None
    """Path of a tool call that lets other processes record child sessions."""
    children: dict[str, bool] = field(default_factory=dict)
    """Ids of the sessions a tool call started, and whether another process was told to record them."""
    parts: list[Draft] = field(default_factory=list)
    """Attempts and tool calls of a turn or a step."""
    frozen: Any = None
    """The node, while nothing changed."""

    @property
    def started_at(self) -> float:
        """When the node began; if that is lost, when it is first heard of."""
        return float(self.start.at) if self.start is not None else self.first_at

    @property
    def ended_at(self) -> float | None:
        """When the node ended."""
        return float(self.end.at) if self.end is not None else None

    def stale(self) -> None:
        """Forget the frozen node, and those that hold it."""
        self.frozen = None
        if self.parent is not None:
            self.parent.frozen = None


class Freezer:
    """Makes frozen nodes of drafts: one for each look at a session."""

    def __init__(
        self,
        find: Callable[[NodeRef | None, int], Draft | None],
        alive: frozenset[int],
        children: Mapping[str, Session],
        *,
        verbose: bool,
    ) -> None:
        """``find`` resolves references, ``alive`` segments whose writers live, ``children`` child sessions by id."""
        self._find = find
        self._alive = alive
        self._children = children
        self._verbose = verbose

    def turn(self, draft: Draft, index: int) -> Turn:
        """A turn, with the index it has got."""
        start, end = draft.start, draft.end
        return Turn(
            index=index,
            action=_action(start, start.name if start is not None else None, end),
            status=self._status(draft),
            error=end.error if end is not None else None,
            attempts=self._attempts(draft),
            tools=self._tools(draft),
            logs=self.logs(draft.logs),
            started_at=draft.started_at,
            ended_at=draft.ended_at,
            attributes=_latest("attributes", start, end),
        )

    def step(self, draft: Draft, index: int) -> Step:
        """A step, with the index it has got."""
        start, end = draft.start, draft.end
        return Step(
            index=index,
            kind=start.kind if start is not None else "system",
            name=start.name if start is not None else None,
            action=_action(start, start.action_name if start is not None else None, end),
            status=self._status(draft),
            error=end.error if end is not None else None,
            attempts=self._attempts(draft),
            tools=self._tools(draft),
            logs=self.logs(draft.logs),
            started_at=draft.started_at,
            ended_at=draft.ended_at,
            attributes=_latest("attributes", start, end),
        )

    def logs(self, entries: list[tuple[Any, int]]) -> tuple[LogEntry, ...]:
        """Log entries that belong into the tree, in the order of their times."""
        if not entries:
            return ()
        kept = [self._log(act, segment) for act, segment in entries if self._verbose or act.severity != "VRB"]
        return tuple(sorted(kept, key=_timestamp))

    def _attempts(self, draft: Draft) -> tuple[Attempt, ...]:
        attempts = sorted((part for part in draft.parts if part.kind == "attempt"), key=_attempt_order)
        return tuple(self._attempt(part, position) for position, part in enumerate(attempts))

    def _tools(self, draft: Draft) -> tuple[ToolCall, ...]:
        tools = sorted((part for part in draft.parts if part.kind == "tool"), key=_order)
        return tuple(self._tool(part, position) for position, part in enumerate(tools, 1))

    def _attempt(self, draft: Draft, number: int) -> Attempt:
        start, end = draft.start, draft.end
        response = _response(draft)
        rejected = any(verdict.rejected for verdict in draft.verdicts)
        accepted = end is not None and end.status == "ok" and response is not None
        waits = [verdict.backoff_ms for verdict in draft.verdicts if verdict.backoff_ms is not None]
        return Attempt(
            number=number,
            provider=start.provider if start is not None else None,
            model=start.model if start is not None else None,
            request=_request(draft),
            response=response,
            status=self._status(draft),
            verdict="rejected" if rejected else "accepted" if accepted else None,
            slugs=tuple(dict.fromkeys(slug for verdict in draft.verdicts for slug in verdict.slugs)),
            error=end.error if end is not None else None,
            http_status=end.http_status if end is not None else None,
            backoff_ms=waits[-1] if waits else None,
            first_token_at=_first_token(draft),
            started_at=draft.started_at,
            ended_at=draft.ended_at,
            logs=(*self._lifecycle(draft, "llm.request", "llm.response"), *self.logs(draft.logs)),
            attributes=_latest("attributes", start, end),
        )

    def _tool(self, draft: Draft, index: int) -> ToolCall:
        start, end = draft.start, draft.end
        return ToolCall(
            index=index,
            name=start.name if start is not None else "?",
            call_id=start.call_id if start is not None else None,
            kind=start.kind if start is not None else "function",
            command=start.command if start is not None else None,
            request=start.request if start is not None else None,
            response=end.response if end is not None else None,
            status=self._status(draft),
            slugs=tuple(end.slugs) if end is not None else (),
            error=end.error if end is not None else None,
            child_session=next((self._children[child] for child in draft.children if child in self._children), None),
            accounting=end.accounting if end is not None else None,
            started_at=draft.started_at,
            ended_at=draft.ended_at,
            logs=(*self._lifecycle(draft, "tool.request", "tool.response"), *self.logs(draft.logs)),
            attributes=_latest("attributes", start, end),
        )

    def _status(self, draft: Draft) -> NodeStatus:
        if draft.end is not None:
            status: NodeStatus = draft.end.status
            return status
        return "running" if draft.key[0] in self._alive else "interrupted"

    def _lifecycle(self, draft: Draft, begin: str, end: str) -> tuple[LogEntry, ...]:
        """The verbose entries that ride on the acts which begin and end a node."""
        if not self._verbose:
            return ()
        acts = ((begin, draft.start), (end, draft.end))
        return tuple(lifecycle_entry(slug, act) for slug, act in acts if act is not None)

    def _log(self, act: Any, segment: int) -> LogEntry:  # noqa: ANN401 - whichever act has the field
        loud = act.severity in {"WRN", "ERR"}
        return LogEntry(
            timestamp=act.at,
            severity=act.severity,
            slug=act.slug,
            message=act.message,
            source=act.source,
            details=act.details,
            context=self._context(act, segment) if loud else None,
            registered=act.registered,
        )

    def _context(self, act: Any, segment: int) -> Context:  # noqa: ANN401 - whichever act has the field
        return Context(
            llm_request=_request(self._find(act.llm_request, segment)),
            llm_response=_answer(self._find(act.llm_response, segment)),
            tool_request=_request(self._find(act.tool_request, segment)),
            tool_response=_answer(self._find(act.tool_response, segment)),
        )


def lifecycle_entry(slug: str, act: Act, severity: Any = "VRB") -> LogEntry:  # noqa: ANN401 - a severity
    """The log entry that rides on an act which begins or ends a node."""
    return LogEntry(timestamp=act.at, severity=severity, slug=slug, message=slug)


def _timestamp(entry: LogEntry) -> float:
    return entry.timestamp


def _order(draft: Draft) -> Key:
    return draft.key


def _attempt_order(draft: Draft) -> tuple[float, Key]:
    return (draft.start.number if draft.start is not None else float("inf"), draft.key)


def _latest(name: str, *acts: Any) -> Any:  # noqa: ANN401 - whichever act has the field
    """The last payload that any of these acts gave for a field; a dict is laid over an earlier dict."""
    if all(act is None or getattr(act, name) is None for act in acts):
        return None
    given: list[Payload] = [getattr(act, name) for act in acts if act is not None and getattr(act, name) is not None]
    if len(given) < 2:  # noqa: PLR2004 - two
        return given[0] if given else None
    values = [payload.value for payload in given]
    if all(isinstance(value, dict) for value in values):
        return type(given[0]).of({key: item for value in values for key, item in value.items()})
    return given[-1]


latest = _latest


def _action(start: Any, name: str | None, end: Any) -> Action | None:  # noqa: ANN401 - whichever act has the field
    if start is None or start.action is None:
        return None
    return Action(type=start.action, name=name, content=start.content, outcome=end.outcome if end is not None else None)


def _response(draft: Draft) -> Response | None:
    """What came back so far, part by part: pieces of a stream, a whole answer, usage that came later."""
    end = draft.end
    if not draft.responses and not draft.chunks:
        return _answered(end) if end is not None and _answers(end) else None
    parts = [*draft.responses, *([end] if end is not None and _answers(end) else [])]
    return Response(
        payload=last(parts, "response"),
        partial=any(part.partial for part in parts) or (bool(draft.chunks) if end is None else end.partial),
        streamed_text=_streamed(draft, "text", last(parts, "text")),
        streamed_reasoning=_streamed(draft, "reasoning", last(parts, "reasoning")),
        model=last(parts, "model"),
        declared_stop_reason=last(parts, "stop_reason"),
        usage=last(parts, "usage"),
        cost=last(parts, "cost"),
    )


def _answered(end: Any) -> Response:  # noqa: ANN401 - whichever act has the field
    """The commonest answer: it came in one piece."""
    return Response(
        payload=end.response,
        partial=end.partial,
        streamed_text=str(end.text.value) if end.text is not None else None,
        streamed_reasoning=str(end.reasoning.value) if end.reasoning is not None else None,
        model=end.model,
        declared_stop_reason=end.stop_reason,
        usage=end.usage,
        cost=end.cost,
    )


def _answers(end: Any) -> bool:  # noqa: ANN401 - whichever act has the field
    """Whether the act that ends an attempt says anything of an answer."""
    facts = (end.response, end.usage, end.text, end.reasoning, end.cost, end.model, end.stop_reason)
    return any(fact is not None for fact in facts)


def last(parts: list[Any], name: str) -> Any:  # noqa: ANN401 - whichever act has the field
    """The last thing that any of these acts says of a field."""
    return next((getattr(part, name) for part in reversed(parts) if getattr(part, name) is not None), None)


def _streamed(draft: Draft, name: str, final: Payload | None) -> str | None:
    """The text of a stream: as declared in the end, else its pieces in order."""
    if final is not None:
        return str(final.value)
    pieces = [getattr(chunk, name) for chunk in sorted(draft.chunks, key=lambda chunk: chunk.seq)]
    texts = [piece.value for piece in pieces if piece is not None]
    return "".join(text if isinstance(text, str) else "[lost]" for text in texts) if texts else None


def _first_token(draft: Draft) -> float | None:
    told = draft.end.first_token_at if draft.end is not None else None
    if told is not None or not draft.chunks:
        return told
    return min(float(chunk.at) for chunk in draft.chunks)


def _request(draft: Draft | None) -> Payload | None:
    if draft is None:
        return None
    told = (act.request for act in (draft.start, draft.request) if act is not None)
    return next((request for request in told if request is not None), None)


def _answer(draft: Draft | None) -> Payload | None:
    if draft is None:
        return None
    if draft.kind == "tool":
        return draft.end.response if draft.end is not None else None
    response = _response(draft)
    return response.payload if response is not None else None
