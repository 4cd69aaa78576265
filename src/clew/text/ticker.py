"""Acts as they happen, one row each: what ``clew tail`` prints.

A ticker remembers only which node has which path, so it can run beside a session of any length. Paths count the
operations of a turn as they begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model import event
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.entry import said
from clew.text.operation import usage_words
from clew.text.row import Row, Span, join, pad
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.act import Act, NodeRef
    from clew.model.payload import Payload

_PATH_WIDTH = 8


class Ticker:
    """Puts the acts of one session into words."""

    def __init__(self, prefix: str = "") -> None:
        """Begin before the first act; ``prefix`` stands before every path, for a session inside another one."""
        self._prefix = prefix
        self._paths: dict[tuple[int, int], str] = {}
        self._operations: dict[str, int] = {}

    def row(self, act: Act, segment: int = 1) -> Row | None:
        """The row of an act; ``None`` for one that says nothing to people."""
        words = _WORDS.get(type(act))
        if words is None:
            return None
        path = self.path(act, segment)
        said_of_it = words(act)
        if said_of_it is None:
            return None
        place = pad((Span(path, "dim"),), _PATH_WIDTH)
        return (Span(f"{numbers.clock_time(act.at)}  ", "dim"), *place, Span(" "), *said_of_it)

    def path(self, act: Any, segment: int = 1) -> str:  # noqa: ANN401 - any act, whichever of these fields it has
        """The path of the node an act speaks of; empty for the session."""
        if isinstance(act, event.TurnStart | event.StepStart):
            path = f"{act.index}" if isinstance(act, event.TurnStart) else f"s{act.index}"
            return self._paths.setdefault((segment, act.n), self._prefix + path)
        if isinstance(act, event.AttemptStart | event.ToolStart) and (segment, act.n) not in self._paths:
            parent = self._known(act.of, segment)
            place = self._operations[parent] = self._operations.get(parent, 0) + 1
            self._paths[segment, act.n] = f"{parent}-{place}"
        node = getattr(act, "n", None)
        return self._known(getattr(act, "of", 0) if node is None else node, segment)

    def _known(self, node: NodeRef, segment: int) -> str:
        place = (segment, node) if isinstance(node, int) else (node[0], node[1])
        return self._paths.get(place, self._prefix.removesuffix("."))


def act_facts(act: Act) -> dict[str, Any]:
    """An act as plain data for ``--json``.

    Its fields by name, payloads whole, without what only a reader of journals needs.
    """
    facts: dict[str, Any] = {"ev": act.__struct_config__.tag, "at": numbers.utc_time(act.at), "seq": act.seq}
    for name in act.__struct_fields__:
        value = getattr(act, name)
        if name in {"seq", "at", "new", "was"} or value is None:
            continue
        facts[name] = msgspec.Raw(encode_whole(value.value)) if name in act.PAYLOADS else value
    return facts


def _session(act: event.SessionStart[Payload] | event.SessionSet[Payload]) -> Row | None:
    about = [
        said(text)
        for text in (getattr(act, "agent_id", None), act.title, act.model, getattr(act, "latest_status", None))
        if text
    ]
    if not about and isinstance(act, event.SessionSet):  # a system prompt, tags or attributes
        return None
    return (Span(f"{signs.SESSION} session  "), *join(about, signs.BETWEEN))


def _turn(act: event.TurnStart[Payload]) -> Row:
    return join([(Span("turn"),), (Span(act.action or ""),), said(act.name or ""), _text(act.content)], "  ")


def _step(act: event.StepStart[Payload]) -> Row:
    return join([(Span("step"),), (Span(act.kind),), said(act.name or ""), _text(act.content)], "  ")


def _end(act: event.NodeEnd[Payload]) -> Row:
    return join([(Span("end"),), _status(act.status), said(act.error or "")], "  ")


def _attempt(act: event.AttemptStart[Payload]) -> Row:
    sign = signs.RETRY if act.number else signs.ATTEMPT
    return (Span(f"{sign} {' '.join(one_line(part) for part in (act.provider, act.model) if part)}"),)


def _chunk(act: event.AttemptChunk[Payload]) -> Row:
    return join([_text(act.reasoning, "dim"), _text(act.text)], "  ")


def _attempt_end(act: event.AttemptEnd[Payload]) -> Row:
    code = f" {act.http_status}" if act.http_status is not None and act.status != "ok" else ""
    usage: Row = () if act.usage is None else (Span(usage_words(act.usage)),)
    cost: Row = () if act.cost is None else (Span(numbers.money(act.cost)),)
    return join([(Span(act.status + code, signs.status_style(act.status)),), usage, cost, said(act.error or "")], "  ")


def _answer(act: event.AttemptResponse[Payload]) -> Row:
    usage: Row = () if act.usage is None else (Span(usage_words(act.usage)),)
    return join([(Span("answer broke off" if act.partial else "answer"),), usage], "  ")


def _verdict(act: event.AttemptVerdict) -> Row:
    waits = "" if act.backoff_ms is None else f"waits {numbers.duration(act.backoff_ms)}"
    rejected = "rejected" if act.rejected else ""
    because = f"because {' '.join(act.slugs)}" if act.slugs else ""
    return join([said(rejected, "retry"), said(because), said(waits)], "  ")


def _tool(act: event.ToolStart[Payload]) -> Row:
    sign = signs.CHILD if act.kind in {"agent", "workflow"} else signs.TOOL
    return (Span(f"{sign} {' '.join(one_line(part) for part in (act.name, act.command) if part)}"),)


def _tool_end(act: event.ToolEnd[Payload]) -> Row:
    return join([_status(act.status), said(" ".join(act.slugs)), said(act.error or "")], "  ")


def _child(act: event.ChildStart) -> Row:
    return (Span(f"{signs.CHILD} session {one_line(act.session_id)}"),)


def _logged(act: event.Logged[Payload]) -> Row:
    severity = act.severity
    style = {"WRN": "retry", "ERR": "failed"}.get(severity, "dim")
    return join([(Span(f"{one_line(severity)} {one_line(act.slug)}", style),), said(act.message)], "  ")


def _fin(act: event.FinEnd) -> Row:
    return join([(Span("fin"),), _status("ok" if act.success else "failed"), said(act.error or "")], "  ")


def _clock(act: event.ClockStep) -> Row:
    return (Span(f"{signs.HOLE} the wall clock was set by {numbers.duration(act.delta_ms)}", "dim"),)


def _dropped(act: event.Dropped) -> Row:
    return (Span(f"{signs.HOLE} {act.acts} acts were lost: ", "hole"), *said(act.reason))


def _status(status: str) -> Row:
    return (Span(status, signs.status_style(status)),)


def _text(payload: Payload | None, style: str = "") -> Row:
    value = None if payload is None else payload.value
    return said(value, style) if isinstance(value, str) else ()


_WORDS: dict[type[Act], Callable[[Any], Row | None]] = {
    event.SessionStart: _session,
    event.SessionSet: _session,
    event.TurnStart: _turn,
    event.StepStart: _step,
    event.NodeEnd: _end,
    event.AttemptStart: _attempt,
    event.AttemptChunk: _chunk,
    event.AttemptResponse: _answer,
    event.AttemptEnd: _attempt_end,
    event.AttemptVerdict: _verdict,
    event.ToolStart: _tool,
    event.ToolEnd: _tool_end,
    event.ChildStart: _child,
    event.Logged: _logged,
    event.FinEnd: _fin,
    event.ClockStep: _clock,
    event.Dropped: _dropped,
}
