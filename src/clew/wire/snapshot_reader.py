"""A snapshot document read back into the session it was written from.

Child sessions may nest deeper than any parser goes, so the text is taken apart first: one pass over its strings and
brackets finds where each child session begins and ends. Each is then read by itself, the innermost first, and its
number stands in its place in the tool call that holds it. Payloads stay text until they are asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from clew.errors import ForeignFormat, NewerFormat
from clew.model import log, session, usage
from clew.model.payload import Payload
from clew.wire import document, document_parts
from clew.wire.whole import decode_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")(\s*:)?|[{}\[\]]', re.DOTALL)
"""A string, which is a key if a colon follows, or a bracket."""

_INSIDE = {
    ("session", b'"turns"'): "turns",
    ("session", b'"steps"'): "turns",
    ("turns", b""): "turn",
    ("turn", b'"tools"'): "tools",
    ("tools", b""): "tool",
    ("tool", b'"childSession"'): "session",
}
"""The way from a session to those inside it: what a container is, by the one around it and its key there."""


class _Head(msgspec.Struct):
    """What a document says of itself."""

    version: int
    node: str


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_session = msgspec.json.Decoder(document.Session).decode


def read_snapshot(data: bytes) -> session.Session:
    """The session of a document. Raises ``NewerFormat`` for a later version and ``ForeignFormat`` for anything else."""
    texts = list(_session_texts(data))
    if not texts:
        raise ForeignFormat("This is no snapshot of a session, or only a part of one: it holds no whole JSON object.")
    try:
        _check(_decode_head(texts[-1]))
        return _Reader().read(texts)
    except (msgspec.DecodeError, UnicodeDecodeError, IndexError) as problem:
        raise ForeignFormat(f"This is no snapshot of a session: {problem}.") from problem


def _check(head: _Head) -> None:
    if head.version > document.VERSION:
        raise NewerFormat(
            f"The snapshot has version {head.version}, but this release reads up to {document.VERSION}. "
            "Read it with a newer release of clew, or export it again with this one."
        )
    if head.node != "session":
        raise ForeignFormat(f"The snapshot holds one {head.node} instead of a session; export the session as a whole.")


def _session_texts(data: bytes) -> Iterator[bytes]:
    """The text of every session, the innermost first, with the numbers of its child sessions in their places."""
    kinds: list[str] = []
    sessions: list[list[bytes]] = []
    key, position, number = b"", 0, 0
    for token in _TOKEN.finditer(data):
        mark = token[0]
        if token[1]:
            key = token[1] if token[2] else key
        elif mark in b"{[":
            kind = _INSIDE.get((kinds[-1], key), "") if kinds else "session"
            if kind == "session":
                if sessions:
                    sessions[-1].append(data[position : token.start()])
                sessions.append([])
                position = token.start()
            kinds.append(kind)
            key = b""
        elif kinds:
            if kinds.pop() == "session":
                yield b"".join([*sessions.pop(), data[position : token.end()]])
                if sessions:
                    sessions[-1].append(b"%d" % number)
                position = token.end()
                number += 1
            key = b""


class SizedPayload(Payload):
    """A payload with the size that its document states: it counts what has been lost since."""

    __slots__ = ("_inner", "_size")

    def __init__(self, inner: Payload, size: int) -> None:
        """``inner`` has the value."""
        self._inner = inner
        self._size = size

    @property
    def value(self) -> Any:  # noqa: ANN401 - a JSON value
        """The value, loaded anew."""
        return self._inner.value

    @property
    def size(self) -> int:
        """Bytes of the value's compact JSON text, as stated."""
        return self._size

    def part(self, key: str) -> Payload | None:
        """The value under a key of an object; the others are not loaded."""
        return self._inner.part(key)

    def count(self) -> int | None:
        """How many elements a list has; none of them is loaded."""
        return self._inner.count()


