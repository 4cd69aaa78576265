"""A folder with a session of every kind that the server has to bear: one that is being written too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from clew.model import event
from clew.model.usage import Usage
from tests.explore.recorded import CHILD, ID, MODEL, begin, family, nested, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.act import Act

WHOLE = ID
"""With everything: a retry, a rejected answer, tools, a child, a step, entries, a failure."""
BELOW = CHILD
LIVE = "20251109_150000_0000000a"
INTERRUPTED = "20251109_150001_0000000b"
DAMAGED = "20251109_150002_0000000c"
EMPTY = "20251109_150003_0000000d"
LARGE = "20251109_150004_0000000e"
"""So large that it is mapped."""
HOSTILE = "20251109_150005_0000000f"
UNREADABLE = "20251109_150006_00000010"
ABSENT = "20251109_150009_ffffffff"

KINDS = {
    "whole": WHOLE,
    "below": BELOW,
    "live": LIVE,
    "interrupted": INTERRUPTED,
    "damaged": DAMAGED,
    "empty": EMPTY,
    "large": LARGE,
    "hostile": HOSTILE,
    "unreadable": UNREADABLE,
}
MARKUP = "</script><img src=x onerror=alert(1)>\u2028\x1b]0;owned\x07\u202e<!-- ]]> {{7*7}} ${1}"
"""What would be dangerous if anything took it for more than text."""
LARGE_TURNS = 1_500


@contextmanager
def every_session(folder: Path) -> Iterator[Path]:
    """The folder, while one of its sessions is being written."""
    family(folder)
    nested(folder, 3)
    write(folder, INTERRUPTED, started())
    write(folder, DAMAGED, started("Directory: somewhere"))
    _damage(folder / f"session_{DAMAGED}.jsonl")
    write(folder, EMPTY, [])
    write(folder, LARGE, large(LARGE_TURNS))
    write(folder, HOSTILE, hostile())
    (folder / f"session_{UNREADABLE}.jsonl").write_text("no journal\n")
    live = begin(folder, LIVE, started())
    try:
        yield folder
    finally:
        live.close()


def started(words: str = "hello") -> list[Act]:
    """A session in its first turn, in the middle of a call."""
    return [
        event.SessionStart(agent_id="support", model=MODEL),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", content=words),
        event.AttemptStart(n=2, of=1, number=0, provider="anthropic", model=MODEL, request={"messages": [words]}),
        event.AttemptEnd(n=2, response={"content": words}, usage=Usage(input_tokens=7, output_tokens=3)),
        event.ToolStart(n=3, of=1, name="memory", request={"path": words}),
    ]


def large(turns: int) -> list[Act]:
    """A session of many turns, each with a request that repeats all before it."""
    acts: list[Act] = [event.SessionStart(agent_id="long", model=MODEL), event.InitEnd()]
    messages: list[dict[str, str]] = []
    for turn in range(turns):
        n = turn * 3 + 1
        messages = [*messages, {"role": "user", "content": f"question {turn} " + "x" * 400}][-20:]
        acts += [
            event.TurnStart(n=n, index=turn + 1, action="message", content=f"question {turn}"),
            event.AttemptStart(
                n=n + 1, of=n, number=0, provider="anthropic", model=MODEL, request={"messages": messages}
            ),
            event.AttemptEnd(n=n + 1, response={"content": f"yes {turn}"}, usage=Usage(input_tokens=5)),
            event.ToolStart(n=n + 2, of=n, name="memory", request={"path": f"/{turn}"}),
            event.ToolEnd(n=n + 2, response="a line\n" * 30),
            event.NodeEnd(n=n),
        ]
    return [*acts, event.FinStart(), event.FinEnd(success=True)]


def hostile() -> list[Act]:
    """A session with markup, escape sequences and half characters in every field that takes text."""
    request = {"messages": [{"role": "user", "content": MARKUP}], "__proto__": {"polluted": MARKUP}, MARKUP: MARKUP}
    answer = {"content": [{"type": "text", "text": MARKUP}, {"type": "image", "source": {"data": "PHN2Zz4="}}]}
    return [
        event.SessionStart(agent_id=MARKUP, title=MARKUP, model=MARKUP, system_prompt=MARKUP, tags=[MARKUP]),
        event.ConfigSet(tools=[{"name": MARKUP}], prompts={MARKUP: MARKUP}),
        event.InitEnd(),
        event.TurnStart(n=1, index=1, action="message", name=MARKUP, content=MARKUP),
        event.AttemptStart(n=2, of=1, number=0, provider=MARKUP, model=MARKUP, request=request),
        event.AttemptEnd(n=2, response=answer, stop_reason=MARKUP, usage=Usage(input_tokens=1)),
        event.ToolStart(n=3, of=1, name=MARKUP, command=MARKUP, call_id=MARKUP, request=MARKUP),
        event.Logged(of=3, slug="test.hostile", severity="WRN", message=MARKUP, details={MARKUP: MARKUP}),
        event.ToolEnd(n=3, status="failed", response="half \ud800 a pair", error=MARKUP),
        event.NodeEnd(n=1, status="failed", error=MARKUP),
        event.FinStart(),
        event.FinalReport(report={"format": "html", "content": MARKUP}),
        event.FinEnd(success=False, error=MARKUP),
    ]


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b"Directory")] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(bytes(data))
