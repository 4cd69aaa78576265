"""A session, or any node of one, written as one JSON document.

:mod:`clew.wire.document` says what stands where; here the tree is walked along it and written piece by piece, so a
large session is never held as text. Payloads are whole, nothing is cut. Child sessions wait on a stack instead of in
calls: sessions may nest as deep as they like. Every node begins a line of its own, so documents can be compared line
by line.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from clew.model import log, session, usage
from clew.model.payload import Payload
from clew.wire import document, document_parts
from clew.wire.plain import is_text
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from clew.model.session import Node

    Pieces = Iterator[bytes | session.Session]
    """Parts of the document; a session stands for itself, still to be written."""

CHUNK = 1 << 16
"""Bytes gathered before a chunk is handed out."""

ROOTS: dict[type[Node], document.NodeName] = {
    session.Session: "session",
    session.Init: "init",
    session.Turn: "turn",
    session.Step: "step",
    session.Attempt: "attempt",
    session.ToolCall: "toolCall",
    session.Fin: "fin",
}
"""What a document calls its root."""

_encode = msgspec.json.Encoder(decimal_format="number").encode


def snapshot_json(node: Node) -> bytes:
    """The whole document of a node."""
    return b"".join(snapshot_chunks(node))


def snapshot_chunks(node: Node) -> Iterator[bytes]:
    """The document of a node, in chunks of about 64 KiB or one payload."""
    gathered = bytearray()
    for piece in _pieces(node):
        gathered += piece
        if len(gathered) >= CHUNK:
            yield bytes(gathered)
            gathered.clear()
    gathered += b"\n"
    yield bytes(gathered)


def _pieces(node: Node) -> Iterator[bytes]:
    """Run the writers of sessions inside sessions, the innermost first."""
    stack = [_object(node, version=document.VERSION, node=ROOTS[type(node)])]
    while stack:
        for piece in stack[-1]:
            if isinstance(piece, bytes):
                yield piece
            else:
                stack.append(_object(piece))
                break
        else:
            stack.pop()


def _object(value: msgspec.Struct, **root: object) -> Pieces:
    """A value of the model, in the shape that the document has for it."""
    shape, elsewhere = _SHAPES[type(value)]
    known = root | elsewhere(value)
    separator = b"{"
    for name, key, default in _fields(shape):
        item = known[name] if name in known else getattr(value, name, None)
        if item is not default:
            yield separator + (b"\n" if type(item) in ROOTS else b"") + key
            yield from _value(item)
            separator = b","
    yield b"{}" if separator == b"{" else b"}"


def _value(value: Any) -> Pieces:  # noqa: ANN401 - whatever a field of the model may hold
    if isinstance(value, Payload):
        yield encode_whole(value.value)
    elif isinstance(value, session.Session):
        yield value
    elif isinstance(value, tuple):
        yield from _list(value)
    elif type(value) in _SHAPES:
        yield from _object(value)
    else:
        yield _encode(_text(value) if isinstance(value, str) else value)


def _list(values: tuple[Any, ...]) -> Pieces:
    yield b"["
    for position, value in enumerate(values):
        yield (b"," if position else b"") + (b"\n" if isinstance(value, msgspec.Struct) else b"")
        yield from _value(value)
    yield b"]"


@cache
def _fields(shape: type[msgspec.Struct]) -> list[tuple[str, bytes, Any]]:
    """Attribute, encoded key and default of each field of a shape."""
    fields = msgspec.structs.fields(shape)
    return [(field.name, _encode(field.encode_name) + b":", field.default) for field in fields]


def _text(value: str) -> str:
    """The string, with the halves of characters that no encoding has written as escapes."""
    return value if is_text(value) else value.encode("utf-8", "backslashreplace").decode()


def _sized(payload: Payload | None) -> document_parts.Sized | None:
    return None if payload is None else document_parts.Sized(payload=_raw(payload), size=payload.size)


def _request(kind: Literal["llm", "tool"], payload: Payload | None) -> document_parts.Request | None:
    return None if payload is None else document_parts.Request(kind=kind, payload=_raw(payload), size=payload.size)


def _raw(payload: Payload) -> msgspec.Raw:
    return msgspec.Raw(encode_whole(payload.value))


def _dollars(cost: Decimal | None) -> Decimal | None:
    """A cost that can be written as a number; not a number is unknown."""
    return cost if cost is not None and cost.is_finite() else None


def _same(_value: msgspec.Struct) -> dict[str, Any]:
    """Nothing stands elsewhere than in the model."""
    return {}


def _in_log(entry: log.LogEntry) -> dict[str, Any]:
    if entry.context is None:
        return {}
    named = {name: _sized(getattr(entry.context, name)) for name in log.Context.__struct_fields__}
    return {"context": document_parts.Context(**named)}


def _in_response(response: session.Response) -> dict[str, Any]:
    cost = _dollars(response.cost)
    return {
        "response": _sized(response.payload),
        "tokens": response.usage,
        "accounting": None if cost is None else document_parts.LLMAccounting(cost_usd=cost),
    }


def _in_attempt(attempt: session.Attempt) -> dict[str, Any]:
    return {"request": _request("llm", attempt.request)}


def _in_tool(tool: session.ToolCall) -> dict[str, Any]:
    return {"request": _request("tool", tool.request), "response": _sized(tool.response)}


def _in_turn(turn: session.Turn) -> dict[str, Any]:
    """The attempts under their names, the last accepted one without its response, which is the turn's."""
    attempts = list(turn.attempts)
    for position in reversed(range(len(attempts))):
        if attempts[position].verdict == "accepted":
            attempts[position] = msgspec.structs.replace(attempts[position], response=None)
            break
    return {"llm_request": attempts[0] if attempts else None, "llm_retries": tuple(attempts[1:])}


def _in_totals(totals: session.Totals) -> dict[str, Any]:
    return {
        "tokens_in": totals.usage.input_tokens,
        "tokens_out": totals.usage.output_tokens,
        "tokens_cache_read": totals.usage.cache_read_tokens,
        "tokens_cache_write": totals.usage.cache_write_tokens,
        "tokens_reasoning": totals.usage.reasoning_tokens,
        "cost_usd": _dollars(totals.cost),
        "turns_run": totals.turns,
        "attempts_run": totals.attempts,
        "retries_run": totals.retries,
        "tools_run": totals.tools,
        "agents_run": totals.child_sessions + 1,
        "responses_unpriced": totals.unpriced,
    }


_SHAPES: dict[type, tuple[type[msgspec.Struct], Callable[[Any], dict[str, Any]]]] = {
    session.Session: (document.Session, _same),
    session.Parent: (document_parts.Parent, _same),
    session.Note: (document_parts.Note, _same),
    session.Init: (document.Init, _same),
    session.Config: (document_parts.Config, _same),
    session.Turn: (document.Turn, _in_turn),
    session.Step: (document.Step, _same),
    session.Action: (document_parts.Action, _same),
    session.Attempt: (document.Attempt, _in_attempt),
    session.Response: (document_parts.LLMResponse, _in_response),
    session.ToolCall: (document.ToolCall, _in_tool),
    session.Fin: (document.Fin, _same),
    session.Failure: (document_parts.Failure, _same),
    session.Totals: (document_parts.Totals, _in_totals),
    usage.Usage: (document_parts.TokenUsage, _same),
    log.LogEntry: (document_parts.LogEntry, _in_log),
    log.Source: (document_parts.Source, _same),
}
"""The shape of every type of the model, and what stands elsewhere in it than in the model."""
