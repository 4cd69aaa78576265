"""An opTree file: bytes -> envelope.

The files are gzipped JSON, written under a draft name and renamed; a writer that died left empty files, and drafts. In
later files bodies are base64 objects ``{format, encoding, value}``, which are opened here: JSON where they hold JSON,
else text, else bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from clew.errors import ForeignFormat

_MAGIC = b"\x1f\x8b"
_VERSIONS = (1, 2)


def head_of(head: bytes) -> bytes:
    """The beginning of a document, unpacked if it is packed."""
    if not head.startswith(_MAGIC):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
    except zlib.error:
        return b""


def read_envelope(path: Path) -> dict[str, Any]:
    """The envelope of an opTree file. Raises ``ForeignFormat`` if it is empty, cut or of an unknown version."""
    data = path.read_bytes()
    try:
        document = json.loads(gzip.decompress(data) if data.startswith(_MAGIC) else data)
    except (EOFError, OSError, zlib.error, ValueError, RecursionError) as problem:
        reason = "is empty" if not data else "is cut or damaged"
        raise ForeignFormat(f"{path} {reason}: the program that wrote it was stopped before it was done.") from problem
    if not isinstance(document, dict) or not isinstance(document.get("opTree"), dict):
        raise ForeignFormat(f"{path} holds no opTree.")
    if document.get("version") not in _VERSIONS:
        raise ForeignFormat(
            f"{path} has version {document.get('version')!r} of the opTree format; 1 and 2 can be imported."
        )
    return document


def opened(value: object) -> object:
    """A payload with every base64 body in it opened."""
    if isinstance(value, list):
        return [opened(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("encoding") == "base64" and isinstance(value.get("value"), str):
        return _body(value)
    return {key: opened(item) for key, item in value.items()}


def _body(value: dict[str, Any]) -> object:
    try:
        data = base64.b64decode(value["value"], validate=True)
    except ValueError:
        return value
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {**value, "encoding": "bytes", "value": data}
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = text
    return {**value, "encoding": "json" if body is not text else "text", "value": body}
