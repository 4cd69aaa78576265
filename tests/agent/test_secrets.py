"""The reference agent, over real HTTP: no secret stays that is typed, answered, streamed or told by an error."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.speaker import KeyRefused
from clew.protocol.scenario import Cut, Error, Message, Text, ToolUse
from tests.agent.stage import Stage
from tests.wire.canaries import CANARIES, pieces

if TYPE_CHECKING:
    from pathlib import Path

    from clew.protocol.scenario import Answer

SECRETS = "\n".join(canary.text for canary in CANARIES)

WRITE = Message(content=(ToolUse("memory", {"command": "create", "path": "/memories/k.md", "file_text": SECRETS}),))
VIEW = Message(content=(Text(f"I noted {SECRETS}"), ToolUse("memory", {"command": "view", "path": "/memories/k.md"})))
WRONG = Message(content=(ToolUse("memory", {"command": "view", "path": SECRETS}),))
UNKNOWN = Message(content=(ToolUse("unheard_of", {"argument": SECRETS}),))
DONE = Message(content=(Text(f"Done: {SECRETS}"),))
BROKEN = Message(content=(Text(f"Half of {SECRETS}"),), cut=Cut(after_events=4))

FAILURES: dict[str, tuple[Answer, ...]] = {
    "tools": (WRITE, VIEW, DONE),
    "wrong parameters": (WRONG, DONE),
    "unknown tool": (UNKNOWN, DONE),
    "broken stream": (BROKEN, DONE),
    "bad request": (Error(status=400, message=SECRETS), DONE),
    "no credit": (Error(status=403, message=SECRETS), DONE),
    "overloaded": (Error(status=529, message=SECRETS), DONE),
    "server error": (*[Error(status=500, message=SECRETS)] * 8, DONE),
}


@pytest.mark.parametrize("name", FAILURES)
def test_the_agent_writes_no_secret(name: str, tmp_path: Path) -> None:
    """Sixty secrets through each failure: 0 in any file of the session, and the session says that some were there."""
    stage = Stage(tmp_path, *FAILURES[name])
    with suppress(KeyRefused):
        stage.play(f"My keys: {SECRETS}", "/quit")
    files = [path.read_bytes() for path in (tmp_path / "sessions").rglob("*") if path.is_file()]
    leaked = [c.rule for c in CANARIES if any(piece.encode() in data for piece in pieces(c.secret) for data in files)]
    assert leaked == []
    assert "redacted" in {note.kind for note in clew.load(stage.session_ids[0], dir=tmp_path / "sessions").notes}
