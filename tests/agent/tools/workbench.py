"""An agent file and calls of its tools in one turn of a real session, without a model: what was told and recorded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import clew
from clew.agent.definition import load_definition
from clew.agent.tools.kit import open_kit

if TYPE_CHECKING:
    from pathlib import Path

    from clew.agent.definition import Definition
    from clew.agent.tools.kit import Kit
    from clew.model.session import Session, ToolCall

HEAD = """\
name = "bench"
[[models]]
provider = "anthropic"
model = "m-1"
"""
"""What every agent file begins with."""
PYTHON = sys.executable
"""The program that runs the tests, for tools that are Python programs."""


class Workbench:
    """An agent's tools, and what came of calling them."""

    def __init__(self, folder: Path, sections: str) -> None:
        """``sections`` are the tools as an agent file declares them."""
        self.folder = folder
        self.told: list[str] = []
        (folder / "agent.toml").write_text(HEAD + sections, "utf-8")

    @property
    def definition(self) -> Definition:
        """What the file says."""
        return load_definition(self.folder / "agent.toml")

    def call(self, *calls: tuple[str, object]) -> Session:
        """Call tools one after the other, in one turn of a session, and return it."""
        with open_kit(self.definition) as kit:
            return self.call_with(kit, *calls)

    def call_with(self, kit: Kit, *calls: tuple[str, object]) -> Session:
        """Call tools of a kit that is open already."""
        with clew.session(agent_id="bench", dir=self.folder / "sessions") as session:
            kit.introduce(session)
            with session.turn(user_input="go") as turn:
                self.told += [kit.call(turn, name, given, f"c{place}") for place, (name, given) in enumerate(calls)]
        return clew.load(session.session_id, dir=self.folder / "sessions")


def tools_of(session: Session) -> tuple[ToolCall, ...]:
    """The calls of the session's only turn."""
    return session.turns[0].tools


def response_of(tool: ToolCall) -> Any:  # noqa: ANN401 - any JSON value
    """What the record has of a result."""
    return tool.response.value if tool.response is not None else None
