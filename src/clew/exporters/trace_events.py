"""The events of a trace: what happened in a session, flat and in order of time.

Every model call, every text and every token count is there, also of calls that failed, were sent again or were
rejected. What has not ended has no event for its end. The events of child sessions are not among those of their
parent: its tool result shows what the parent saw, and a child has a trace of its own.

An ``error`` event stands for a failed model call, an entry logged as ``ERR``, and a turn, step or session that ended
with an error of which nothing inside it told. A failed tool call is told by its result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.exporters.trace_text import as_text
from clew.model.session import Attempt, ToolCall, Turn
from clew.model.usage import Usage
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.model.log import LogEntry
    from clew.model.payload import Payload
    from clew.model.session import Action, Session, Step

Event = dict[str, Any]
"""The fields of an event after its timestamp."""

_TYPED = re.compile(r"([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Timeout|Warning|Group)): (.*)", re.DOTALL)
"""An error in words that begins with the class of an exception."""


class Moment(NamedTuple):
    """An event to come."""

    at: float
    """Milliseconds since the epoch."""
    event: Callable[[], Event]
    """Makes the event; to be called in order of time, as token counts are summed on the way."""


def moments(session: Session) -> list[Moment]:
    """The events of a session in order of time; what happened at the same moment stands in the order of cause."""
    return sorted(_Teller(session).tell(), key=lambda moment: moment.at)


class _Teller:
    """Goes through one session and remembers what it has told."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: set[str] = set()
        """Errors in words, of the whole session or, inside a turn or step, of that one."""
        self._sum = Usage()
        self._tools: tuple[object, list[str]] = (None, [])
        """The tools that were declared last, and what they are called."""

    def tell(self) -> Iterator[Moment]:
        session = self._session
        yield from self._entries(session.init.logs)
        parts: list[Turn | Step] = [*session.turns, *session.steps]
        for part in sorted(parts, key=lambda part: part.started_at):
            yield from self._part(part)
        yield from self._entries(session.logs)
        if session.fin is not None:
            yield from self._entries(session.fin.logs)
            yield from self._end(session.fin.error, session.fin.ended_at, "session.error")

    def _part(self, part: Turn | Step) -> Iterator[Moment]:
        told_before, self._told = self._told, set()
        if part.action is not None:
            yield _user_input(part.started_at, part.action)
        for operation in operations(part):
            if isinstance(operation, Attempt):
                yield from self._attempt(operation)
            else:
                yield from _tool(operation)
                yield from self._entries(operation.logs)
        yield from self._entries(part.logs)
        yield from self._end(part.error, part.ended_at, "turn.failed" if isinstance(part, Turn) else "step.failed")
        self._told |= told_before

    def _attempt(self, attempt: Attempt) -> Iterator[Moment]:
        yield Moment(attempt.started_at, lambda: self._llm_request(attempt.request))
        yield from self._answer(attempt)
        if attempt.status in {"failed", "timeout"}:
            yield self._failed(attempt)
        else:
            yield from self._entries(attempt.logs)

    def _llm_request(self, request: Payload | None) -> Event:
        return {
            "event_type": "llm_request",
            "messages_count": _messages_count(request),
            "tools": self._tool_names(_part(request, "tools")),
        }

    def _tool_names(self, tools: Payload | None) -> list[str]:
        """What the tools of a request are called: those of most requests are those of the one before."""
        if tools is None:
            return []
        token = tools.token
        if token is None or token != self._tools[0]:
            self._tools = (token, _tools(tools.value))
        return self._tools[1]

    def _answer(self, attempt: Attempt) -> Iterator[Moment]:
        response, ended = attempt.response, attempt.ended_at
        if response is None or ended is None:
            return
        text = response.text
        if text or (response.payload is not None and isinstance(response.payload.value, str)):
            yield Moment(ended, lambda: {"event_type": "llm_response", "content": text})
        if response.usage is not None:
            usage = response.usage
            yield Moment(ended, lambda: self._token_usage(usage))

    def _token_usage(self, usage: Usage) -> Event:
        self._sum += usage
        total = _counts(self._sum)
        return {
            "event_type": "token_usage",
            "last_request": _counts(usage),
            "cumulative": {f"total_{name}": count for name, count in total.items()},
        }

    def _failed(self, attempt: Attempt) -> Moment:
        entry = next((entry for entry in reversed(attempt.logs) if entry.severity in {"WRN", "ERR"}), None)
        message = attempt.error or (entry.message if entry is not None else "")
        slug = attempt.slugs[0] if attempt.slugs else f"llm.{attempt.status}"
        self._told.update({message, entry.message} if entry is not None else {message})
        error = _error(message, entry.details if entry is not None else None, slug)
        return Moment(attempt.started_at if attempt.ended_at is None else attempt.ended_at, lambda: error)

    def _entries(self, entries: tuple[LogEntry, ...]) -> Iterator[Moment]:
        for entry in entries:
            if entry.severity == "ERR":
                self._told.add(entry.message)
                error = _error(entry.message, entry.details, entry.slug)
                yield Moment(entry.timestamp, lambda error=error: error)  # type: ignore[misc]  # bound early

    def _end(self, error: str | None, ended: float | None, slug: str) -> Iterator[Moment]:
        """The error a turn, a step or the session ended with, if nothing told it before."""
        if error and ended is not None and error not in self._told:
            self._told.add(error)
            yield Moment(ended, lambda: _error(error, None, slug))


