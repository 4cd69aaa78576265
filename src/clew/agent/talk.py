"""A talk: a person at a prompt, over one or more sessions, whatever agent is at the other end.

It knows no terminal: what the person types comes from ``ask``, what they read goes to ``say``, so that the same talk
runs at a keyboard, in the demo and in a test. However a session ends, by ``/quit``, ``/clear``, the end of input,
Ctrl-C or an error that ends the program, its record is finished and its place is said.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import clew

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.record.session import SessionRecorder

Outcome = Literal["quit", "clear"]
"""Why a session ended."""

QUIT = "/quit    end the chat\n"
CLEAR = "/clear   end this session and start a new one\n"
HELP = "/help    show this\n"


class Talk(ABC):
    """A person talking with an agent."""

    help = QUIT + CLEAR + HELP
    """What ``/help`` says."""

    def __init__(self, *, ask: Callable[[str], str], say: Callable[[str], None]) -> None:
        self.session_ids: list[str] = []
        """The sessions so far."""
        self._ask = ask
        self._say = say

    def run(self) -> None:
        """Talk until the person leaves. Raises ``KeyRefused`` and ``ModelAway``, after which no talk can go on."""
        while self._session() == "clear":
            pass
        self._say("\nGoodbye!\n")

    @abstractmethod
    def open(self) -> SessionRecorder:
        """A new session, and a new conversation for it."""

    @abstractmethod
    def introduce(self, session: SessionRecorder) -> None:
        """Record what the conversation is set up with."""

    @abstractmethod
    def answer(self, session: SessionRecorder, line: str) -> None:
        """Answer a message. An exchange that failed for now is said, and the talk goes on."""

    def obey(self, name: str) -> str | None:
        """Carry out a command of this agent's own, and give what the person is told; ``None`` if there is none."""
        return self.help if name == "/help" else None

    def _session(self) -> Outcome:
        session = self.open()
        self.session_ids.append(session.session_id)
        try:
            with session:
                self.introduce(session)
                return self._listen(session)
        finally:
            self._say(f"\nSession trace saved to: {_from_here(session.trace_path)}\n")

    def _listen(self, session: SessionRecorder) -> Outcome:
        """Take what the person types, line by line, until it ends the session."""
        try:
            while True:
                line = self._ask("You: ").strip()
                if line.startswith("/"):
                    if outcome := self._command(session, line):
                        return outcome
                elif line:
                    self.answer(session, line)
        except (EOFError, KeyboardInterrupt):
            self._say("\n")
            return "quit"

    def _command(self, session: SessionRecorder, line: str) -> Outcome | None:
        """Carry out a command, as a step of the session."""
        name = line.split(maxsplit=1)[0]
        with session.step(kind="command", action=clew.Action(type="command", name=name)):
            if name == "/quit":
                return "quit"
            if name == "/clear":
                return "clear"
            told = self.obey(name)
            self._say(told if told is not None else f"There is no command {name}. Try /help.\n")
        return None


def _from_here(path: Path) -> Path:
    """A path as a person at this place would type it."""
    with suppress(ValueError, OSError):
        return path.relative_to(Path.cwd())
    return path
