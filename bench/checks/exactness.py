"""Whether what is read back is what was sent: every request, answer, argument and result, byte for byte."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import clew
from bench.checks.finding import Finding
from bench.conversation import VARIANTS, operations
from bench.measure import Run
from bench.recorders.own import Own
from clew.model.session import Attempt, ToolCall

if TYPE_CHECKING:
    from bench.conversation import Variant
    from clew.model.payload import Payload
    from clew.model.session import Session

_encode = msgspec.json.Encoder().encode


def exactness(turns: int) -> list[Finding]:
    """Record each variant of the conversation and compare what comes back with what was sent at that moment."""
    return [_finding(variant, turns) for variant in VARIANTS]


def _finding(variant: Variant, turns: int) -> Finding:
    with tempfile.TemporaryDirectory() as folder:
        sent, path = _record(Path(folder), variant, turns)
        found = _read(clew.load(path))
    same = sum(a == b for a, b in zip(sent, found, strict=False))
    return Finding(
        name=f"read back equal: messages {variant}",
        figure=f"{same:,} of {len(sent):,} payloads of {turns} turns ({sum(map(len, sent)) / 1e6:.0f} MB) equal in "
        f"every byte of their compact JSON, {len(found):,} found",
        target="all, key order included",
        met=sent == found,
    )


def _record(folder: Path, variant: Variant, turns: int) -> tuple[list[bytes], Path]:
    """What was sent, as JSON of that moment, in the order in which the nodes began; requests before answers."""
    run = Run(Own(folder, trace=False), 0.0)
    begun: list[Any] = []
    sent: dict[int, bytes] = {}
    for kind, value in operations(turns, variant):
        if kind == "request":
            begun.append(value)
            sent[id(value)] = _encode(value.request)
        elif kind == "call":
            begun.append(value)
        run.step((kind, value))
    run.recorder.finish()
    payloads: list[bytes] = []
    for value in begun:
        if id(value) in sent:
            payloads += [sent[id(value)], *([_encode(value.answer)] if value.answer is not None else [])]
        else:
            payloads += [_encode(value.arguments), _encode(value.result)]
    return payloads, next(folder.rglob("*.jsonl"))


def _read(session: Session) -> list[bytes]:
    found: list[bytes] = []
    for _, node in clew.walk(session):
        if isinstance(node, Attempt):
            found += _bytes(node.request, node.response.payload if node.response else None)
        elif isinstance(node, ToolCall):
            found += _bytes(node.request, node.response)
    return found


def _bytes(*payloads: Payload | None) -> list[bytes]:
    return [_encode(payload.value) for payload in payloads if payload is not None]
