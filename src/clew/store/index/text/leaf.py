"""Leaves: the pieces of text that a needle is looked for in.

A *leaf* is a string, an object key, or a number in the notation of the journal, anywhere inside a payload of an act, or
a string or a number of another field of it (message, error, slug, tool name, title, usage …; the names of those fields
are the format's and not the session's). ``true``, ``false`` and ``null`` are no leaves, nor is what only holds the
record together: sequence numbers, times, node numbers, references to values, checksums.

A value counts where it was written, not where it is referred to. What JSON cannot carry counts as what it stands for: a
string with lone surrogates as that string, bytes as their text if they are UTF-8 and as base64 if not, a large integer
by its digits. The pieces of a streamed answer are one leaf, joined in the order of their sequence numbers. A value in a
blob counts if the blob is there and is what its name says. A record that is damaged holds nothing; one that was fused
with a torn one counts.

A needle *occurs* where it is a substring of a leaf, code point by code point. The scan (:mod:`.scan`) is what defines
the answer; the index only knows sooner where there is nothing to find.

Leaves are found in the bytes of a value's compact JSON, one token after the other, so that neither a tree nor a copy of
a large value is made, and so that every leaf has a place.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    rb'\{"\$":(?:'
    rb'"(?P<tag>text|bytes|int|float)","(?:utf16|base64|hex|value)":"(?P<coded>[^"\\]*)"\}'
    rb'|"object","items":|"[a-z_]+"'
    rb'|\d+\}|\[[\d,\[\]]*\]\}|\{"join":[\d,\[\]]*\}\}'
    rb'|\{"sha256":"(?P<blob>[0-9a-f]{64})","size":\d+\}\})'
    rb'|"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)"'
    rb"|(?P<number>-?\d[\d.eE+-]*)",
    re.DOTALL,
)
_STEP = re.compile(rb'"(?:[^"\\]*+(?:\\.[^"\\]*+)*+)"|[][{},]', re.DOTALL)

FARTHEST = 1 << 16
"""Bytes into a value beyond which a leaf's path is not worked out."""

_decode_string = msgspec.json.Decoder(str).decode


class Leaf(NamedTuple):
    """One piece of text."""

    position: int
    """Byte at which its token begins in the JSON of the value."""
    text: str
    """What it says."""


class BlobReference(NamedTuple):
    """A reference to a value that lies in a blob."""

    position: int
    """Byte at which it begins in the JSON of the value that holds it."""
    digest: str
    """The blob's SHA-256."""


def leaves(raw: bytes, *, keys: bool = True) -> Iterator[Leaf]:
    """The leaves of a JSON value, in order; without ``keys`` those of objects are left out."""
    if is_string(raw):
        yield Leaf(0, unescape(raw[1:-1]))
        return
    for token in _TOKEN.finditer(raw):
        kind = token.lastgroup
        if kind == "string":
            if keys or raw[token.end() : token.end() + 1] != b":":
                yield Leaf(token.start(), unescape(token["string"]))
        elif kind == "number":
            yield Leaf(token.start(), token["number"].decode())
        elif kind == "coded":
            yield Leaf(token.start(), _decoded(token["tag"], token["coded"].decode("utf-8", "replace")))


def blob_references(raw: bytes) -> Iterator[BlobReference]:
    """The references to blobs in a JSON value."""
    if b'"sha256"' in raw and not is_string(raw):
        for token in _TOKEN.finditer(raw):
            if token.lastgroup == "blob":
                yield BlobReference(token.start(), token["blob"].decode())


def is_string(raw: bytes) -> bool:
    """Whether a JSON value is a string, told by its first byte."""
    return raw.startswith(b'"')


def unescape(inside: bytes) -> str:
    """The text of a JSON string, or of a part of one that no escape is cut at; ``inside`` is without the quotes."""
    if b"\\" not in inside:
        return inside.decode("utf-8", "replace")
    quoted = b'"%b"' % inside
    try:
        return _decode_string(quoted)
    except msgspec.DecodeError:
        pass
    try:
        return str(json.loads(quoted.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return inside.decode("utf-8", "replace")


def leaf_path(raw: bytes, position: int) -> str:
    """Where in a value a leaf lies, as ``messages[3].content``; empty for the value itself, or if it is too far in."""
    if position > FARTHEST or not position:
        return ""
    steps: list[str | int] = []
    key = ""
    for token in _STEP.finditer(raw, 0, position):
        sign = token[0]
        if sign == b"{":
            steps.append("")
        elif sign == b"[":
            steps.append(0)
        elif sign in b"]}":
            if steps:
                steps.pop()
        elif sign == b",":
            if steps and isinstance(steps[-1], int):
                steps[-1] += 1
        elif raw[token.end() : token.end() + 1] == b":" and steps:
            key = unescape(sign[1:-1])
            steps[-1] = key
    return _joined(steps)


def _joined(steps: list[str | int]) -> str:
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step:
            path += f".{step}" if path else step
    return path


def _decoded(tag: bytes, coded: str) -> str:
    """What a tagged value says; if it is malformed, its code."""
    with suppress(ValueError, Error):
        if tag == b"text":
            return b64decode(coded).decode("utf-16-le", "surrogatepass")
        if tag == b"bytes":
            return b64decode(coded).decode()
        if tag == b"int":
            return str(int(coded, 16))
    return coded
