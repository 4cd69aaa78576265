"""Two answers of a model, compared by aspect: text, reasoning, calls asked for, stop reason, usage, cost.

An answer's payload repeats what is known of it elsewhere: the calls it asks for are made, and compared as calls; its
usage, model and stop reason are fields of the answer. Each is reported once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.explore.comparison.findings import joined, opened
from clew.explore.comparison.fingerprint import CALLS, asks_for_call, steady
from clew.explore.comparison.payload_changes import MISSING, changes, gathered
from clew.model.session import Response

if TYPE_CHECKING:
    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Findings, Place
    from clew.explore.comparison.payload_changes import PayloadChange
    from clew.model.usage import Usage

_REASONING = frozenset({"thinking", "redacted_thinking", "reasoning", "reasoning_content", "summary_text"})
_TEXT = frozenset({"text", "output_text", "refusal", "content"})
_CALL_FIELDS = frozenset({"tool_calls", "function_call", "functionCall"})
_STOP = frozenset({"stop_reason", "finish_reason", "stop_sequence", "stop_details", "finishReason"})
_USAGE = frozenset({"usage", "usageMetadata"})
_MODEL = frozenset({"model", "modelVersion"})
_NOTHING = Response()


def compare_answers(
    place: Place, before: Response | None, after: Response | None, findings: Findings, *, other_model: bool
) -> None:
    """Report what differs between two answers; ``other_model`` says that other models were asked for them."""
    one, other = before or _NOTHING, after or _NOTHING
    told = _payloads(place, one, other, findings)
    fields: tuple[tuple[Kind, str, Any, Any], ...] = (
        ("answer_break_changed", "partial", one.partial, other.partial),
        ("stop_reason_changed", "stop_reason", one.stop_reason, other.stop_reason),
        ("cost_changed", "cost", one.cost, other.cost),
    )
    differing = {kind for kind, what, old, new in fields if findings.field(place, kind, what, old, new)}
    differing |= {"answering_model_changed", *_usages(place, one.usage, other.usage, findings)}
    if other_model:
        findings.echoes += one.model != other.model
    else:
        setting = place.node, "answering model"
        findings.setting(place, "answering_model_changed", "model", setting, _or(one.model), _or(other.model))
    for kind, found in told.items():
        if kind not in differing and not (kind == "stop_reason_changed" and one.stop_reason == other.stop_reason):
            _report(place, kind, found, (one, other), findings)


def _payloads(place: Place, one: Response, other: Response, findings: Findings) -> dict[Kind, list[PayloadChange]]:
    """Report what differs in the words of two answers; returns what the fields beside them may tell as well."""
    if one.payload is None or other.payload is None:
        _texts(place, one, other, findings)
        return {}
    before, after = steady(opened(one.payload)), steady(opened(other.payload))
    by_kind: dict[Kind, list[PayloadChange]] = {}
    for change in changes(before, after):
        by_kind.setdefault(_kind(change, before, after), []).append(change)
    asked = by_kind.pop("asked_call_changed", [])
    new = findings.echo.new(asked)
    findings.echoes += bool(asked) and not new
    if new:
        by_kind["asked_call_changed"] = new
    later: tuple[Kind, ...] = ("usage_changed", "stop_reason_changed", "answering_model_changed")
    for kind in ("answer_text_changed", "reasoning_changed", "asked_call_changed", "answer_changed"):
        if kind in by_kind:
            _report(place, kind, by_kind[kind], (one, other), findings)
    if not by_kind:
        _texts(place, one, other, findings)
    return {kind: by_kind[kind] for kind in later if kind in by_kind}


def _report(
    place: Place, kind: Kind, found: list[PayloadChange], answers: tuple[Response, Response], findings: Findings
) -> None:
    before, after = (steady(opened(answer.payload)) for answer in answers)
    what, old, new = gathered(found, before, after)
    findings.add(place, kind, what, old, new)
    for change in found:
        findings.echo.learn(change.before, change.after)


def _texts(place: Place, one: Response, other: Response, findings: Findings) -> None:
    """Answers of which only the text is known, or that one of the two lacks."""
    kinds: tuple[tuple[Kind, str, str, str], ...] = (
        ("answer_text_changed", "text", one.text, other.text),
        ("reasoning_changed", "reasoning", one.reasoning, other.reasoning),
    )
    found = False
    for kind, what, old, new in kinds:
        if findings.field(place, kind, what, old, new):
            findings.echo.learn(old, new)
            found = True
    if not found and (one.payload is None) != (other.payload is None):
        findings.payload(place, "answer_changed", one.payload, other.payload, copy=False)


def _kind(change: PayloadChange, before: object, after: object) -> Kind:
    """What of an answer a place in its payload belongs to."""
    keys = [part for part in change.path if isinstance(part, str)]
    last = keys[-1] if keys else "text" if isinstance(change.after, str) else ""
    told: dict[Kind, bool] = {
        "usage_changed": keys[:1] != [] and keys[0] in _USAGE,
        "stop_reason_changed": last in _STOP,
        "answering_model_changed": len(keys) == 1 and last in _MODEL,
    }
    elsewhere = next((kind for kind, is_told in told.items() if is_told), None)
    return elsewhere or _kind_of_words(change, keys, last, _block_type(change, before, after))


def _kind_of_words(change: PayloadChange, keys: list[str], last: str, block: str) -> Kind:
    if block in CALLS or _CALL_FIELDS & set(keys) or (change.moved and _has_calls(change.after)):
        return "asked_call_changed"
    if block in _REASONING or last in _REASONING:
        return "reasoning_changed"
    is_text = block in _TEXT or (block in {"", "message"} and last in _TEXT)
    return "answer_text_changed" if is_text else "answer_changed"


def _block_type(change: PayloadChange, before: Any, after: Any) -> str:  # noqa: ANN401 - JSON values
    """The type of the innermost block around a place, or of the block that was put in or taken out there."""
    here = change.after if change.after is not MISSING else change.before
    value, path = (after, change.path) if change.after is not MISSING else (before, change.path_before)
    found = ""
    for part in (*path, None):
        if isinstance(value, dict) and isinstance(value.get("type"), str):
            found = value["type"]
        if part is None:
            break
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
    return here["type"] if isinstance(here, dict) and isinstance(here.get("type"), str) else found


def _has_calls(blocks: object) -> bool:
    return isinstance(blocks, list) and any(isinstance(block, dict) and asks_for_call(block) for block in blocks)


def _usages(place: Place, before: Usage | None, after: Usage | None, findings: Findings) -> set[Kind]:
    """Report other counts of tokens; returns the kind of the difference if there are any."""
    one, other = ({} if usage is None else msgspec.structs.asdict(usage) for usage in (before, after))
    found = changes(one, other)
    if not found:
        return set()
    what, old, new = gathered(found, one, other)
    findings.add(place, "usage_changed", joined("usage", what), old, new)
    return {"usage_changed"}


def _or(value: str | None) -> object:
    return MISSING if value is None else value
