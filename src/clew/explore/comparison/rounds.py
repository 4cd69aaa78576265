"""Turns and steps of two sessions side by side: which correspond, what is only in one of them, what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clew.explore.comparison.alignment import align, in_reading_order
from clew.explore.comparison.findings import opened
from clew.explore.comparison.lone import lone_operation, lone_place, lone_round, lone_session
from clew.explore.comparison.operations import (
    align_attempts,
    align_calls,
    compare_attempt_ends,
    compare_attempts,
    compare_calls,
    compare_results,
    report_order,
)
from clew.explore.comparison.sketch import round_likeness, sketch_round
from clew.model.session import Attempt, Session, Step, ToolCall, Turn
from clew.text.clean import one_line
from clew.text.row import crop
from clew.tree.inner import inner_calls
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.explore.comparison.alignment import Slot
    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Findings, Place
    from clew.explore.comparison.requests import Requests
    from clew.model.session import Action

_Names = tuple[str | None, str | None]
_OF_ROUNDS = ("turn.failed", "step.failed")
_SAID = 60


class Child(NamedTuple):
    """Two child sessions that correspond."""

    before: Session
    after: Session
    path_a: str
    path_b: str


class Rounds:
    """The turns and steps of two sessions."""

    def __init__(self, before: str, after: str, findings: Findings, *, turns: Requests, steps: Requests) -> None:
        """``before`` and ``after`` stand before the paths of each; turns and steps have conversations of their own."""
        self._before, self._after = before, after
        self._findings = findings
        self._turns, self._steps = turns, steps
        self._undone: frozenset[int] = frozenset()
        """Calls that a replay does not make again."""

    def compare(self, a: Session, b: Session) -> Iterator[Child]:
        """Compare the rounds in reading order; yields the child sessions that have to be compared before it goes on."""
        one, other = _in_time(a, self._before), _in_time(b, self._after)
        if self._findings.replayed:
            self._undone = inner_calls(a) | inner_calls(b)
        slots = [*self._slots(a.turns, b.turns, ""), *self._slots(a.steps, b.steps, "s")]
        for path_a, path_b in in_reading_order(slots, [*one], [*other]):
            if path_a is not None and path_b is not None:
                yield from self._both(path_a, path_b, one[path_a], other[path_b])
            elif path_a is not None:
                self._alone(path_a, one[path_a], added=False)
            elif path_b is not None:
                self._alone(path_b, other[path_b], added=True)

    def _slots(self, one: Sequence[Turn | Step], other: Sequence[Turn | Step], label: str) -> Iterator[_Names]:
        """Paths of the rounds of one sort that correspond."""
        sketches = [*map(sketch_round, one)], [*map(sketch_round, other)]
        before = _labels(one, f"{self._before}{label}")
        after = _labels(other, f"{self._after}{label}")
        for mine, its in align(*sketches, key=lambda sketch: sketch, likeness=round_likeness):
            yield None if mine is None else before[mine], None if its is None else after[its]

    def _alone(self, path: str, node: Turn | Step, *, added: bool) -> None:
        """A round that only one of the sessions has."""
        inside = operations(node)
        if inside and all(id(operation) in self._undone for operation in inside):
            return
        place = lone_place(path, node, self._findings, added=added)
        kinds: tuple[Kind, Kind] = ("turn_added", "turn_removed")
        if isinstance(node, Step):
            kinds = ("step_added", "step_removed")
        shown = _round_words(node)
        self._findings.add(place, kinds[0 if added else 1], "", *((None, shown) if added else (shown, None)))
        lone_round(path, node, self._findings, added=added)

    def _both(self, path_a: str, path_b: str, a: Turn | Step, b: Turn | Step) -> Iterator[Child]:
        """Two rounds that correspond."""
        findings = self._findings
        place = findings.place(path_a, path_b, "turn" if isinstance(a, Turn) else "step")
        if isinstance(a, Step) and isinstance(b, Step):
            findings.field(place, "step_changed", "kind", f"{a.kind} {a.name or ''}", f"{b.kind} {b.name or ''}")
        _actions(place, a.action, b.action, findings, copy=bool(self._after))
        found = findings.count
        yield from self._operations(place, a, b)
        if a.status != b.status and findings.count == found:
            findings.add(place, "round_status_changed", "status", _end(a), _end(b))
        findings.logs(place, a.logs, b.logs, _OF_ROUNDS if a.status != b.status else ())
        outcomes = (None if action is None else action.outcome for action in (a.action, b.action))
        findings.words(place, "action_outcome_changed", "outcome", *outcomes)
        findings.payload(place, "attributes_changed", a.attributes, b.attributes, what="attributes", copy=False)

    def _operations(self, place: Place, a: Turn | Step, b: Turn | Step) -> Iterator[Child]:
        """The attempts and calls of two rounds in reading order; the last answer after the calls that it asked for."""
        findings = self._findings
        requests = self._turns if isinstance(a, Turn) else self._steps
        one, other = _operations(a, place.path_a or ""), _operations(b, place.path_b or "")
        calls = align_calls(a.tools, b.tools)
        report_order(place, calls, a.tools, b.tools, findings)
        attempts = align_attempts(a.attempts, b.attempts)
        paths = {id(node): path for node, path in (*_turned(one), *_turned(other))}
        slots = [*_paired(attempts, a.attempts, b.attempts, paths), *_paired(calls, a.tools, b.tools, paths)]
        last: tuple[Place, Attempt, Attempt, bool] | None = None
        for path_a, path_b in in_reading_order(slots, [*one], [*other]):
            mine, its = one.get(path_a or ""), other.get(path_b or "")
            if isinstance(mine, Attempt) and isinstance(its, Attempt):
                _end_attempt(last, findings)
                here = findings.place(path_a, path_b, "attempt")
                last = here, mine, its, compare_attempts(here, mine, its, requests, findings)
            elif isinstance(mine, ToolCall) and isinstance(its, ToolCall):
                yield from _calls(findings.place(path_a, path_b, "tool"), mine, its, findings)
            elif mine is not None:
                self._operation_alone(path_a or "", mine, is_retry=bool(b.attempts), added=False)
            elif its is not None:
                self._operation_alone(path_b or "", its, is_retry=bool(a.attempts), added=True)
        _end_attempt(last, findings)

    def _operation_alone(self, path: str, node: Attempt | ToolCall, *, is_retry: bool, added: bool) -> None:
        """An attempt or a call that only one of two rounds has."""
        if id(node) in self._undone:
            return
        findings = self._findings
        place = lone_place(path, node, findings, added=added)
        kinds: tuple[Kind, Kind] = ("exchange_added", "exchange_removed")
        if isinstance(node, ToolCall):
            kinds = ("tool_call_added", "tool_call_removed")
        elif is_retry:
            kinds = ("retry_added", "retry_removed")
        shown = _operation_words(node)
        findings.add(place, kinds[0 if added else 1], "", *((None, shown) if added else (shown, None)))
        lone_operation(path, node, findings, added=added)


def _calls(place: Place, a: ToolCall, b: ToolCall, findings: Findings) -> Iterator[Child]:
    """Two calls; their child sessions before their results, which repeat what a child reports."""
    compare_calls(place, a, b, findings)
    one, other = a.child_session, b.child_session
    if one is not None and other is not None:
        yield Child(one, other, place.path_a or "", place.path_b or "")
    elif one is not None:
        findings.add(place, "child_session_removed", "child_session", one.agent_id or "", None)
        lone_session(place.path_a or "", one, findings, added=False)
    elif other is not None:
        findings.add(place, "child_session_added", "child_session", None, other.agent_id or "")
        lone_session(place.path_b or "", other, findings, added=True)
    compare_results(place, a, b, findings)


def _end_attempt(last: tuple[Place, Attempt, Attempt, bool] | None, findings: Findings) -> None:
    if last is not None:
        place, before, after, other_model = last
        compare_attempt_ends(place, before, after, findings, other_model=other_model)


def _actions(place: Place, before: Action | None, after: Action | None, findings: Findings, *, copy: bool) -> None:
    """What the user did; in a child session the caller's parameters are copied into it."""
    one, other = (None if action is None else (action.type, action.name) for action in (before, after))
    shown = (None if words is None else " ".join(word for word in words if word) for words in (one, other))
    if findings.field(place, "action_changed", "action", *shown) and (before is None or after is None):
        said = (None if action is None else action.content for action in (before, after))
        findings.echo.learn(*map(opened, said))
    elif before is not None and after is not None:
        findings.payload(place, "user_message_changed", before.content, after.content, what="content", copy=copy)


