"""A small journal with everything a damage can hit, and the question whether what is left of it is honest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model import event
from clew.model.payload import Payload
from clew.model.usage import Usage
from clew.store.memory import MemoryJournal
from clew.store.names import journal_name
from clew.store.segment import read_segment
from tests.wire.exact import same

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act
    from clew.store.segment import Segment

ID = "20260102_030405_0badcafe"


def journal(turns: int = 2, session_id: str = ID, text: str = "find my order ") -> bytes:
    """A session of some turns, each with the whole conversation so far, a stream and a tool."""
    memory = MemoryJournal(event.Header(format=1, session_id=session_id, at=1_000.0))
    memory.write(event.SessionStart(agent_id="support", system_prompt="You help. " * 15))
    messages: list[Any] = []
    for turn in range(turns):
        n = 3 * turn + 1
        messages.append({"role": "user", "content": f"{text}{turn} " * 12})
        memory.write(event.TurnStart(n=n, index=turn + 1, action="message", content=messages[-1]["content"]))
        memory.write(event.AttemptStart(n=n + 1, of=n, number=0, request={"model": "m", "messages": messages}))
        memory.write(event.AttemptChunk(n=n + 1, text=f"here {turn} " * 20))
        answer = {"content": [{"type": "text", "text": f"here {turn} " * 20}], "stop_reason": "end_turn"}
        memory.write(event.AttemptEnd(n=n + 1, response=answer, usage=Usage(input_tokens=9, output_tokens=turn)))
        memory.write(event.ToolStart(n=n + 2, of=n, name="orders", request={"turn": turn}))
        memory.write(event.ToolEnd(n=n + 2, response=f"row {turn}; " * 30))
        messages += [
            {"role": "assistant", "content": answer["content"]},
            {"role": "tool", "content": f"row {turn}; " * 30},
        ]
        memory.write(event.NodeEnd(n=n))
    memory.write(event.FinStart())
    memory.write(event.FinEnd(success=True))
    return bytes(memory.data)


def read(folder: Path, data: bytes) -> Segment:
    """What a reader finds in a journal of these bytes."""
    path = folder / journal_name(ID)
    path.unlink(missing_ok=True)  # some file systems wait for the disk when a file is written anew
    path.write_bytes(data)
    return read_segment(path)


class Oracle:
    """Knows what was written."""

    def __init__(self, folder: Path, data: bytes) -> None:
        """``data`` is the journal without damage."""
        segment = read(folder, data)
        assert not segment.notes
        self.acts = {act.seq: self._facts(act) for act in segment.acts}

    def lies(self, segment: Segment) -> list[str]:
        """Whatever a reader took for true that was never written."""
        seqs = [act.seq for act in segment.acts]
        found = [f"{seq} twice" for seq in set(seqs) if seqs.count(seq) > 1]
        for act in segment.acts:
            facts = self._facts(act)
            told = self.acts.get(act.seq, {})
            found += [f"{act.seq}.{name}" for name in facts if not honest(facts[name], told.get(name, "nothing"))]
        return found

    def lost(self, segment: Segment) -> int:
        """How many acts are not there."""
        return len(self.acts) - len(segment.acts)

    @staticmethod
    def _facts(act: Act) -> dict[str, Any]:
        facts = {name: getattr(act, name) for name in act.__struct_fields__ if name not in {"new", "was"}}
        return {name: fact.value if isinstance(fact, Payload) else fact for name, fact in facts.items()}


def honest(found: Any, told: Any) -> bool:  # noqa: ANN401 - JSON values
    """Whether a value is the one that was written, or says where it is not."""
    if isinstance(found, dict) and found.get("$") == "hole":
        return True
    if isinstance(found, list) and isinstance(told, list):
        if len(found) != len(told):
            return any(isinstance(item, dict) and item.get("$") == "hole" for item in found)
        return all(map(honest, found, told))
    if isinstance(found, dict) and isinstance(told, dict):
        return list(found) == list(told) and all(map(honest, found.values(), told.values()))
    return same(found, told) or (not isinstance(found, str | int | float | dict | list | None) and found == told)


def holes(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a JSON value
    """The holes in a value."""
    found, stack = [], [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict) and item.get("$") == "hole":
            found.append(item)
        elif isinstance(item, dict | list):
            stack.extend(item.values() if isinstance(item, dict) else item)
    return found
