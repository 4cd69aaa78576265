"""Attempts and tool calls as entries of an outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.catalog import find_slug
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.entry import Entry, log_entry, said
from clew.text.row import Row, Span, crop, crop_start, join

if TYPE_CHECKING:
    from decimal import Decimal

    from clew.model.log import LogEntry
    from clew.model.payload import Payload
    from clew.model.session import Attempt, Response, Session, ToolCall
    from clew.model.usage import Usage

_WORTH_A_WORD = frozenset(
    {
        "content_filter",
        "length",
        "max_output_tokens",
        "max_tokens",
        "model_context_window_exceeded",
        "pause_turn",
        "refusal",
    }
)
_HINTS = ("path", "file_path", "notebook_path", "query", "url", "pattern", "command", "description", "name", "id")
_HINT_PAYLOAD = 4096
"""Bytes of a request beyond which it is not loaded for a hint."""
_HINT_LENGTH = 32


def attempt_entry(path: str, attempt: Attempt, *, retried: bool, every_entry: bool = False) -> Entry:
    """One request to a model; ``retried`` says that another attempt of the same exchange followed."""
    sign = signs.RETRY if attempt.number else signs.ATTEMPT
    name = " ".join(one_line(part) for part in (attempt.provider, attempt.model) if part) or "model"
    return Entry(
        path=path,
        label=(Span(f"{sign} {name}"),),
        status=_attempt_status(attempt, retried=retried),
        took=numbers.duration(numbers.elapsed(attempt.started_at, attempt.ended_at)),
        notes=_attempt_notes(attempt),
        children=[
            log_entry(entry) for entry in _entries(_attempt_logs(attempt), attempt.slugs, every_entry=every_entry)
        ],
    )


def tool_entry(path: str, tool: ToolCall, *, every_entry: bool = False) -> Entry:
    """One tool call, without the session it may have started."""
    child = tool.child_session
    sign = signs.CHILD if child is not None or tool.kind in {"agent", "workflow"} else signs.TOOL
    words = [one_line(part) for part in (tool.name, tool.command, _hint(tool)) if part]
    return Entry(
        path=path,
        label=(Span(f"{sign} {' '.join(words)}"),),
        status=Span(tool.status, signs.status_style(tool.status)),
        took=numbers.duration(numbers.elapsed(tool.started_at, tool.ended_at)),
        notes=join(
            [*_reasons(tool.slugs), said(_in_words(tool.error, tool.logs, tool.slugs)), *_child_notes(child)],
            signs.BETWEEN,
        ),
        children=[log_entry(entry) for entry in _entries(tool.logs, tool.slugs, every_entry=every_entry)],
    )


def shown(entry: LogEntry, *, every_entry: bool) -> bool:
    """Whether an outline shows a log entry: warnings and errors always, the others on demand."""
    return every_entry or entry.severity in {"WRN", "ERR"}


def usage_words(usage: Usage) -> str:
    """Tokens in and out: ``1.10k + 11.0k cached → 210``."""
    parts = [numbers.count(usage.input_tokens)]
    if usage.cache_read_tokens:
        parts.append(f"{numbers.count(usage.cache_read_tokens)} cached")
    if usage.cache_write_tokens:
        parts.append(f"{numbers.count(usage.cache_write_tokens)} written")
    return f"{' + '.join(parts)} {signs.ATTEMPT} {numbers.count(usage.output_tokens)}"


def cost_words(cost: Decimal | None, unpriced: int) -> str:
    """A sum of costs that says when it is not the whole of it."""
    return f"{numbers.money(cost)} + {unpriced} unpriced" if unpriced and cost is not None else numbers.money(cost)


def _attempt_status(attempt: Attempt, *, retried: bool) -> Span:
    if attempt.status == "ok" and attempt.verdict == "rejected":
        return Span("rejected", "retry")
    style = signs.status_style(attempt.status)
    code = f" {attempt.http_status}" if attempt.http_status is not None and attempt.status != "ok" else ""
    return Span(f"{attempt.status}{code}", "retry" if retried and style == "failed" else style)


def _attempt_notes(attempt: Attempt) -> Row:
    waited: Row = () if attempt.backoff_ms is None else (Span(f"waited {numbers.duration(attempt.backoff_ms)}"),)
    answered = [] if attempt.response is None else _response_notes(attempt.response, attempt.model)
    return join(
        [*_reasons(attempt.slugs), waited, said(_in_words(attempt.error, attempt.logs, attempt.slugs)), *answered],
        signs.BETWEEN,
    )


def _response_notes(response: Response, asked: str | None) -> list[Row]:
    words: list[Row] = []
    if response.partial:
        words.append((Span("answer broke off", "interrupted"),))
    if response.usage is not None:
        words.append((Span(usage_words(response.usage)),))
    if response.cost is not None:
        words.append((Span(numbers.money(response.cost)),))
    if response.declared_stop_reason in _WORTH_A_WORD:
        words.append((Span(f"stopped: {response.declared_stop_reason}", "retry"),))
    if response.model and asked and not response.model.startswith(asked):
        words.append(said(f"answered by {response.model}"))
    return words


def _child_notes(child: Session | None) -> list[Row]:
    if child is None:
        return []
    turns = child.totals.turns or len(child.turns)
    words: list[Row] = [(Span(f"{turns} {'turn' if turns == 1 else 'turns'}"),)]
    if child.status != "ok":
        words.append((Span(f"session {child.status}", signs.status_style(child.status)),))
    if child.totals.cost is not None:
        words.append((Span(cost_words(child.totals.cost, child.totals.unpriced)),))
    return words


def _reasons(slugs: tuple[str, ...]) -> list[Row]:
    return [(Span(one_line(slug)),) for slug in slugs]


def _attempt_logs(attempt: Attempt) -> tuple[LogEntry, ...]:
    return attempt.logs if attempt.response is None else (*attempt.logs, *attempt.response.logs)


def _entries(logs: tuple[LogEntry, ...], slugs: tuple[str, ...], *, every_entry: bool) -> list[LogEntry]:
    """The entries worth a row: one whose slug already stands in the notes says nothing new."""
    return [
        entry for entry in logs if shown(entry, every_entry=every_entry) and (every_entry or entry.slug not in slugs)
    ]


def _in_words(error: str | None, logs: tuple[LogEntry, ...], slugs: tuple[str, ...]) -> str:
    """The failure in words.

    As told, else as the entry says it whose slug stands in the notes, if it says more than its slug.
    """
    if error:
        return error
    messages = (entry.message for entry in logs if entry.slug in slugs and entry.message != _description(entry.slug))
    return next(messages, "")


def _description(name: str) -> str | None:
    slug = find_slug(name)
    return None if slug is None else slug.description


def _hint(tool: ToolCall) -> str:
    """What the call is about, if a small request says it in one word or line."""
    value = _opened(tool.request)
    if isinstance(value, str):
        return _bounded(value)
    if not isinstance(value, dict):
        return ""
    found = ((key, value.get(key)) for key in _HINTS)
    said = ((key, text) for key, text in found if isinstance(text, str) and text and text != tool.command)
    return next((_bounded(text, end="path" in key) for key, text in said), "")


def _bounded(text: str, *, end: bool = False) -> str:
    """A few words of a text: its beginning, or its end if that says more."""
    if end:
        return crop_start(one_line(text[-_HINT_PAYLOAD:]), _HINT_LENGTH)
    return crop(one_line(text[: _HINT_LENGTH * 4]), _HINT_LENGTH)


def _opened(payload: Payload | None) -> object:
    """A request if it is small; of a large one the path that it is about, without the rest."""
    if payload is None or payload.size <= _HINT_PAYLOAD:
        return None if payload is None else payload.value
    parts = {key: payload.part(key) for key in ("path", "file_path")}
    return {key: part.value for key, part in parts.items() if part is not None and part.size <= _HINT_PAYLOAD}
