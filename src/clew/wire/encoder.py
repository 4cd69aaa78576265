"""Acts as lines.

A line carries, besides its act, the values first used in it and a label for the values of the line before. The other
side is :mod:`clew.wire.decoder`; recording applications never load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from clew.model import event
from clew.model.act import Act, Label
from clew.model.payload import Payload
from clew.wire.line import seal
from clew.wire.redact import Findings, in_force, redact
from clew.wire.values import ValueWriter

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = 1
"""The format this release writes."""

NULL = msgspec.Raw(b"null")
"""A payload that is null, as opposed to none."""

_encode = msgspec.json.Encoder(decimal_format="string").encode


class LineEncoder:
    """Turns the acts of one segment into lines. Not safe for threads: its journal holds a lock."""

    def __init__(self, blob: Callable[[bytes], str]) -> None:
        """``blob`` stores bytes beside the journal and returns their name."""
        self._blob = blob
        self._values = ValueWriter(blob, self._clean)
        self._found = Findings()
        self._label: Label | None = None
        self.seq = 0
        """Number of the next line."""

    def encode(self, act: Act) -> bytes:
        """The line of an act, whose payload fields may hold any Python objects; they are encoded in place."""
        act.seq = self.seq
        if self._found:  # of an attempt that failed
            self._found.take()
        self._encode_payloads(act)
        act.new, sizes = self._values.take_news()
        act.was = self._label
        line, crc = seal(self._redacted(act))
        self._label = Label(crc, sizes) if sizes else None
        self.seq += 1
        return line

    def forget(self) -> None:
        """Write every value anew from here on: lines were lost."""
        self._values.forget()

    def _redacted(self, act: Act) -> bytes:
        """The JSON of an encoded act, without secrets."""
        try:
            body = _encode(act)
        except UnicodeEncodeError:
            act = _cleaned(act)
            body = _encode(act)
        redactor = in_force()
        if self._found or redactor.suspects(body):
            redact(act, redactor, self._found)
            body = _encode(act)
        return body

    def _clean(self, data: bytes) -> bytes:
        """A value on its way to a blob, without secrets."""
        return in_force().json(data, self._found, "/blob")

    def _encode_payloads(self, act: Any) -> None:  # noqa: ANN401 - whichever act, its payload fields by name
        kind, values = type(act), self._values
        if kind in _ENDS_STREAMS:
            for name in ("text", "reasoning"):
                values.end_stream((act.n, name))
        for name in act.PAYLOADS:
            value = getattr(act, name)
            if value is None or type(value) is msgspec.Raw:
                continue
            if isinstance(value, Payload):
                value = value.value
            if kind in _SENDS_REQUESTS and name == "request":
                setattr(act, name, values.encode_request(value))
            elif kind is event.AttemptChunk:
                setattr(act, name, values.piece((act.n, name), value))
            else:
                setattr(act, name, values.encode(value))


_ENDS_STREAMS = frozenset({event.AttemptResponse, event.AttemptEnd})
_SENDS_REQUESTS = frozenset({event.AttemptStart, event.AttemptRequest})


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - whatever an act holds
    """A value with the lone surrogates of its names and messages written out: no JSON text can carry them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, msgspec.Struct):
        fields = {name: _cleaned(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **fields)
    return value
