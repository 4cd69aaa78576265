"""Sessions, their phases, turns and steps as entries of an outline."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Any

from clew.model.message import first_words
from clew.model.session import Attempt, Step, ToolCall, Turn
from clew.text import numbers, signs
from clew.text.clean import one_line
from clew.text.entry import Entry, log_entry, note_entry, said
from clew.text.operation import attempt_entry, cost_words, shown, tool_entry
from clew.text.row import Row, Span, crop, join
from clew.tree.failure import explain
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.model.log import LogEntry
    from clew.model.payload import Payload
    from clew.model.session import Action, Config, Fin, Init, Session
    from clew.model.slug import Origin
    from clew.tree.failure import Link

_TITLE_LENGTH = 60
_NOTES_AT_MOST = 20
_CONFIG_PAYLOAD = 200_000
"""Bytes of the tool list beyond which its servers are not counted."""
_NAME_WIDTH = 9


def session_entries(session: Session, *, prefix: str = "", every_entry: bool = False) -> list[Entry]:
    """The rows below a session: its record's damage, init, turns and steps in time, its own entries, fin."""
    steps = (
        (step.started_at, _step_entry(f"{prefix}s{step.index}", step, every_entry=every_entry))
        for step in session.steps
    )
    turns = (
        (turn.started_at, _turn_entry(f"{prefix}{turn.index}", turn, every_entry=every_entry)) for turn in session.turns
    )
    logs = ((log.timestamp, log_entry(log)) for log in session.logs if shown(log, every_entry=every_entry))
    # Each list keeps its own order: times of an imported session may run backwards.
    middle = [entry for _, entry in merge(turns, steps, logs, key=_when)]
    init = init_entry(f"{prefix}init", session, every_entry=every_entry)
    return [*_notes(session), init, *middle, *_ending(f"{prefix}fin", session, every_entry=every_entry)]


def node_entry(path: str, node: Turn | Step | Attempt | ToolCall, *, every_entry: bool = False) -> Entry:
    """One node and the rows below it."""
    if isinstance(node, Turn):
        return _turn_entry(path, node, every_entry=every_entry)
    if isinstance(node, Step):
        return _step_entry(path, node, every_entry=every_entry)
    return _operation_entry(path, node, retried=False, every_entry=every_entry)


def session_label(session: Session, turns: int | None = None) -> Row:
    """The first line: id, agent, how it went and what it took; ``turns`` if they are not all in the session."""
    parts: list[Row] = [(Span(f"{signs.SESSION} {one_line(session.session_id)}", "title"),)]
    cause = _cause(session) if turns is None else None
    parts += [said(session.agent_id or ""), _quoted(session.title or ""), _session_status(session, cause)]
    figures = _figures(session, len(session.turns) if turns is None else turns)
    return (*join(parts, "  "), Span("    "), *join(figures, "  "))


def init_entry(path: str, session: Session, *, every_entry: bool = False) -> Entry:
    """INIT: the model and what the agent was set up with."""
    init: Init = session.init
    words: list[Row] = [said(session.model or ""), *((Span(text),) for text in _config_words(init.config))]
    return _block(
        path,
        "init",
        join(words, signs.BETWEEN),
        init.started_at,
        init.ended_at,
        _log_rows(init.logs, every_entry=every_entry),
    )


def fin_entry(path: str, fin: Fin, *, origin: Origin | None = None, every_entry: bool = False) -> Entry:
    """FIN: how it ended, where a failure comes from if that is known better than FIN says, how large the report is."""
    status = "running" if fin.success is None else "ok" if fin.success else "failed"
    words: list[Row] = [(Span(status, signs.status_style(status)),)]
    if fin.failure is not None:
        incident = f"incident {one_line(fin.failure.incident)}" if fin.failure.incident else None
        words += [(Span(one_line(text)),) for text in (origin or fin.failure.origin, incident) if text]
    words.append(said(fin.error or ""))
    if fin.final_report is not None:
        words.append((Span(f"report {numbers.size(fin.final_report.size)}"),))
    return _block(path, "fin", join(words, signs.BETWEEN), 0.0, None, _log_rows(fin.logs, every_entry=every_entry))


def _turn_entry(path: str, turn: Turn, *, every_entry: bool) -> Entry:
    return _round_entry(path, str(turn.index), _action_words(turn.action), turn, every_entry=every_entry)


def _step_entry(path: str, step: Step, *, every_entry: bool) -> Entry:
    words = join([(Span(step.kind),), said(step.name or ""), _action_words(step.action)], "  ")
    return _round_entry(path, f"s{step.index}", words, step, every_entry=every_entry)


def _round_entry(path: str, name: str, words: Row, node: Turn | Step, *, every_entry: bool) -> Entry:
    parts = [words]
    if node.status != "ok":
        parts.append((Span(node.status, signs.status_style(node.status)),))
        parts.append(said(node.error or ""))
    entry = _block(path, name, join(parts, "  "), node.started_at, node.ended_at, [])
    entry.children = _round_children(path, node, every_entry=every_entry)
    return entry


