"""A string that is not loaded: its compact JSON, to be read in places.

A text of 200 MB lies in a blob as one JSON string. Who wants to see a page of it reads the bytes of that page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from clew.wire.stored import StoredPayload

if TYPE_CHECKING:
    from clew.model.payload import Payload

_encode = msgspec.json.Encoder().encode


class Encoded(Protocol):
    """Compact JSON somewhere."""

    @property
    def size(self) -> int:
        """Its bytes."""

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from a place to another, as far as there are any."""


class EncodedBytes:
    """Compact JSON in memory."""

    def __init__(self, data: bytes) -> None:
        """Keep the bytes."""
        self._data = data

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self._data)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from a place to another."""
        return self._data[max(0, start) : stop]


def string(payload: Payload) -> Encoded | None:
    """The JSON of a payload that is a string, quotes included; ``None`` for anything else."""
    blob = blob_of(payload)
    if blob is not None and blob.read(0, 1) == b'"':
        return blob
    if blob is not None and b'"$"' not in blob.read(0, 8):
        return None
    value: Any = payload._surface() if isinstance(payload, StoredPayload) else payload.value  # noqa: SLF001 - of this room
    if isinstance(value, dict) and "$" in value:
        value = payload.value
    if not isinstance(value, str):
        return None
    return EncodedBytes(_encode(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


def blob_of(payload: Payload) -> Encoded | None:
    """The file in which a payload lies as a whole; ``None`` if it lies elsewhere, is gone, or is not what it was."""
    if not isinstance(payload, StoredPayload):
        return None
    value = payload._surface()  # noqa: SLF001 - of this room
    reference = value.get("$") if isinstance(value, dict) else None
    name = reference.get("sha256") if isinstance(reference, dict) else None
    opened = getattr(payload._table._blob, "open", None)  # noqa: SLF001 - of this room; blobs in memory have no files
    if opened is None or not isinstance(name, str):
        return None
    found: Encoded | None = opened(name)
    return found