class _Reader:
    """Makes the tree of the texts."""

    def __init__(self) -> None:
        self._sessions: list[session.Session] = []
        self._models: dict[type, tuple[type, Callable[[Any], dict[str, Any]]]] = {
            document.Session: (session.Session, _same),
            document_parts.Parent: (session.Parent, _same),
            document_parts.Note: (session.Note, _same),
            document.Init: (session.Init, _same),
            document_parts.Config: (session.Config, _same),
            document.Turn: (session.Turn, self._turn),
            document.Step: (session.Step, _same),
            document_parts.Action: (session.Action, _same),
            document.Attempt: (session.Attempt, _same),
            document_parts.LLMResponse: (session.Response, self._response),
            document.ToolCall: (session.ToolCall, self._tool),
            document.Fin: (session.Fin, _same),
            document_parts.Failure: (session.Failure, _same),
            document_parts.Totals: (session.Totals, _totals),
            document_parts.TokenUsage: (usage.Usage, _same),
            document_parts.LogEntry: (log.LogEntry, _same),
            document_parts.Source: (log.Source, _same),
            document_parts.Context: (log.Context, _same),
        }

    def read(self, texts: list[bytes]) -> session.Session:
        """The session of the last text, which may hold those of the others."""
        for text in texts:
            self._sessions.append(self._value(_decode_session(msgspec.json.format(text, indent=-1))))
        return self._sessions[-1]

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - a field of the document, and of the model
        if isinstance(value, msgspec.Raw):
            return decode_whole(value)
        if isinstance(value, document_parts.Sized | document_parts.Request):
            return SizedPayload(decode_whole(value.payload), value.size)
        if isinstance(value, tuple):
            return tuple(map(self._value, value))
        return self._object(value) if isinstance(value, document_parts.Part) else value

    def _object(self, value: document_parts.Part) -> Any:  # noqa: ANN401 - whichever type of the model
        model, elsewhere = self._models[type(value)]
        known = elsewhere(value)
        for field in msgspec.structs.fields(model):
            if field.name not in known:
                known[field.name] = self._value(getattr(value, field.name))
        return model(**known)

    def _turn(self, turn: document.Turn) -> dict[str, Any]:
        """The attempts in a row, the turn's response given back to the one that was accepted last."""
        attempts = [self._object(attempt) for attempt in (turn.llm_request, *turn.llm_retries) if attempt is not None]
        for position in reversed(range(len(attempts))):
            if attempts[position].verdict == "accepted":
                response = self._value(turn.llm_response)
                attempts[position] = msgspec.structs.replace(attempts[position], response=response)
                break
        return {"attempts": tuple(attempts)}

    def _response(self, response: document_parts.LLMResponse) -> dict[str, Any]:
        return {
            "payload": self._value(response.response),
            "usage": self._value(response.tokens),
            "cost": response.accounting.cost_usd if response.accounting else None,
        }

    def _tool(self, tool: document.ToolCall) -> dict[str, Any]:
        if tool.child_session is None:
            return {"child_session": None}
        return {"child_session": self._sessions[msgspec.json.decode(tool.child_session, type=int)]}


def _same(_value: document_parts.Part) -> dict[str, Any]:
    """Nothing stands elsewhere than in the model."""
    return {}


def _payload(sized: document_parts.Sized | document_parts.Request) -> Payload:
    return Payload(decode_whole(sized.payload).value)


def _totals(totals: document_parts.Totals) -> dict[str, Any]:
    return {
        "turns": totals.turns_run,
        "attempts": totals.attempts_run,
        "retries": totals.retries_run,
        "tools": totals.tools_run,
        "child_sessions": totals.agents_run - 1,
        "usage": usage.Usage(
            input_tokens=totals.tokens_in,
            cache_read_tokens=totals.tokens_cache_read,
            cache_write_tokens=totals.tokens_cache_write,
            output_tokens=totals.tokens_out,
            reasoning_tokens=totals.tokens_reasoning,
        ),
        "cost": totals.cost_usd,
        "unpriced": totals.responses_unpriced,
    }
