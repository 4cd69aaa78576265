"""One node whole: every field that is known, every payload to its last byte.

A payload that is text is shown as text, anything else as indented JSON. Nothing is cut; what a terminal would obey is
taken out of text and escaped in JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.payload import Payload
from clew.text import numbers, signs
from clew.text.clean import clean, one_line
from clew.text.pretty import json_lines
from clew.text.row import Row, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.log import LogEntry
    from clew.model.session import Node

_NODES = frozenset({"init", "turns", "steps", "fin", "attempts", "tools", "child_session"})
"""Fields that hold nodes with paths of their own, where they hold no payload (a list of tools) and no count."""

_INDENT = "  "


def detail(path: str, node: Node) -> Iterator[Row]:
    """The rows of one node, without the nodes below it: they have paths of their own."""
    place = f" {one_line(path)}" if path else ""
    yield (Span(f"{type(node).__name__.lower()}{place}", "title"),)
    yield from _fields(node, _INDENT)


def payload_rows(payload: Payload, indent: str = "") -> Iterator[Row]:
    """A payload to its last byte: text as text, anything else as JSON."""
    value = payload.value
    lines = clean(value).split("\n") if isinstance(value, str) else json_lines(value)
    for line in lines:
        yield (Span(indent + line),)


def _fields(struct: msgspec.Struct, indent: str) -> Iterator[Row]:
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if value is None or value == () or (name in _NODES and not isinstance(value, int | Payload)):
            continue
        yield from _field(name, value, indent)


def _field(name: str, value: Any, indent: str) -> Iterator[Row]:  # noqa: ANN401 - whatever a node may hold
    if isinstance(value, Payload):
        yield (Span(f"{indent}{name}", "title"), Span(f"  {numbers.size(value.size)}", "dim"))
        yield from payload_rows(value, indent + _INDENT)
    elif name == "logs":
        for entry in value:
            yield from _log(entry, indent)
    elif isinstance(value, msgspec.Struct):
        yield (Span(f"{indent}{name}", "title"),)
        yield from _fields(value, indent + _INDENT)
    elif isinstance(value, tuple) and isinstance(value[0], msgspec.Struct):
        for item in value:
            yield from _field(name, item, indent)
    else:
        yield from _scalar(name, value, indent)


def _scalar(name: str, value: object, indent: str) -> Iterator[Row]:
    style = signs.status_style(str(value)) if name in {"status", "verdict"} else ""
    lines = clean(_words(name, value)).splitlines() or [""]
    yield (Span(f"{indent}{name}  ", "dim"), Span(lines[0], style))
    for line in lines[1:]:
        yield (Span(indent + _INDENT + line, style),)


def _words(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float) and name.endswith("_at"):
        return f"{numbers.utc_time(value)}"
    if isinstance(value, float) and name.endswith("_ms"):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def _log(entry: LogEntry, indent: str) -> Iterator[Row]:
    style = signs.severity_style(entry.severity)
    head = f"{signs.severity_sign(entry.severity)} {entry.severity} {one_line(entry.slug)}"
    source = entry.source
    place = "" if source is None else f"  {one_line(source.file)}:{source.line} {one_line(source.function or '')}"
    yield (Span(f"{indent}{head}", style), Span(f"  {numbers.utc_time(entry.timestamp)}{place.rstrip()}", "dim"))
    for line in clean(entry.message).splitlines():
        yield (Span(indent + _INDENT + line),)
    if entry.details is not None:
        yield from payload_rows(entry.details, indent + _INDENT)
    if entry.context is not None:
        yield (Span(f"{indent}{_INDENT}in force: {', '.join(_in_force(entry)) or 'nothing'}", "dim"),)


def _in_force(entry: LogEntry) -> Iterator[str]:
    """The payloads in force by name and size: they stand whole at the nodes that hold them."""
    for name in entry.context.__struct_fields__ if entry.context is not None else ():
        payload = getattr(entry.context, name)
        if payload is not None:
            yield f"{name} {numbers.size(payload.size)}"
