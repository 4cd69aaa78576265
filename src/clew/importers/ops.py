"""The operations of an opTree, as turns, steps, attempts and tool calls.

Acts stand in the order of their times, because operations run side by side. An attempt that was followed by another one
in its turn did not do, whatever its status; one that failed although the model answered was rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clew.importers.identity import Identity, identify
from clew.importers.op import Op, list_of
from clew.importers.op_answer import attempt_end, reasoning_acts
from clew.importers.op_log import attempt_slugs, logged
from clew.importers.optree_file import opened
from clew.importers.script import END, Script
from clew.importers.stage import Span
from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import object_or_empty, text_or
from clew.model.act import ABSENT, Act
from clew.model.event import (
    AttemptStart,
    AttemptVerdict,
    ChildStart,
    NodeEnd,
    StepStart,
    ToolEnd,
    ToolStart,
    TurnStart,
)
from clew.model.session import StepKind

_STEP_KINDS: dict[str, StepKind] = {
    "user": "command",
    "advisors": "router",
    "router_handoff": "router",
    "handoff": "handoff",
}


class Ops:
    """The operations of one session node."""

    def __init__(self, identity: Identity) -> None:
        """Nothing is told yet."""
        self.script = Script()
        """Where everything is written."""
        self.prompts: dict[str, Any] = {}
        """The prompts of the first turn that names any."""
        self.model: str | None = None
        """The first model that was asked."""
        self.init_ended_at: float | None = None
        """When INIT was over."""
        self.last_at = identity.started_at
        """The last time there is."""
        self._identity = identity
        self._children: list[tuple[Identity, Span, int]] = []
        self._turns = 0
        self._steps = 0

    def tell(self) -> None:
        """Take every turn and every step."""
        for turn in list_of(self._identity.tree.get("turns")):
            if not isinstance(turn, dict):
                self._entry("no turn", turn)
            elif turn.get("index") == 0:
                self._outside(turn)
            else:
                self._turn(turn)
        for step in list_of(self._identity.tree.get("steps")):
            if isinstance(step, dict):
                self._step(step)
            else:
                self._entry("no step", step)

    def children(self) -> Iterator[tuple[Identity, str]]:
        """The sessions that operations started, and the path of each."""
        yield from ((child, span.path(n)) for child, span, n in self._children)

    # -- turns and steps ------------------------------------------------------

    def _outside(self, turn: dict[str, Any]) -> None:
        """Take turn 0: INIT, FIN, and what was done outside of any turn."""
        for op in self._ops_of(turn, self._identity.started_at):
            label = op.told("label") or op.told("name")
            if op.kind != "system" or label not in {"init", "fin"}:
                self._single(op)
                continue
            self._logs(op, 0)
            if label == "init":
                self.init_ended_at = op.ended_at

    def _turn(self, turn: dict[str, Any]) -> None:
        self._turns += 1
        span = self._span(str(self._turns), turn)
        attributes = {**object_or_empty(turn.get("attributes")), "index": turn.get("index"), "id": turn.get("id")}
        prompts = object_or_empty(attributes.get("prompts"))
        user = prompts.get("user") if not self.prompts else None
        self.prompts = self.prompts or prompts
        self._add(
            TurnStart(
                at=span.started_at,
                n=span.n,
                index=self._turns,
                action="message" if user is not None else None,
                content=user,
                attributes=attributes,
            )
        )
        self._parts(turn, span)
        self._end(turn, span)

    def _step(self, step: dict[str, Any]) -> None:
        kind = text_or(step.get("kind"), "system")
        attributes = {**object_or_empty(step.get("attributes")), "index": step.get("index"), "id": step.get("id")}
        span = self._begin_step(step, _STEP_KINDS.get(kind, "system"), kind, attributes)
        self._parts(step, span)
        self._end(step, span)

    def _begin_step(self, data: dict[str, Any], kind: StepKind, name: str | None, attributes: object) -> Span:
        self._steps += 1
        span = self._span(f"s{self._steps}", data)
        self._add(
            StepStart(at=span.started_at, n=span.n, index=self._steps, kind=kind, name=name, attributes=attributes)
        )
        return span

    def _single(self, op: Op) -> None:
        """Take an operation that is a step of its own."""
        name = op.told("label") or op.told("name") or op.kind
        span = self._begin_step(op.data, "system", name, op.attributes if op.kind == "system" else ABSENT)
        if op.kind == "system":
            self._logs(op, span.n)
            span.status = "failed" if op.failed else "ok"
        elif op.kind == "llm":
            self._attempt(op, span, is_last=True)
        else:
            self._tool(op, span)
        self._end(op.data, span)

    def _parts(self, holder: dict[str, Any], span: Span) -> None:
        ops = list(self._ops_of(holder, span.started_at))
        asked = [op for op in ops if op.kind == "llm"]
        for op in ops:
            if op.kind == "llm":
                self._attempt(op, span, is_last=op is asked[-1])
            elif op.kind == "system":
                self._single(op)
            else:
                self._tool(op, span)
        if asked and asked[-1].failed:
            span.status, span.error = "failed", asked[-1].error

    def _end(self, data: dict[str, Any], span: Span) -> None:
        at = epoch_milliseconds(data.get("endedAt"))
        if at is not None:
            self._add(NodeEnd(at=at, n=span.n, status=span.status, error=span.error), END)

    # -- operations -----------------------------------------------------------

    def _attempt(self, op: Op, span: Span, *, is_last: bool) -> None:
        n = self.script.number()
        self.model = self.model or op.told("model")
        self._add(
            AttemptStart(
                at=op.started_at,
                n=n,
                of=span.n,
                number=span.attempt(n, op.started_at),
                provider=op.told("provider"),
                model=op.told("model"),
                request=opened(op.request),
                attributes={**op.attributes, "opId": op.data.get("opId")},
            )
        )
        for chunk in reasoning_acts(op, n):
            self._add(chunk)
        rejected = (op.failed and op.was_answered) or (not op.failed and not is_last)
        if op.ended_at is not None:
            self._add(attempt_end(op, n, rejected=rejected), END)
            if op.failed or rejected:
                self._add(AttemptVerdict(at=op.ended_at, n=n, rejected=rejected, slugs=attempt_slugs(op)), END)
        self._logs(op, n)

    def _tool(self, op: Op, span: Span) -> None:
        n = self.script.number()
        self._add(
            ToolStart(
                at=op.started_at,
                n=n,
                of=span.n,
                name=op.told("name") or op.told("label") or op.kind,
                call_id=op.told("toolCallId"),
                kind=op.tool_kind,
                command=op.told("command"),
                request=opened(op.request),
                attributes={**op.attributes, "opId": op.data.get("opId")},
            )
        )
        span.call(n, op.started_at)
        if op.child is not None:
            child = identify(op.child, f"{self._identity.key}/{op.data.get('opId', n)}", op.started_at)
            self._children.append((child, span, n))
            self._add(ChildStart(at=op.started_at, of=n, session_id=child.session_id))
        if op.ended_at is not None:
            end = ToolEnd(
                at=op.ended_at,
                n=n,
                status="failed" if op.failed else "ok",
                slugs=[op.slug()] if op.failed else [],
                error=(op.error or "The tool failed.") if op.failed else None,
                response=opened(op.response),
                accounting=op.accounting or ABSENT,
            )
            self._add(end, END)
        self._logs(op, n)

    # -- what is common -------------------------------------------------------

    def _ops_of(self, holder: dict[str, Any], before: float) -> Iterator[Op]:
        for data in list_of(holder.get("ops")):
            if isinstance(data, dict):
                op = Op(data, before)
                before = op.started_at
                yield op
            else:
                self._entry("no operation", data)

    def _logs(self, op: Op, of: int) -> None:
        for entry in list_of(op.data.get("logs")):
            if isinstance(entry, dict):
                self._add(logged(entry, of, op.started_at))
            else:
                self._entry("no log entry", entry)

    def _span(self, label: str, data: dict[str, Any]) -> Span:
        ops = (object_or_empty(op).get("startedAt") for op in list_of(data.get("ops")))
        times = map(epoch_milliseconds, (data.get("startedAt"), *ops))
        at = next((time for time in times if time is not None), self.last_at)
        return Span(self.script.number(), label, 0, at, 0, at)

    def _entry(self, what: str, value: object) -> None:
        self.script.entry(_place(self.last_at), self.last_at, what, {"value": value})

    def _add(self, act: Act, rank: int = 0) -> None:
        self.last_at = max(self.last_at, act.at)
        self.script.add(_place(act.at), act, rank)


def _place(at: float) -> int:
    return round(at * 1000)
