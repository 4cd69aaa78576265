"""A chat without a keyboard: what the person types is a list, what they read is a string."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.agent import MODEL
from clew.agent.chat import Chat
from clew.agent.client import connect
from clew.agent.memory import Memory
from clew.protocol import ModelServer, Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.protocol.scenario import Answer


class Stage:
    """A chat with a scripted model, and what was said and recorded in it."""

    def __init__(
        self, folder: Path, *answers: Answer, max_turns: int = 20, rejected_keys: tuple[str, ...] = ()
    ) -> None:
        self.said = ""
        self.folder = folder
        self.session_ids: list[str] = []
        self.unserved = 0
        self.interrupt_at = ""
        self._scenario = Scenario(name="stage", answers=answers, rejected_keys=rejected_keys)
        self._max_turns = max_turns
        self._lines: list[str | type[BaseException]] = []

    def play(self, *lines: str | type[BaseException]) -> Session:
        """Type these lines, then end the input, and return the first session; an exception stands for itself."""
        self._lines = list(lines)
        with ModelServer(self._scenario) as server:
            self.play_at(server.base_url, *lines)
            self.unserved = len(server.unserved)
        return self.sessions[0]

    def play_at(self, base_url: str, *lines: str | type[BaseException]) -> None:
        """Type these lines to a model somewhere else."""
        self._lines = list(lines)
        with connect(api_key="scripted", base_url=base_url) as client:
            memory = Memory(self.folder / "memory")
            chat = Chat(
                client,
                memory,
                model=MODEL,
                ask=self._ask,
                say=self._say,
                folder=self.folder / "sessions",
                max_turns=self._max_turns,
            )
            self.session_ids = chat.session_ids
            chat.run()

    @property
    def sessions(self) -> list[Session]:
        """What was recorded, in the order in which it happened."""
        return [clew.load(session_id, dir=self.folder / "sessions") for session_id in self.session_ids]

    def _ask(self, prompt: str) -> str:
        self.said += prompt
        line = self._lines.pop(0) if self._lines else EOFError
        if isinstance(line, str):
            return line
        raise line

    def _say(self, text: str) -> None:
        self.said += text
        if self.interrupt_at and text.startswith(self.interrupt_at):
            raise KeyboardInterrupt
