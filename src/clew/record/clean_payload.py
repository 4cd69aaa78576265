"""What subscribers and sinks get to see of an act: the values an application gave, without the secrets among them.

The journal redacts what it writes; an act handed over in memory holds the whole value once more, the old parts of a
conversation included. It is redacted when somebody looks, so that an act that nobody looks at costs nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec

from clew.model.payload import Payload
from clew.wire.redact import Findings, in_force, redact
from clew.wire.whole import decode_whole, encode_whole


class CleanPayload(Payload):
    """A value at hand, as JSON and without secrets."""

    __slots__ = ("_clean", "_given")

    def __init__(self, value: object) -> None:
        """Nothing is looked at yet."""
        self._given = value
        self._clean: Payload | None = None

    @property
    def _value(self) -> Any:  # type: ignore[override]  # noqa: ANN401 - computed where the base keeps it; a JSON value
        if self._clean is None:
            given = self._given
            data = bytes(given) if isinstance(given, msgspec.Raw) else encode_whole(given)
            self._clean = decode_whole(msgspec.Raw(in_force().json(data, Findings(), "")))
            self._given = None
        return self._clean.value


def clean_names(act: Any) -> None:  # noqa: ANN401 - whichever act
    """Take the secrets out of the names and messages of an act that no journal has encoded."""
    held = {name: getattr(act, name) for name in act.PAYLOADS}
    for name in held:
        setattr(act, name, None)
    redact(act, in_force(), Findings())
    for name, value in held.items():
        setattr(act, name, value)