def _round_children(path: str, node: Turn | Step, *, every_entry: bool) -> list[Entry]:
    last = node.attempts[-1] if node.attempts else None
    rows = (
        (
            operation.started_at,
            _operation_entry(f"{path}-{place}", operation, retried=operation is not last, every_entry=every_entry),
        )
        for place, operation in enumerate(operations(node), 1)
    )
    logs = ((log.timestamp, log_entry(log)) for log in node.logs if shown(log, every_entry=every_entry))
    return [entry for _, entry in merge(rows, logs, key=_when)]


def _operation_entry(path: str, node: Attempt | ToolCall, *, retried: bool, every_entry: bool) -> Entry:
    if isinstance(node, Attempt):
        return attempt_entry(path, node, retried=retried, every_entry=every_entry)
    entry = tool_entry(path, node, every_entry=every_entry)
    if node.child_session is not None:
        entry.children += session_entries(node.child_session, prefix=f"{path}.", every_entry=every_entry)
    return entry


def _block(path: str, name: str, words: Row, started_at: float, ended_at: float | None, children: list[Entry]) -> Entry:
    # The number of a turn takes what it needs; the words of init, fin and steps begin in one column.
    gap = "  " if name.isdigit() else " " * max(2, _NAME_WIDTH + 1 - len(name))
    return Entry(
        path=path,
        label=(Span(name + (gap if words else "")), *words),
        took="" if ended_at is None else numbers.duration(ended_at - started_at),
        block=True,
        children=children,
    )


def _notes(session: Session) -> list[Entry]:
    rows = [note_entry(note) for note in session.notes[:_NOTES_AT_MOST]]
    hidden = len(session.notes) - len(rows)
    if hidden:
        rows.append(
            Entry(path="", label=(Span(f"{signs.HOLE} {hidden} more notes: clew verify shows them all", "hole"),))
        )
    return rows


def _ending(path: str, session: Session, *, every_entry: bool) -> list[Entry]:
    if session.fin is not None and (session.fin.success is not None or session.status == "running"):
        cause = _cause(session)
        origin = cause.origin if cause is not None else None
        return [fin_entry(path, session.fin, origin=origin, every_entry=every_entry)]
    words = {
        "running": "still being written",
        "interrupted": "its writer died",
        "abandoned": "its writer died before the first turn",
    }
    label = (
        Span(session.status, signs.status_style(session.status)),
        Span(f"  {words.get(session.status, 'no end was recorded')}", "dim"),
    )
    return [Entry(path="", label=label, block=True)]


def _cause(session: Session) -> Link | None:
    """The first cause of a failed session, as ``clew why`` tells it."""
    return explain(session).cause if session.status == "failed" else None


def _session_status(session: Session, cause: Link | None) -> Row:
    """How it went, and where a failure began; without a cause, where FIN says it ended."""
    style = signs.status_style(session.status)
    words: list[Row] = [(Span(session.status, style),)]
    failure = cause or (session.fin.failure if session.fin is not None else None)
    if session.status == "failed" and failure is not None and failure.slug:
        place = f" at {one_line(failure.path)}" if failure.path else ""
        words.append((Span(one_line(failure.slug) + place, style),))
    return join(words, signs.BETWEEN)


def _figures(session: Session, turns: int) -> list[Row]:
    totals = session.totals
    tokens = totals.usage.total_tokens
    return [
        (Span(f"{turns} {'turn' if turns == 1 else 'turns'}"),),
        (Span(numbers.duration(numbers.elapsed(session.started_at, session.ended_at))),),
        (Span(f"{numbers.count(tokens or None)} tokens"),),
        (Span(cost_words(totals.cost, totals.unpriced)),),
    ]


def _action_words(action: Action | None) -> Row:
    if action is None:
        return ()
    content = _quoted(first_words(action.content))
    return join([(Span(action.type),), said(action.name or ""), content], "  ")


def _quoted(text: str) -> Row:
    words = crop(one_line(text), _TITLE_LENGTH)
    return (Span(f"“{words}”"),) if words else ()


def _config_words(config: Config) -> list[str]:
    tools = None if config.tools is None else config.tools.count()
    servers = {name for tool in _listed(config.tools) if isinstance(name := tool.get("server"), str)}
    words = []
    if tools:
        words.append(f"{tools} {'tool' if tools == 1 else 'tools'}")
    if servers:
        words.append(f"{len(servers)} MCP {'server' if len(servers) == 1 else 'servers'}")
    return words


def _listed(payload: Payload | None) -> list[dict[str, Any]]:
    """The objects of a list that is not too large to open."""
    value = payload.value if payload is not None and payload.size <= _CONFIG_PAYLOAD else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _log_rows(logs: Iterable[LogEntry], *, every_entry: bool) -> list[Entry]:
    return [log_entry(entry) for entry in logs if shown(entry, every_entry=every_entry)]


def _when(pair: tuple[float, Entry]) -> float:
    return pair[0]
