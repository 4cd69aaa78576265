"""Folders of sessions for the explorer: written by the real writer, with times and ids that never change."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from clew.model import event
from clew.model.session import Totals
from clew.model.usage import Usage
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.act import Act
    from clew.store.journal import Journal

ID = records.ID
OTHER = "20251109_153414_b2c3d4e5"
"""A session to compare with."""
LONG_TURNS = 3_000
"""Turns of the long session: enough that its index holds a map of it."""


@contextmanager
def live(folder: Path) -> Iterator[Journal]:
    """A session whose writer lives: somewhere in its second turn."""
    journal = records.begin(folder, ID, records.conversation()[:16])
    yield journal
    journal.close()


@contextmanager
def interrupted(folder: Path) -> Iterator[None]:
    """A session whose writer died in its second turn."""
    records.write(folder, ID, records.conversation()[:16])
    yield


@contextmanager
def damaged(folder: Path) -> Iterator[None]:
    """A session of which one line is lost."""
    path = records.write(folder, ID, records.conversation())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:8], b"x" + lines[8][1:], *lines[9:]]))
    yield


@contextmanager
def empty(folder: Path) -> Iterator[None]:
    """A session that ended before anything was said."""
    records.write(folder, ID, [])
    yield


@contextmanager
def long(folder: Path) -> Iterator[None]:
    """A session of many turns, some of which failed."""
    acts: list[Act] = [event.SessionStart(agent_id="long", title="many turns", model=records.MODEL), event.InitEnd()]
    for turn in range(LONG_TURNS):
        acts += _turn(turn)
    acts += [event.FinStart(), event.FinEnd(success=True, totals=Totals(turns=LONG_TURNS))]
    records.write(folder, ID, acts)
    yield


def other(folder: Path) -> None:
    """The conversation once more, with another prompt, another answer and a call less."""
    acts = records.conversation()
    acts[0] = event.SessionStart(agent_id="support", title="an order", model=records.MODEL, system_prompt="Be brief.")
    answer = {"content": [{"type": "text", "text": "I shall look."}]}
    acts[9] = event.AttemptEnd(n=3, response=answer, usage=Usage(input_tokens=1096, output_tokens=190))
    del acts[17:20]
    records.write(folder, OTHER, acts)


def _turn(turn: int) -> list[Act]:
    n = turn * 3 + 1
    failed = turn % 500 == 250
    messages = [{"role": "user", "content": f"question {turn} " + "x" * 150}]
    return [
        event.TurnStart(n=n, index=turn + 1, action="message", content=f"question {turn}"),
        event.AttemptStart(
            n=n + 1, of=n, number=0, provider="anthropic", model=records.MODEL, request={"messages": messages}
        ),
        event.AttemptEnd(
            n=n + 1,
            response={"content": [{"type": "text", "text": f"answer {turn}"}]},
            usage=Usage(input_tokens=150, output_tokens=20),
        ),
        event.ToolStart(n=n + 2, of=n, name="memory", command="view", request={"path": f"/memories/{turn}"}),
        event.ToolEnd(n=n + 2, status="failed" if failed else "ok", slugs=["tool.failed"] if failed else []),
        event.NodeEnd(n=n),
    ]
