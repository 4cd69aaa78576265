"""Attempts and tool calls: which correspond, and what differs between two that do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.explore.comparison.alignment import align, crossings, match
from clew.explore.comparison.answers import compare_answers
from clew.explore.comparison.findings import opened
from clew.explore.comparison.payload_changes import MISSING
from clew.explore.comparison.sketch import attempt_likeness, sketch_attempt, sketch_call
from clew.tree.inner import is_stood_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.explore.comparison.alignment import Slot
    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Findings, Place
    from clew.explore.comparison.requests import Requests
    from clew.model.log import LogEntry
    from clew.model.session import Attempt, ToolCall

_CALL_KEYS = (
    lambda call: call,
    lambda call: (call.name, call.command, call.parameters),
    lambda call: (call.name, call.command, call.result) if call.result else object(),
    lambda call: (call.name, call.command),
    lambda call: call.name,
)
"""What two calls may have in common, the most first."""


def align_attempts(one: Sequence[Attempt], other: Sequence[Attempt]) -> list[Slot]:
    """Attempts that correspond: by what came of them, else by number."""
    if len(one) == len(other) == 1:
        return [(0, 0)]
    sketches = [*map(sketch_attempt, one)], [*map(sketch_attempt, other)]
    return align(*sketches, key=lambda sketch: sketch, likeness=attempt_likeness)


def align_calls(one: Sequence[ToolCall], other: Sequence[ToolCall]) -> list[Slot]:
    """Calls that correspond: by name, command, parameters and result, as much of them as there is; then by order."""
    if len(one) == len(other) == 1 and one[0].name == other[0].name:
        return [(0, 0)]
    sketches = [*map(sketch_call, one)], [*map(sketch_call, other)]
    return match(*sketches, _CALL_KEYS)


def compare_attempts(place: Place, before: Attempt, after: Attempt, requests: Requests, findings: Findings) -> bool:
    """Report what differs between two attempts, but for their answers; returns whether other models were asked."""
    models = _or(before.model), _or(after.model)
    findings.setting(
        place, "provider_changed", "provider", (requests, "provider"), _or(before.provider), _or(after.provider)
    )
    findings.setting(place, "model_changed", "model", (requests, "model"), *models)
    requests.compare(place, before.request, after.request)
    findings.payload(place, "attributes_changed", before.attributes, after.attributes, what="attributes", copy=False)
    return before.model != after.model


def compare_attempt_ends(
    place: Place, before: Attempt, after: Attempt, findings: Findings, *, other_model: bool
) -> None:
    """Report how two attempts ended: a changed end holds all that follows from it."""
    one, other = before.response, after.response
    findings.logs(place, _entries(before), _entries(after), (*before.slugs, *after.slugs))
    ends = _end(before), _end(after)
    if before.status != after.status:
        findings.add(place, "attempt_status_changed", "status", *ends)
        if one is None or other is None or one.payload is None or other.payload is None:
            return
    elif before.verdict != after.verdict:
        findings.add(place, "verdict_changed", "verdict", *ends)
    else:
        _same_status(place, "attempt", before, after, findings)
    compare_answers(place, one, other, findings, other_model=other_model)


def compare_calls(place: Place, before: ToolCall, after: ToolCall, findings: Findings) -> None:
    """Report what differs between two calls, but for their results."""
    findings.field(place, "tool_kind_changed", "kind", before.kind, after.kind)
    if findings.field(place, "tool_command_changed", "command", before.command, after.command):
        findings.echo.learn(_or(before.command), _or(after.command))
    findings.payload(place, "tool_parameters_changed", before.request, after.request, copy=False)
    findings.payload(place, "attributes_changed", before.attributes, after.attributes, what="attributes", copy=False)


def compare_results(place: Place, before: ToolCall, after: ToolCall, findings: Findings) -> None:
    """Report how two calls ended. What a child session reports is copied into the result of its call."""
    stood_in = findings.replayed and is_stood_in(before)
    if not stood_in:
        findings.logs(place, before.logs, after.logs, (*before.slugs, *after.slugs))
    if before.status != after.status:
        findings.add(place, "tool_status_changed", "status", _end(before), _end(after))
        findings.echo.learn(opened(before.response), opened(after.response))
        findings.echo.learn(_or(before.error), _or(after.error))
        if before.response is None or after.response is None:
            return
    else:
        _same_status(place, "tool", before, after, findings)
    copy = before.child_session is not None and after.child_session is not None
    findings.payload(place, "tool_result_changed", before.response, after.response, copy=copy)
    if stood_in:
        return
    accounts = (None if part is None else part.value for part in (before.accounting, after.accounting))
    findings.values(place, "tool_accounting_changed", "accounting", *map(_untimed, accounts), copy=False)


def report_order(
    place: Place, slots: list[Slot], one: Sequence[ToolCall], other: Sequence[ToolCall], findings: Findings
) -> None:
    """Report calls of a round that were made in another order; those under way at the same time have none."""
    if any(
        not (_at_once(one[first[0]], one[second[0]]) or _at_once(other[first[1]], other[second[1]]))
        for first, second in crossings(slots)
    ):
        paired = [slot for slot in slots if None not in slot]
        before = [one[mine].name for mine in sorted(mine for mine, _ in paired if mine is not None)]
        after = [other[its].name for its in sorted(its for _, its in paired if its is not None)]
        findings.add(place, "tool_calls_reordered", "tools", before, after)
        findings.echo.learn_moved()


def _at_once(one: ToolCall, other: ToolCall) -> bool:
    """Whether two calls were under way at the same time."""
    return not any(
        first.ended_at is not None and first.ended_at <= second.started_at
        for first, second in ((one, other), (other, one))
    )


def _same_status(
    place: Place, node: str, before: Attempt | ToolCall, after: Attempt | ToolCall, findings: Findings
) -> None:
    """Report why two nodes that ended alike did so."""
    is_attempt = node == "attempt"
    told = False
    if is_attempt:
        one, other = getattr(before, "http_status", None), getattr(after, "http_status", None)
        told |= findings.field(place, "http_status_changed", "http_status", one, other)
    slugs = sorted(before.slugs), sorted(after.slugs)
    told |= findings.field(place, "attempt_slugs_changed" if is_attempt else "tool_slugs_changed", "slugs", *slugs)
    if not told:
        kind: Kind = "attempt_error_changed" if is_attempt else "tool_error_changed"
        findings.words(place, kind, "error", before.error, after.error)


def _end(node: Any) -> str:  # noqa: ANN401 - an attempt or a tool call
    """How a node ended, in words: ``failed 429 · llm.rate_limited · too many requests``."""
    code = getattr(node, "http_status", None)
    verdict = getattr(node, "verdict", None)
    status = "rejected" if verdict == "rejected" else node.status
    head = f"{status} {code}" if code is not None and node.status != "ok" else status
    return " · ".join([head, *node.slugs, *([node.error] if node.error else [])])


def _entries(attempt: Attempt) -> tuple[LogEntry, ...]:
    return attempt.logs if attempt.response is None else (*attempt.logs, *attempt.response.logs)


def _untimed(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """What a tool used, without the time it took."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if not str(key).endswith(_TIMES)}


_TIMES = ("_ms", "Ms", "_seconds", "_s", "duration", "elapsed", "latency", "_at", "At")


def _or(value: str | None) -> object:
    return MISSING if value is None else value