def _user_input(at: float, action: Action) -> Moment:
    """What the user typed, else what the user chose."""
    return Moment(
        at,
        lambda: {
            "event_type": "user_input",
            "content": as_text(action.content.value) if action.content is not None else action.name or "",
        },
    )


def _messages_count(request: Payload | None) -> int | None:
    """How many messages a request carries, in the words of the known protocols; ``None`` if that is unknown.

    The messages themselves, which may be the whole conversation, are not loaded.
    """
    for name in ("messages", "input", "contents"):
        messages = _part(request, name)
        if messages is not None:
            count = messages.count()
            return count if count is not None else 1
    told = _part(request, "messages_count")
    return told.value if told is not None and isinstance(told.value, int) else None


def _part(request: Payload | None, name: str) -> Payload | None:
    return request.part(name) if request is not None else None


def _tools(tools: object) -> list[str]:
    return [name for tool in tools for name in _names(tool)] if isinstance(tools, list) else []


def _names(tool: object) -> list[str]:
    """What a declaration of a tool calls it, in the shapes of the known protocols."""
    if isinstance(tool, str):
        return [tool]
    if not isinstance(tool, dict):
        return []
    for holder in (tool, tool.get("function")):
        if isinstance(holder, dict) and isinstance(holder.get("name"), str):
            return [holder["name"]]
    return [tool["type"]] if isinstance(tool.get("type"), str) else []


def _tool(tool: ToolCall) -> Iterator[Moment]:
    names = {"tool_name": tool.name, "command": tool.command}
    yield Moment(tool.started_at, lambda: {"event_type": "tool_call", **names, "parameters": _parameters(tool.request)})
    if tool.ended_at is not None:
        yield Moment(tool.ended_at, lambda: {"event_type": "tool_result", **names, **_result(tool)})


def _parameters(request: Payload | None) -> object:
    return {} if request is None else request.value


def _result(tool: ToolCall) -> Event:
    result = as_text(tool.response.value) if tool.response is not None else ""
    if tool.status == "ok":
        return {"result": result, "success": True, "result_length": len(result)}
    error = tool.error or (tool.slugs[0] if tool.slugs else tool.status)
    return {"result": result, "success": False, "error": error, "result_length": len(result)}


def _error(message: str, details: Payload | None, slug: str) -> Event:
    """An error: its class if it is known, else its slug."""
    name, text = _class_and_text(message, details)
    return {"event_type": "error", "error_type": name or slug, "message": text}


def _class_and_text(message: str, details: Payload | None) -> tuple[str | None, str]:
    """What an entry about an exception says apart: its class, and its words without the class before them."""
    value = details.value if details is not None else None
    exception = value.get("exception") if isinstance(value, dict) else None
    if isinstance(exception, str):
        name, _, text = message.partition(": ")
        return (name, text) if f".{exception}".endswith(f".{name}") else (exception.rpartition(".")[2], message)
    typed = _TYPED.fullmatch(message)
    return (typed[1], typed[2]) if typed is not None else (None, message)


def _counts(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
