"""Lines as acts: the other side of :mod:`clew.wire.encoder`."""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Any

import msgspec

from clew.model import event
from clew.model.act import Act, Label, News
from clew.wire.table import ValueTable

if TYPE_CHECKING:
    from collections.abc import Callable


class LineDecoder:
    """Turns the lines of one segment back into acts with payloads."""

    def __init__(self, blob: Callable[[str], bytes | None]) -> None:
        """``blob`` reads a blob by its name, or returns ``None`` if it is gone."""
        self.values = ValueTable(blob)

    def decode(self, line: bytes) -> Act | None:
        """The act of a sealed line; ``None`` if this release does not know its kind.

        Raises ``msgspec.DecodeError`` if it is no act at all.
        """
        try:
            act: Any = _act_decoder.decode(line)
        except msgspec.ValidationError:
            envelope = _envelope_decoder.decode(line)
            self.values.add(envelope.new, envelope.was)
            return None
        if act.new or act.was is not None:
            self.values.add(act.new, act.was)
        for name in act.PAYLOADS:
            raw = getattr(act, name)
            if raw is not None:
                setattr(act, name, self.values.payload(raw))
        return act  # type: ignore[no-any-return]  # one of the acts


class Envelope(msgspec.Struct):
    """What can be said of a line whose act is not known."""

    ev: str
    seq: int
    at: float
    new: list[News] = []
    was: Label | None = None


def read_envelope(line: bytes) -> Envelope:
    """The parts of a line that every act has."""
    return _envelope_decoder.decode(line)


def _on_the_wire(act: type[Act]) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    return act[msgspec.Raw] if act.PAYLOADS else act  # type: ignore[index]  # acts with payloads are generic


_act_decoder = msgspec.json.Decoder(reduce(operator.or_, map(_on_the_wire, event.ACTS)))
_envelope_decoder = msgspec.json.Decoder(Envelope)
