"""The answer in a model operation of an opTree, as the acts that a streamed attempt has."""

from __future__ import annotations

from collections.abc import Iterator

from clew.importers.op import Op, list_of
from clew.importers.optree_file import opened
from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import object_or_empty
from clew.model.act import ABSENT
from clew.model.event import AttemptChunk, AttemptEnd


def reasoning_acts(op: Op, n: int) -> Iterator[AttemptChunk[object]]:
    """The reasoning of an attempt, piece by piece."""
    for chunk in map(object_or_empty, list_of(object_or_empty(op.data.get("reasoning")).get("chunks"))):
        if isinstance(chunk.get("text"), str):
            yield AttemptChunk(at=epoch_milliseconds(chunk.get("ts")) or op.started_at, n=n, reasoning=chunk["text"])


def attempt_end(op: Op, n: int, *, rejected: bool) -> AttemptEnd[object]:
    """The end of an attempt; a rejected one was answered, whatever its operation's status."""
    final = object_or_empty(op.data.get("reasoning")).get("final")
    return AttemptEnd(
        at=op.ended_at or op.started_at,
        n=n,
        status="failed" if op.failed and not rejected else "ok",
        error=op.error or ("The call failed." if op.failed else None),
        response=opened(op.response),
        reasoning=final if isinstance(final, str) else ABSENT,
        model=op.told("actualModel") or op.told("model"),
        stop_reason=op.told("stopReason"),
        usage=op.usage,
        cost=op.cost,
    )
