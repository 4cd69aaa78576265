"""Lines as acts: the other side of :mod:`clew.wire.encoder`."""

from __future__ import annotations

import operator
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from clew.model import event
from clew.model.act import Act, Label, News
from clew.wire.table import ValueTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.wire.table import Shelf


class LineDecoder:
    """Turns the lines of one segment back into acts with payloads."""

    def __init__(self, blob: Callable[[str], bytes | None], shelf: Shelf | None = None) -> None:
        """``blob`` reads a blob by its name, or returns ``None`` if it is gone; ``shelf`` has what is not read here."""
        self.values = ValueTable(blob, shelf)
        self._decode, self._decode_envelope = _decoders()

    def decode(self, line: bytes) -> Act | Envelope:
        """The act of a sealed line, or what can be said of one whose kind this release does not know.

        Its values do not count yet. Raises ``msgspec.DecodeError`` if it is no act at all.
        """
        try:
            return self._decode(line)
        except msgspec.ValidationError:
            return self._decode_envelope(line)

    def accept(self, act: Any) -> None:  # noqa: ANN401 - whichever act, its payload fields by name
        """Take the values of an act that was decoded, and make payloads of its payload fields."""
        values = self.values
        if act.new or act.was is not None:
            values.add(act.new, act.was)
        for name in act.PAYLOADS:
            raw = getattr(act, name)
            if raw is not None:
                setattr(act, name, values.payload(raw))


class Envelope(msgspec.Struct):
    """What every line has, whatever its act."""

    PAYLOADS: ClassVar[tuple[str, ...]] = ()

    ev: str
    seq: int
    at: float
    new: list[News] = []
    was: Label | None = None


def _on_the_wire(act: type[Act]) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    return act[msgspec.Raw] if act.PAYLOADS else act  # type: ignore[index]  # acts with payloads are generic


@cache
def _decoders() -> tuple[Callable[[bytes], Act], Callable[[bytes], Envelope]]:
    """What decodes acts, and what decodes anything else; made at the first line, for it takes a while."""
    acts: msgspec.json.Decoder[Act] = msgspec.json.Decoder(reduce(operator.or_, map(_on_the_wire, event.ACTS)))
    return acts.decode, msgspec.json.Decoder(Envelope).decode