def _in_time(session: Session, prefix: str) -> dict[str, Turn | Step]:
    """Turns and steps by path, in the order in which they began."""
    turns, steps = _labels(session.turns, prefix), _labels(session.steps, f"{prefix}s")
    named: list[tuple[str, Turn | Step]] = [*zip(turns, session.turns, strict=True)]
    named += zip(steps, session.steps, strict=True)
    return dict(sorted(named, key=lambda item: item[1].started_at))


def _labels(rounds: Sequence[Turn | Step], prefix: str) -> list[str]:
    """Paths of turns or steps; a number that a damaged record has twice is told apart."""
    seen: dict[str, int] = {}
    labels = []
    for node in rounds:
        label = f"{prefix}{node.index}"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label}#{seen[label]}")
    return labels


def _operations(node: Turn | Step, path: str) -> dict[str, Attempt | ToolCall]:
    return {f"{path}-{number}": operation for number, operation in enumerate(operations(node), 1)}


def _turned(named: dict[str, Attempt | ToolCall]) -> Iterator[tuple[Attempt | ToolCall, str]]:
    return ((node, path) for path, node in named.items())


def _paired(
    slots: list[Slot], one: Sequence[Attempt | ToolCall], other: Sequence[Attempt | ToolCall], paths: dict[int, str]
) -> Iterator[_Names]:
    """Paths of operations that correspond."""
    for mine, its in slots:
        yield None if mine is None else paths[id(one[mine])], None if its is None else paths[id(other[its])]


def _round_words(node: Turn | Step) -> str:
    """A round in a few words: what opened it, and the calls in it."""
    action = node.action
    said = action.content.value if action is not None and action.content is not None else None
    words = [node.kind, node.name or ""] if isinstance(node, Step) else []
    words += [action.type, action.name or ""] if action is not None else []
    words += [f"“{crop(one_line(said[: _SAID * 4]), _SAID)}”"] if isinstance(said, str) else []
    words += [tool.name for tool in node.tools]
    return " ".join(word for word in words if word)


def _operation_words(node: Attempt | ToolCall) -> str:
    words = [node.provider, node.model] if isinstance(node, Attempt) else [node.name, node.command]
    return " ".join(word for word in (*words, node.status, *node.slugs) if word)


def _end(node: Turn | Step) -> str:
    return f"{node.status} · {node.error}" if node.error else node.status
