"""``kill -9`` in the middle of recording: nothing that had returned is lost.

A child records a known script of calls (see :mod:`bench.victim`) and writes to a pipe after each call that returned.
The parent kills it at a random moment and reads the journal. What is there must be the script's beginning, at least as
far as the child had told, and at most one call farther. A piece of a stream may wait 250 ms for those that follow it
(that is how streams are journalled), so pieces are missed only if they are older than that.
"""

from __future__ import annotations

import os
import random
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clew
from bench.checks.finding import Finding
from bench.process import environment
from bench.victim import ACK, script
from clew.model.session import Attempt, ToolCall, Turn
from clew.store.segment import read_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.victim import Step
    from clew.model.session import Session

PATIENCE = 0.3
"""Seconds that a piece of a stream may wait: 250 ms, and what the machine takes to get round to it."""


def kills(times: int, *, workers: int = 2) -> list[Finding]:
    """Kill so many recorders and read what each left."""
    with ThreadPoolExecutor(workers) as pool:
        seen = sum(pool.map(kill, range(times)), Counter[str]())
    bad = ("lost", "invented", "pieces lost", "unreadable", "not marked", "damaged")
    return [
        Finding(
            name="kill -9 in the middle of recording",
            figure=f"{times} kills after {seen['told']:,} returned calls, {seen['pieces']:,} of them pieces of "
            f"streams: {seen['lost']} calls lost, {seen['pieces lost']} pieces older than 250 ms lost, "
            f"{seen['unreadable']} files unreadable, {seen['damaged']} damaged, {seen['invented']} with something else "
            f"in them, {seen['not marked']} with an unfinished node not marked interrupted "
            f"({seen['unfinished']} unfinished nodes, {seen['torn']} torn tails)",
            target="0 returned calls lost, every file readable, unfinished nodes marked interrupted",
            met=not any(seen[name] for name in bad),
        )
    ]


def kill(seed: int) -> Counter[str]:
    """Let one recorder work for a random time, kill it, and judge what is there."""
    with tempfile.TemporaryDirectory() as folder:
        told, died = _work_and_die(seed, folder)
        seen = Counter(told=len(told))
        journals = list(Path(folder).glob("*.jsonl"))
        if not journals:
            return seen + Counter({"lost": len(told)})
        try:
            session = clew.load(journals[0])
            segment = read_segment(journals[0])
        except clew.ClewError:
            return seen + Counter({"unreadable": 1})
        seen["torn"] += segment.state == "torn"
        seen["damaged"] += segment.damaged
        return seen + judge(session, list(islice(script(seed), len(told) + 1)), told, died)


def judge(session: Session, steps: Sequence[Step], told: Sequence[float], died: float) -> Counter[str]:
    """Hold a session against the script: ``steps`` has one step more than were told, ``died`` is when it was killed."""
    found = _told_by(session)
    expected = [(step.name, step.value) for step in steps if step.name != "piece"]
    acknowledged = sum(step.name != "piece" for step in steps[: len(told)])
    seen = Counter(pieces=len(told) - acknowledged)
    seen["lost"] += max(0, acknowledged - len(found))
    seen["invented"] += found != expected[: len(found)]
    seen += _stream(session, steps, told, died)
    nodes = [node for _, node in clew.walk(session) if isinstance(node, Turn | Attempt | ToolCall)]
    unfinished = [node for node in nodes if node.ended_at is None]
    seen["unfinished"] += len(unfinished)
    marked = all(node.status == "interrupted" for node in unfinished)
    seen["not marked"] += not (marked and session.status in {"interrupted", "abandoned"})
    return seen


def _told_by(session: Session) -> list[tuple[str, Any]]:
    """The calls that a session shows, in the order of the script."""
    calls: list[tuple[str, Any]] = []
    for turn in session.turns:
        calls.append(("turn", turn.action.content.value if turn.action and turn.action.content else None))
        for attempt in turn.attempts:
            calls.append(("request", attempt.request.value if attempt.request else None))
            if attempt.ended_at is not None:
                payload = attempt.response.payload if attempt.response else None
                calls.append(("respond", payload.value if payload else None))
        for tool in turn.tools:
            calls.append(("call", tool.request.value if tool.request else None))
            if tool.ended_at is not None:
                calls.append(("result", tool.response.value if tool.response else None))
        if turn.ended_at is not None:
            calls.append(("end", None))
    return calls


def _stream(session: Session, steps: Sequence[Step], told: Sequence[float], died: float) -> Counter[str]:
    """What is missing or wrong of the stream that was under way."""
    begun = 1 + max((place for place, step in enumerate(steps[: len(told)]) if step.name != "piece"), default=-1)
    pieces = [(step.value, at) for step, at in zip(steps[begun : len(told)], told[begun:], strict=True)]
    if not pieces:
        return Counter()
    attempts = session.turns[-1].attempts if session.turns else ()
    text = attempts[-1].response.text if attempts and attempts[-1].response else ""
    in_flight = steps[-1].value if steps[-1].name == "piece" else ""
    whole = "".join(piece for piece, _ in pieces) + in_flight
    lengths = accumulate(len(piece) for piece, _ in pieces)
    old = [length for length, (_, at) in zip(lengths, pieces, strict=True) if died - at > PATIENCE]
    return Counter({"pieces lost": sum(length > len(text) for length in old), "invented": not whole.startswith(text)})


def _work_and_die(seed: int, folder: str) -> tuple[list[float], float]:
    """When each call was told, and when the child was killed."""
    patience = random.Random(seed).uniform(0.0, 0.9)
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.victim", str(seed), folder], env=environment(), stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    data = os.read(pipe, 1 << 16)
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            data += os.read(pipe, 1 << 16)
    died = time.monotonic()
    child.send_signal(signal.SIGKILL)
    data += child.stdout.read()
    child.wait()
    child.stdout.close()
    whole = data[: len(data) - len(data) % struct.calcsize(ACK)]
    return [at for (at,) in struct.iter_unpack(ACK, whole)], died
